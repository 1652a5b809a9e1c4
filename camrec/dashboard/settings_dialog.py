"""The settings dialog: language and theme of this page, and camrec's settings for users."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import param

from camrec import i18n
from camrec.dashboard.component import AskingComponent
from camrec.station import Station


class SettingsDialog(AskingComponent):
    """Changes language and theme in the page, and other settings in the station.

    The page can send a new token, but a token is never sent to a page.

    Parameters
    ----------
    on_language
        Called with the language that the user chose.
    """

    facts = param.Dict(default={}, doc="The state's `SettingsFields`.")

    _script: ClassVar[str] = "components/settings.js"

    def __init__(
        self, station: Station, on_language: Callable[[str], None], **params: object
    ) -> None:
        super().__init__(**params)
        self._station = station
        self._on_language = on_language

    def do_set_language(self, language: str) -> None:
        if language in i18n.LANGUAGES:
            self._on_language(language)

    def do_most(self, most: int) -> None:
        self.ask("most", self._station.settings.change, most)

    def do_folder(self, folder: str) -> None:
        self.ask("folder", self._station.settings.change, None, str(folder))

    def do_token(self, token: str) -> None:
        self.ask("token", self._station.settings.change, None, None, str(token))
