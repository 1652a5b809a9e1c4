"""A part of the page in plain JavaScript: an entry module, with all that it imports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import param
from panel.custom import JSComponent
from panel.io.state import state

from camrec import i18n
from camrec.compat import ignore_known_reference_warnings
from camrec.dashboard.bundler import bundle, styles
from camrec.errors import CamrecError, internal_error

log = logging.getLogger(__name__)

ignore_known_reference_warnings()


def catalogue_texts(language: str, *rooms: str) -> dict[str, Any]:
    """The catalogue's texts whose first word is one of `rooms`, and `language` beside them."""
    chosen = {k: v for k, v in i18n.catalogue(language).items() if k.split(".")[0] in rooms}
    return {"language": language, **chosen}


class Component(JSComponent):
    """Base of every part: `_script` is its entry module, which exports ``render``.

    What that imports is inlined, with the style sheets beside the modules (`bundler`).

    What the browser sends is ``{do: "record", seconds: 60}`` and calls ``do_record(seconds=60)``;
    nothing else of a component can be reached from there.
    """

    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))
    texts = param.Dict(default={}, doc="What words() of the kit takes; follows `language`.")
    base = param.String(default="./", doc="Where camrec's own routes are, seen from the page.")

    _script: ClassVar[str] = ""
    text_prefixes: ClassVar[tuple[str, ...]] = ("page",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls._script:
            cls._esm = f"export const {{ render }} = {bundle(cls._script)}"
            cls._stylesheets = [styles(cls._script)]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._update_texts()

    @param.depends("language", watch=True)
    def _update_texts(self) -> None:
        self.texts = catalogue_texts(self.language, *self.text_prefixes)

    def _handle_msg(self, data: Any) -> None:
        asked = dict(data) if isinstance(data, dict) else {}
        action = getattr(self, f"do_{asked.pop('do', '')}", None)
        if action is None:
            log.warning("the page asked for something that %s does not do", type(self).__name__)
            return
        action(**asked)


class AskingComponent(Component):
    """One whose buttons ask the station for something.

    The station's calls block: they run in threads. When a call has ended the browser gets
    ``{answered: "record", ok: true}``, or false, the `problem` in the page's language and its
    `code`; the component shows it where the button is. A text that the call gave comes with it as
    `given`.
    """

    def ask(self, what: str, call: Callable[..., object], *args: Any) -> None:
        state.execute(partial(self._run_action, what, call, *args))

    async def _run_action(self, what: str, call: Callable[..., object], *args: Any) -> None:
        error: CamrecError | None = None
        given: object = None
        try:
            given = await asyncio.to_thread(call, *args)
        except CamrecError as refused:
            error = refused
        except Exception:
            log.exception("the page asked for %r, which failed", what)
            error = internal_error()
        problem = error.text(self.language) if error else ""
        told = {"answered": what, "ok": error is None, "problem": problem}
        told["code"] = error.code if error else ""
        self._send_msg({**told, "given": given if isinstance(given, str) else ""})
