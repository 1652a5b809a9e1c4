"""The settings dialog: language and theme of this page, and camrec's settings for users."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import ClassVar

import param

from camrec import i18n
from camrec.dashboard.component import AskingComponent
from camrec.station import Station


class SettingsDialog(AskingComponent):
    """Changes language and theme in the page, and other settings in the station.

    The page can send a new token and another webhook, but neither is ever sent to a page.

    Parameters
    ----------
    on_language
        Called with the language that the user chose.
    """

    facts = param.Dict(default={}, doc="The state's `SettingsFields`.")

    _script: ClassVar[str] = "components/settings.js"
    text_prefixes: ClassVar[tuple[str, ...]] = ("page", "alerts")

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

    def do_retention_bytes(self, retention_bytes: int) -> None:
        self.ask("retention_bytes", self._station.settings.change_retention, retention_bytes)

    def do_retention_days(self, retention_days: float) -> None:
        self.ask("retention_days", self._station.settings.change_retention, None, retention_days)

    def do_when_full(self, when_full: str) -> None:
        self.ask("when_full", self._station.settings.change_when_full, str(when_full))

    def do_min_free(self, min_free: int) -> None:
        self.ask("min_free", self._station.settings.change_min_free_bytes, min_free)

    def do_keep_awake(self, keep_awake: bool) -> None:
        self.ask("keep_awake", self._station.settings.keep_awake_for_plans, bool(keep_awake))

    def do_place(self, place: list[float]) -> None:
        self.ask("place", self._station.settings.change_place, list(place))

    def do_webhook(self, webhook: str) -> None:
        self.ask("webhook", self._station.settings.change, webhook=str(webhook))

    def do_webhook_when(self, webhook_when: list[str]) -> None:
        chosen = [str(each) for each in webhook_when]
        self.ask("webhook_when", self._station.settings.change, webhook_when=chosen)

    def do_try_webhook(self, try_webhook: str) -> None:
        self.ask("try_webhook", self._try_webhook, str(try_webhook))

    def _try_webhook(self, url: str) -> str:
        """What came back, as JSON. url : empty: the webhook of the settings."""
        trial = self._station.alerts.webhook.try_out(url or None)
        found = {"message": trial.message(self.language), "received": trial.answer.is_received}
        return json.dumps(found)
