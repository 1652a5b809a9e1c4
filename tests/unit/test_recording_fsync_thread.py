"""The thread that makes growing files durable."""

from __future__ import annotations

import threading

from camrec.recording.fsync_thread import FsyncThread


def test_a_failure_after_a_round_of_fsync_is_logged_and_ends_no_fsync(caplog):
    rounds = threading.Semaphore(0)

    def fail() -> None:
        rounds.release()
        raise RuntimeError("the journal is full of sand")

    fsync = FsyncThread(list, "test", interval=0.001, after_round=fail)
    fsync.start()
    try:
        assert all(rounds.acquire(timeout=10) for _ in range(3))
    finally:
        fsync.stop()
    assert "the journal is full of sand" in caplog.text
