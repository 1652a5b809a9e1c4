"""Times in which camrec could record nothing: it was not running, or this computer slept."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import get_args

from camrec import file_system
from camrec.clock import NS_PER_DAY, NS_PER_SECOND, Clock
from camrec.host_clock import HostClockWatch, boot_utc_ns
from camrec.planning import Outage, OutageKind

log = logging.getLogger(__name__)

HEARTBEAT_FILE_NAME = ".heartbeat.json"
HEARTBEAT_INTERVAL_NS = 10 * NS_PER_SECOND
# An occurrence takes two days at most, and its outages explain it when it is over.
MAX_OUTAGE_AGE_NS = 3 * NS_PER_DAY
MAX_OUTAGES = 100
MIN_STEP_FORWARD_NS = NS_PER_SECOND  # a smaller step misses nothing that anybody notices


class PlanOutages:
    """Notices outages, and knows the latest also after a restart. One thread uses it.

    A file says when camrec was alive. It is written without `fsync`: after a power cut it may be a
    minute old, or gone; then that time counts as time in which camrec was not running.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / HEARTBEAT_FILE_NAME
        self._clock = clock
        self._watch = HostClockWatch(clock)
        self._outages: list[Outage] = []
        self._written_at = 0

    def load(self) -> None:
        """Read when an earlier camrec was alive; since then there was an outage."""
        self._watch = HostClockWatch(self._clock)
        alive, self._outages = self._read()
        now, booted = self._clock.utc_ns(), boot_utc_ns(self._clock)
        if not 0 < alive < now:
            return
        if alive < booted < now:
            self._outages += [Outage("off", alive, booted), Outage("not_running", booted, now)]
        else:
            self._outages.append(Outage("not_running", alive, now))

    def watch_again(self) -> None:
        """Watch from now on: the time since the last `check` is no outage."""
        self._watch = HostClockWatch(self._clock)

    def check(self) -> tuple[Outage, ...]:
        """The outages so far, the earliest first. Call it every `HEARTBEAT_INTERVAL_NS`."""
        sleep, step = self._watch.check()
        now = self._clock.utc_ns()
        asleep_since = now
        if sleep is not None:
            asleep_since = now - (sleep.end - sleep.start)
            self._outages.append(Outage("asleep", asleep_since, now))
        forward = step if step is not None and step.size_ns > MIN_STEP_FORWARD_NS else None
        if forward is not None:
            since = asleep_since - forward.size_ns
            self._outages.append(Outage("clock_forward", since, asleep_since))
        recent = [each for each in self._outages if each.end > now - MAX_OUTAGE_AGE_NS]
        self._outages = recent[-MAX_OUTAGES:]
        if (
            sleep is not None
            or forward is not None
            or abs(now - self._written_at) >= HEARTBEAT_INTERVAL_NS
        ):
            self.write()
        return tuple(self._outages)

    def write(self) -> None:
        """Note that camrec is alive. If that fails, it is logged."""
        self._written_at = now = self._clock.utc_ns()
        outages = [[each.kind, each.start, each.end] for each in self._outages]
        try:
            self._path.write_text(json.dumps({"alive": now, "outages": outages}), encoding="utf-8")
        except OSError as error:
            log.debug("%s cannot be written: %s", self._path, error)

    def _read(self) -> tuple[int, list[Outage]]:
        try:
            found = json.loads(file_system.read_text(self._path))
            alive = int(found["alive"])
            outages = [Outage(kind, int(start), int(end)) for kind, start, end in found["outages"]]
        except FileNotFoundError:
            return 0, []
        except (OSError, ValueError, TypeError, KeyError):
            log.info("%s cannot be read", self._path)
            return 0, []
        return alive, [each for each in outages if each.kind in get_args(OutageKind)]
