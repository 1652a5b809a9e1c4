"""How far a recording is, in a notebook's cell that is kept up to date by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape

from camrec import schema
from camrec.errors import CamrecError
from camrec.i18n import translate

PROGRESS_INTERVAL_S = 1.0  # seconds

PROGRESS_STYLE = "display: flex; align-items: center; gap: 12px; padding: 4px 0; font-size: 13px;"
PROGRESS_BAR_STYLE = "width: 200px; height: 8px; accent-color: #f0324a;"


def render_recording(told: schema.RecordingReply, language: str) -> dict[str, str]:
    """A recording as HTML, in the words of `language`."""
    key = f"notebook.recording_{told.state}"
    said = translate(
        key,
        language,
        elapsed=format_duration(min(told.elapsed, told.duration)),
        duration=format_duration(told.duration),
        file=told.filename or "",
        reason=told.error.message if told.error else "",
    )
    value = f"{fraction_done(told):.3f}"
    bar = f'<progress value="{value}" max="1" style="{PROGRESS_BAR_STYLE}"></progress>'
    if told.state == "failed":
        bar = ""
    return {"text/html": f'<div style="{PROGRESS_STYLE}" role="status">{bar}{escape(said)}</div>'}


def fraction_done(told: schema.RecordingReply) -> float:
    """How much of it is done, 0 to 1."""
    return 1.0 if told.state == "saved" else min(1.0, told.elapsed / told.duration)


def render_error(said: str) -> dict[str, str]:
    """What is shown where nothing is known."""
    html = f'<div style="{PROGRESS_STYLE}" role="status">{escape(said)}</div>'
    return {"text/html": html, "text/plain": said}


def keep_display_updated(drawn: Callable[[], dict[str, str]], over: Callable[[], bool]) -> None:
    """Show what `drawn` gives, and in its place what it gives later, until it is `over`."""
    from IPython.display import display

    shown = drawn()
    handle = display(shown, raw=True, display_id=True)

    def run() -> None:
        known, ended = shown, False
        pause = threading.Event()
        while not ended:
            pause.wait(PROGRESS_INTERVAL_S)
            ended = _is_over(over)
            newer = drawn()
            if newer["text/html"] != known["text/html"]:
                handle.update(newer, raw=True)
                known = newer

    if not _is_over(over):
        threading.Thread(target=run, name="camrec-progress", daemon=True).start()


def _is_over(over: Callable[[], bool]) -> bool:
    try:
        return over()
    except CamrecError as error:
        # It failed; or the camrec that has it does not answer, and may again.
        return error.code != "no_camrec"


def format_duration(seconds: float) -> str:
    """``0:05``, ``1:30:00``"""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
