"""The base classes of the page's parts. Each part is a JavaScript module and its imports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import ClassVar, ParamSpec

import param
from panel.io.state import state

from camrec import i18n
from camrec.compat import PlainScriptComponent, ignore_known_reference_warnings
from camrec.dashboard.bundler import bundle, styles
from camrec.dashboard.wire_types import Texts
from camrec.errors import CamrecError, internal_error

log = logging.getLogger(__name__)

# The source of the events that are marked on the page.
PAGE_EVENT_SOURCE = "page"

CallP = ParamSpec("CallP")

ignore_known_reference_warnings()


def catalogue_texts(language: str, *prefixes: str) -> Texts:
    """Return the catalogue's texts whose keys have one of `prefixes`, and the `language` itself."""
    texts = i18n.catalogue(language).items()
    chosen = {key: text for key, text in texts if key.split(".")[0] in prefixes}
    return {"language": language, **chosen}


class Component(PlainScriptComponent):
    """The base class of every part of the page.

    `_script` is the entry module, which exports ``render``. Everything that it imports is inlined,
    with the style sheets next to the modules (`bundler`).

    The browser sends messages such as ``{do: "record", seconds: 60}``, which calls
    ``do_record(seconds=60)``. Only the methods that start with ``do_`` can be called that way.
    """

    language: param.Selector[str] = param.Selector(default="en", objects=list(i18n.LANGUAGES))
    texts = param.Dict(default={}, doc="The argument of createLocale(); follows `language`.")
    base = param.String(default="./", doc="The address of camrec's routes, seen from the page.")

    _script: ClassVar[str] = ""
    text_prefixes: ClassVar[tuple[str, ...]] = ("page",)

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if cls._script:
            cls._esm = f"export const {{ render }} = {bundle(cls._script)}"
            cls._stylesheets = [styles(cls._script)]

    def __init__(self, **params: object) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call]  # Panel has no type for it
        self._update_texts()

    @param.depends("language", watch=True)
    def _update_texts(self) -> None:
        self.texts = catalogue_texts(self.language, *self.text_prefixes)

    def _handle_msg(self, data: object) -> None:
        message = dict(data) if isinstance(data, dict) else {}
        action = getattr(self, f"do_{message.pop('do', '')}", None)
        if action is None:
            log.warning("the page sent a message that %s does not know", type(self).__name__)
            return
        action(**message)


class AskingComponent(Component):
    """A component whose buttons call the station.

    These calls block, so they run in threads. When a call has ended, the browser gets
    ``{answered: "record", ok, problem, code, given}``. If the call failed, `ok` is false, `problem`
    is the error in the page's language, and `code` is the error's code. The component shows the
    problem next to the button. `given` is what the call returned, if that is a string.
    """

    def ask(
        self, action: str, call: Callable[CallP, object], *args: CallP.args, **kwargs: CallP.kwargs
    ) -> None:
        """Run ``call(*args, **kwargs)`` in a thread, and send its result for `action`."""
        state.execute(partial(self._run_action, action, partial(call, *args, **kwargs)))

    async def _run_action(self, action: str, call: Callable[[], object]) -> None:
        error: CamrecError | None = None
        result: object = None
        try:
            result = await asyncio.to_thread(call)
        except CamrecError as refused:
            error = refused
        except Exception:
            log.exception("the page's action %r failed", action)
            error = internal_error()
        self._send_msg(
            {
                "answered": action,
                "ok": error is None,
                "problem": error.text(self.language) if error else "",
                "code": error.code if error else "",
                "given": result if isinstance(result, str) else "",
            }
        )
