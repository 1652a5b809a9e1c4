"""Why an occurrence is not as its plan asks for: a code for programs, and words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from camrec.errors import CamrecError
from camrec.i18n import translate
from camrec.planning.occurrences import NoTimeReason
from camrec.planning.plan_state import DelayReason

OccurrenceReasonKind = Literal[
    DelayReason,
    NoTimeReason,
    "stopped",
    "failed",
    "disk_full_before",
    "disk_full_during",
]


@dataclass(frozen=True)
class OccurrenceReason:
    """Why an occurrence is not planned, was missed, began late, was interrupted or stopped.

    start, end : from when to when, as a clock on the wall shows it. A reason with a start and no
        end still lasts.
    error : why the recording failed.
    """

    kind: OccurrenceReasonKind
    start: str | None = None
    end: str | None = None
    error: CamrecError | None = None

    @property
    def code(self) -> str:
        """The kind or the code of the error: the same while it lasts and afterwards."""
        return self.kind if self.error is None else self.error.code

    def text(self, language: str) -> str:
        """The reason in words, in `language`: "en" or "fr"."""
        if self.start is not None and self.end is None:
            return translate(f"plans.lasting_{self.kind}", language, start=self.start)
        key = f"plans.reason_{self.kind}"
        return translate(key, language, start=self.start, end=self.end, error=self.error)
