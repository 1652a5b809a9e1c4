"""camrec killed while it records: the next one goes on, and leaves nothing of the dead one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import recorder
from cameras.rtsp import RtspCamera
from units_made import until

from camrec.recording import RecordingState
from camrec.station import Station


@pytest.mark.parametrize("everything", [False, True], ids=["camrec", "all"])
def test_a_recording_goes_on_after_a_kill(binaries, tmp_path, everything):
    programs = [str(binaries.mediamtx), str(binaries.go2rtc), str(binaries.ffmpeg)]
    with RtspCamera(auth="basic", password="canary") as camera:
        command = [sys.executable, recorder.__file__, str(tmp_path), camera.url, "12", *programs]
        root = str(Path(__file__).parent.parent)
        child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": root},
        )
        with child:
            session_id, recording_id, ends_at = json.loads(child.stdout.readline())
            part = tmp_path / "videos" / ".parts" / recording_id / "part-1.mp4"
            until(lambda: part.exists() and part.stat().st_size > 100_000)
            children = psutil.Process(child.pid).children(recursive=True) if everything else []
            child.kill()
            for each in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        with Station(recorder.config(tmp_path, programs)) as station:
            recording = station.recording(recording_id)
            assert recording.ends_at == ends_at
            assert [each.session_id for each in station.sessions()] == [session_id]
            assert recording.wait(60)
            assert recording.state is RecordingState.SAVED
            (receipt,) = recording.receipts
            assert (receipt.recording_id, receipt.ended) == (recording_id, "time")
            assert receipt.parts == 2 and receipt.playable and len(receipt.gaps) == 1
        assert list((tmp_path / "videos" / ".journal").iterdir()) == []
        assert "canary" not in receipt.model_dump_json()
