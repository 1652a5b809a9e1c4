"""The file with the plans, ``.plans.json`` in the videos folder.

It also contains what the dispatcher must remember after a crash. It contains no credential: plans
name their cameras by id.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from camrec import file_system
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.i18n import Phrase
from camrec.plans.facts import PlanEntry
from camrec.plans.plan_json import parse_plan, plan_to_json
from camrec.plans.plan_state import PlanState

log = logging.getLogger(__name__)

PLAN_FILE_NAME = ".plans.json"
PLAN_FILE_VERSION = 1
PLAN_ID_PATTERN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class PlanFileContent:
    """What the file contains.

    unreadable : plans that this camrec does not understand. They are written back as they are.
    further : keys that a later camrec added, also written back.
    """

    entries: tuple[PlanEntry, ...] = ()
    state: PlanState = field(default_factory=PlanState)
    unreadable: tuple[object, ...] = ()
    further: dict[str, object] = field(default_factory=dict)


class PlanFile:
    """Reads and writes the file in `folder`. The caller sees to it that nobody else writes it.

    - A file that contains no plans (it is damaged, or of another program) gets another name before
      the first change.
    - A file of a newer camrec, and one that cannot be read, is not changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / PLAN_FILE_NAME
        self._is_damaged = False
        self._kept_reason: Phrase | str | None = None  # why the file must stay as it is

    def read(self) -> PlanFileContent:
        """The content. A file that cannot be used is logged, and changed by `write` at most."""
        self._is_damaged = False
        self._kept_reason = None
        try:
            return self._parse(file_system.read_bytes(self._path))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._kept_reason = describe_os_error(error)
            log.error("%s cannot be read and is kept: %s", self._path, error.strerror)
        except (ValueError, RecursionError):
            self._is_damaged = True
            log.error("%s contains no plans. It gets another name and is kept", self._path)
        return PlanFileContent()

    def write(self, content: PlanFileContent) -> None:
        """Return once the disk has the new content.

        Raises
        ------
        ServiceError
            ``plans_file_kept``: a newer camrec wrote the file, or it cannot be read.
            ``folder_unwritable``.
        """
        if self._kept_reason is not None:
            reason = self._kept_reason
            raise ServiceError("plans_file_kept", file=str(self._path), reason=reason)
        try:
            file_system.make_dirs(self._folder)
            if self._is_damaged:
                self._set_aside()
                self._is_damaged = False
            file_system.write_private(self._path, _format(content))
        except OSError as error:
            folder, reason = str(self._folder), describe_os_error(error)
            raise ServiceError("folder_unwritable", folder=folder, reason=reason) from None

    def _parse(self, data: bytes) -> PlanFileContent:
        """Raises ValueError or RecursionError if `data` contains no plans."""
        content = json.loads(data.decode("utf-8-sig"))
        version = content.get("version") if isinstance(content, dict) else None
        if type(version) is not int or version < 1:
            raise ValueError("no version")
        if version > PLAN_FILE_VERSION:
            self._kept_reason = Phrase("reasons.newer_camrec")
            log.error("%s was written by a newer camrec and is not changed", self._path)
        elif not isinstance(content.get("plans"), list):
            raise ValueError("no plans")
        listed = content.pop("plans", None)
        entries, unreadable = _parse_entries(listed if isinstance(listed, list) else [])
        if unreadable:
            log.error("%d plans in %s cannot be read and are kept", len(unreadable), self._path)
        del content["version"]
        try:
            state = PlanState.model_validate(content.pop("state", {}))
        except ValidationError:
            log.error("%s does not say what was recorded. What is over is not shown", self._path)
            state = PlanState()
        return PlanFileContent(entries, state, unreadable, content)

    def _set_aside(self) -> None:
        """Give a damaged file another name. Raises OSError."""
        for number in count(1):
            suffix = ".damaged" if number == 1 else f".damaged-{number}"
            with contextlib.suppress(FileExistsError):
                target = self._path.with_name(f"{self._path.name}{suffix}")
                file_system.rename_no_overwrite(self._path, target)
                log.error("the damaged file is now %s", target)
                return


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
    if type(counts_from) is not int:
        return None
    try:
        return PlanEntry(plan_id, parse_plan(values), counts_from)
    except InputError:
        return None


def _format(content: PlanFileContent) -> str:
    plans: list[object] = [
        {"plan_id": each.plan_id, "counts_from": each.counts_from, **plan_to_json(each.plan)}
        for each in content.entries
    ]
    return json.dumps(
        {
            "version": PLAN_FILE_VERSION,
            "plans": [*plans, *content.unreadable],
            "state": content.state.model_dump(exclude_defaults=True),
            **content.further,
        },
        indent=1,
    )
