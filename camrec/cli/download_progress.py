"""The progress bar of downloads on a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from camrec.binaries import ProgressEvent
from camrec.cli.number_format import format_megabytes
from camrec.i18n import translate


class DownloadProgressBar:
    """A context manager that shows progress events, with one line for each program.

    It shows nothing before the first event. The lines disappear at the end.
    """

    def __init__(self, console: Console | None = None, language: str = "en") -> None:
        self._language = language
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[size]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def __call__(self, event: ProgressEvent) -> None:
        key = (event.title, event.kind)
        if key not in self._tasks:
            for other in [each for each in self._tasks if each[0] == event.title]:
                self._progress.remove_task(self._tasks.pop(other))
            description = translate(f"binaries.{event.kind}", self._language, title=event.title)
            self._tasks[key] = self._progress.add_task(description, total=None, size="")
            self._progress.start()
        self._progress.update(
            self._tasks[key],
            completed=event.done,
            total=event.total or None,
            size=self._describe_size(event),
        )

    def _describe_size(self, event: ProgressEvent) -> str:
        """What of a download is done: "12.5 MB / 30.1 MB"; empty before its first byte."""
        sizes = [each for each in (event.done, event.total) if each] if event.done else []
        return " / ".join(format_megabytes(each, self._language) for each in sizes)

    def __enter__(self) -> DownloadProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
