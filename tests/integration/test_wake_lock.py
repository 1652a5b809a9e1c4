"""The computer is asked to stay awake over a real D-Bus, by a real station that records."""

from __future__ import annotations

import subprocess
import sys

import pytest

from camrec.clock import NS_PER_SECOND
from camrec.station import Station
from camrec.wake_lock import WakeLockError
from camrec.wake_lock.desktop_lock import DesktopLock
from camrec.wake_lock.systemd_lock import SystemdLock
from support.cameras.mjpeg import MjpegCamera
from support.cameras.provision import apt
from support.units_made import until

pytestmark = [pytest.mark.spread]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="D-Bus and systemd are of Linux")

PATIENCE = 30.0
HOLD_UNTIL_KILLED = """
import time
from camrec.wake_lock.systemd_lock import SystemdLock
SystemdLock().acquire()
print("held", flush=True)
time.sleep(1000)
"""


@pytest.fixture
def bus(tmp_path, monkeypatch):
    from support.private_bus import private_bus

    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def gnome(bus):
    from support.private_bus import MadeGnome

    with MadeGnome(bus) as gnome:
        yield gnome


@pytest.fixture
def logind(bus):
    from support.private_bus import MadeLogind

    apt("systemd", program="systemd-inhibit")
    with MadeLogind(bus) as logind:
        yield logind


@pytest.fixture
def camera():
    with MjpegCamera() as camera:
        yield camera


def methods(service) -> list[str]:
    return [name for name, _ in service.calls]


@on_linux
def test_a_desktop_is_asked_when_a_recording_starts_and_told_when_it_was_saved(
    binaries, tmp_path, gnome, camera
):
    with Station(binaries.config(tmp_path)) as station:
        session = station.cameras.open(camera.url)
        assert methods(gnome) == []
        recording = station.recordings.start(session.session_id, 60)
        until(lambda: methods(gnome) == ["Inhibit"])
        station.recordings.stop(recording_id=recording.recording_id)
        until(lambda: methods(gnome) == ["Inhibit", "Uninhibit"])
        in_five_minutes = station.clock.utc_ns() + 300 * NS_PER_SECOND
        scheduled = station.recordings.start(session.session_id, 60, start_at=in_five_minutes)
        until(lambda: methods(gnome) == ["Inhibit", "Uninhibit", "Inhibit"])
        scheduled.stop()
        until(lambda: methods(gnome)[2:] == ["Inhibit", "Uninhibit"])


@on_linux
def test_a_station_that_stops_lets_the_computer_sleep_after_its_last_recording(
    binaries, tmp_path, gnome, camera
):
    with Station(binaries.config(tmp_path)) as station:
        session = station.cameras.open(camera.url)
        station.recordings.start(session.session_id, 60)
        until(lambda: methods(gnome) == ["Inhibit"])
    assert methods(gnome) == ["Inhibit", "Uninhibit"]


@on_linux
def test_nothing_is_asked_if_the_settings_say_so(binaries, tmp_path, gnome, camera):
    with Station(binaries.config(tmp_path, keep_awake=False)) as station:
        session = station.cameras.open(camera.url)
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(PATIENCE)
    assert methods(gnome) == []


@on_linux
def test_a_computer_that_cannot_be_asked_records_all_the_same(
    binaries, tmp_path, monkeypatch, caplog, camera
):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    caplog.set_level("INFO", "camrec")
    with Station(binaries.config(tmp_path)) as station:
        session = station.cameras.open(camera.url)
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(PATIENCE)
        assert recording.error is None
    told = [each for each in caplog.messages if "cannot be asked to stay awake" in each]
    assert len(told) == 1


@on_linux
def test_logind_gives_a_lock_against_sleep_until_it_is_released(logind):
    lock = SystemdLock()
    lock.acquire()
    assert logind.is_held
    assert logind.calls == [("Inhibit", ("idle:sleep", "camrec", "recording", "block"))]
    lock.release()
    until(lambda: not logind.is_held)


@on_linux
def test_the_lock_of_logind_ends_with_a_killed_camrec(logind):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_KILLED], stdout=subprocess.PIPE
    ) as camrec:
        assert camrec.stdout.readline() == b"held\n"
        assert logind.is_held
        camrec.kill()
        until(lambda: not logind.is_held)


@on_linux
def test_a_system_without_logind_says_why_it_gives_no_lock(bus):
    apt("systemd", program="systemd-inhibit")
    lock = SystemdLock()
    with pytest.raises(WakeLockError, match="login1"):
        lock.acquire()
    lock.release()


@pytest.mark.skipif(sys.platform == "linux", reason="Linux needs a desktop; see above")
def test_windows_and_macos_grant_a_lock_and_take_it_back():
    lock = DesktopLock()
    lock.acquire()
    lock.release()
    lock.release()
