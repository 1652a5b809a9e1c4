"""The file with the plans, ``.plans.json`` in the videos folder.

It also contains what the dispatcher must remember after a crash. It contains no credential: plans
name their cameras by id.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from camrec.clock import MAX_UTC_NS
from camrec.errors import InputError
from camrec.planning.facts import PlanEntry
from camrec.planning.plan_json import parse_plan, plan_to_json
from camrec.planning.plan_state import PlanState
from camrec.versioned_file import VersionedFile

log = logging.getLogger(__name__)

PLAN_FILE_NAME = ".plans.json"
PLAN_FILE_VERSION = 1
PLAN_ID_PATTERN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class PlanFileContent:
    """What the file contains.

    unreadable : plans that this camrec does not understand. They are written back as they are.
    further : keys that a later camrec added, also written back.
    is_understood : all plans of the file are in `entries`.
    """

    entries: tuple[PlanEntry, ...] = ()
    state: PlanState = field(default_factory=PlanState)
    unreadable: tuple[object, ...] = ()
    further: dict[str, object] = field(default_factory=dict)
    is_understood: bool = True


class PlanFile:
    """Reads and writes the file in `folder`. The caller sees to it that nobody else writes it.

    Nothing that was in it is lost: see `VersionedFile`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = VersionedFile(
            folder / PLAN_FILE_NAME, PLAN_FILE_VERSION, "plans", "plans_file_kept"
        )

    def read(self) -> PlanFileContent:
        """The content. A file that cannot be used is logged, and changed by `write` at most."""
        try:
            listed, further = self._file.read()
        except FileNotFoundError:
            return PlanFileContent()
        entries, unreadable = _parse_entries(listed)
        if unreadable:
            log.error(
                "%d plans in %s cannot be read and are kept", len(unreadable), self._file.path
            )
        is_understood = self._file.is_usable and not unreadable
        try:
            state = PlanState.model_validate(further.pop("state", {}))
        except ValidationError:
            log.error(
                "%s does not say what was recorded. What is over is not shown", self._file.path
            )
            state = PlanState()
            self._file.mark_damaged()
        return PlanFileContent(entries, state, unreadable, further, is_understood)

    def write(self, content: PlanFileContent) -> None:
        """Return once the disk has the new content. The folder is created if necessary.

        Raises
        ------
        ServiceError
            ``plans_file_kept``: a newer camrec wrote the file, or it cannot be read.
            ``folder_unwritable``.
        """
        plans: list[object] = [
            {"plan_id": each.plan_id, "counts_from": each.counts_from, **plan_to_json(each.plan)}
            for each in content.entries
        ]
        state = content.state.model_dump(exclude_defaults=True)
        self._file.make_folder()
        self._file.write(
            [*plans, *content.unreadable], {"state": state, **content.further}, indent=1
        )


def _parse_entries(listed: list[object]) -> tuple[tuple[PlanEntry, ...], tuple[object, ...]]:
    """The plans, and the entries that are none or that repeat an id."""
    entries: dict[str, PlanEntry] = {}
    unreadable: list[object] = []
    for each in listed:
        entry = _parse_entry(each)
        if entry is None or entry.plan_id in entries:
            unreadable.append(each)
        else:
            entries[entry.plan_id] = entry
    return tuple(entries.values()), tuple(unreadable)


def _parse_entry(value: object) -> PlanEntry | None:
    if not isinstance(value, dict):
        return None
    values = dict(value)
    plan_id, counts_from = values.pop("plan_id", None), values.pop("counts_from", None)
    if not isinstance(plan_id, str) or PLAN_ID_PATTERN.fullmatch(plan_id) is None:
        return None
    if type(counts_from) is not int or not 0 <= counts_from <= MAX_UTC_NS:
        return None
    try:
        return PlanEntry(plan_id, parse_plan(values), counts_from)
    except InputError:
        return None
