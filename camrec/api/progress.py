"""Shows the progress of a recording in a notebook cell, and keeps it up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape

from camrec import schema
from camrec.errors import CamrecError
from camrec.i18n import translate

PROGRESS_INTERVAL_S = 1.0  # between two updates of the cell

PROGRESS_STYLE = "display: flex; align-items: center; gap: 12px; padding: 4px 0; font-size: 13px;"
PROGRESS_BAR_STYLE = "width: 200px; height: 8px; accent-color: #f0324a;"


def render_recording(info: schema.RecordingReply, language: str) -> dict[str, str]:
    """Return a MIME bundle that shows a recording as HTML in `language`."""
    text = translate(
        f"notebook.recording_{info.state}",
        language,
        elapsed=format_duration(_elapsed(info)),
        duration="∞" if info.duration is None else format_duration(info.duration),
        file=info.filename or "",
        reason=info.error.message if info.error else "",
    )
    value = f"{fraction_done(info):.3f}"
    bar = f'<progress value="{value}" max="1" style="{PROGRESS_BAR_STYLE}"></progress>'
    if info.state == "failed" or info.duration is None:
        bar = ""
    return {"text/html": f'<div style="{PROGRESS_STYLE}" role="status">{bar}{escape(text)}</div>'}


def fraction_done(info: schema.RecordingReply) -> float:
    """Return how much of a recording is done, 0 to 1; 0 while one without an end runs."""
    if info.state == "saved":
        return 1.0
    return 0.0 if info.duration is None else min(1.0, info.elapsed / info.duration)


def _elapsed(info: schema.RecordingReply) -> float:
    return info.elapsed if info.duration is None else min(info.elapsed, info.duration)


def render_error(text: str) -> dict[str, str]:
    """Return a MIME bundle that shows only the text of an error."""
    html = f'<div style="{PROGRESS_STYLE}" role="status">{escape(text)}</div>'
    return {"text/html": html, "text/plain": text}


def keep_display_updated(
    render: Callable[[], dict[str, str]], has_ended: Callable[[], bool]
) -> None:
    """Show what `render` returns in the cell, and update it until `has_ended` returns True."""
    from IPython.display import display

    first = render()
    handle = display(first, raw=True, display_id=True)

    def run() -> None:
        shown, ended = first, False
        pause = threading.Event()
        while not ended:
            pause.wait(PROGRESS_INTERVAL_S)
            ended = _has_ended(has_ended)
            newer = render()
            if newer["text/html"] != shown["text/html"]:
                handle.update(newer, raw=True)
                shown = newer

    if not _has_ended(has_ended):
        threading.Thread(target=run, name="camrec-progress", daemon=True).start()


def _has_ended(has_ended: Callable[[], bool]) -> bool:
    try:
        return has_ended()
    except CamrecError as error:
        # A camrec that does not answer may answer later. Any other error ends the recording.
        return error.code != "no_camrec"


def format_duration(seconds: float) -> str:
    """Format a duration as ``0:05`` or ``1:30:00``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
