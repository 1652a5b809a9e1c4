"""Watches the disk and FFmpeg while a recording is written."""

from __future__ import annotations

import logging
import threading

from camrec.recording.options import DiskAllowance
from camrec.recording.recorder import Recorder

log = logging.getLogger(__name__)

DISK_CHECK_INTERVAL_S = 1.0
# After so long without reading a byte, FFmpeg is killed if it must not block.
FFMPEG_STUCK_TIMEOUT_S = 5.0


class Watchdog:
    """Checks one recorder from a thread of its own, because FFmpeg may block the recorder's thread.

    When the disk is nearly full, it makes room or ends the recording. It kills an FFmpeg that reads
    nothing when the recording would end late or lose frames because of it. It also lets the
    recorder check this computer's clock.

    `FsyncThread` stays a second thread: on a slow or hanging disk `fsync` blocks for a long time,
    and the recording has to end on time even then.
    """

    def __init__(self, recorder: Recorder, disk: DiskAllowance, recording_id: str) -> None:
        self._recorder = recorder
        self._disk = disk
        self._checks_awake = 0  # since the computer slept
        self._recording_id = recording_id
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"watchdog-{recording_id}", daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(DISK_CHECK_INTERVAL_S):
            recorder = self._recorder
            self._checks_awake += 1
            if recorder.host_clock.check():
                self._checks_awake = 0  # FFmpeg did not run either
            if recorder.end is None and self._disk.low and not self._disk.make_room():
                log.warning("recording %s ends: the disk is nearly full", self._recording_id)
                recorder.stop("disk")
            segment = recorder.current_segment
            if (
                segment is not None
                and segment.blocked_seconds > FFMPEG_STUCK_TIMEOUT_S
                and self._checks_awake * DISK_CHECK_INTERVAL_S > FFMPEG_STUCK_TIMEOUT_S
                and recorder.must_not_block
            ):
                log.warning("recording %s: FFmpeg hangs and is killed", self._recording_id)
                segment.kill()
