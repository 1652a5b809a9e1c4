"""Passwords in the system's keyring: with a fake one, because no test may touch the real one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from camrec.camera_address import parse_address
from camrec.camera_registry import CAMERA_FILE_NAME, CameraFile, CameraRegistry
from camrec.config import Config
from camrec.credential_store import KEYRING_SERVICE, CredentialStore
from camrec.errors import ServiceError
from camrec.journal import Journal
from camrec.session import SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.journal_entry import ENTRY

pytestmark = pytest.mark.spread

URL = "rtsp://camera/stream"


class Memory(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check(password)
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]

    def _check(self, *given: str) -> None:
        if self.locked:
            raise KeyringLocked(f"it is locked {given}")


@pytest.fixture
def system():
    """The keyring of this process while the test runs."""
    before, made = keyring.get_keyring(), Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_journal_s_credential_is_in_the_keyring_and_not_on_the_disk(system, tmp_path):
    journal = Journal(tmp_path, CredentialStore())
    journal.save(ENTRY)
    journal.save(ENTRY.model_copy(update={"ended": "stopped"}))
    assert list(system.kept) == [(KEYRING_SERVICE, "recording aa")]
    assert all("canary" not in each.read_text() for each in tmp_path.iterdir())
    later = Journal(tmp_path, CredentialStore())
    (entry,) = later.read_entries()
    assert entry.address == ENTRY.address
    # A recording that continues is stored again.
    later.save(entry)
    later.erase("aa")
    assert system.kept == {} and list(tmp_path.iterdir()) == []


def test_an_entry_whose_credential_was_lost_goes_on_without_it(system, tmp_path, caplog):
    Journal(tmp_path, CredentialStore()).save(ENTRY)
    vault = CredentialStore()
    system.locked = True
    (entry,) = Journal(tmp_path, vault).read_entries()
    assert entry.address == URL and "KeyringLocked" in caplog.text
    assert "canary" not in caplog.text


def opened(folder: Path, address: str) -> CameraRegistry:
    """The cameras after this one was opened, delivered and was closed."""
    known, source = CameraRegistry(CameraFile(folder), CredentialStore()), parse_address(address)
    camera = known.acquire(source, "door")
    known.remember(camera.camera_id, source)
    known.release(camera.camera_id)
    return known


def test_a_camera_without_a_password_is_nothing_for_the_keyring(system, tmp_path):
    Journal(tmp_path, CredentialStore()).save(ENTRY.model_copy(update={"address": URL}))
    opened(tmp_path, URL)
    assert system.kept == {}


@pytest.mark.parametrize(
    "address",
    ["rtsp://user:canary@camera/stream", "http://camera/video.cgi?user=me&pwd=canary"],
)
def test_earlier_cameras_are_known_with_their_passwords(address, system, tmp_path):
    (camera,) = opened(tmp_path, address).cameras()
    assert list(system.kept.values()) == [address]
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text()
    later = CameraRegistry(CameraFile(tmp_path), CredentialStore())
    assert later.source(camera).address() == address
    moved = later.update(camera.camera_id, source=parse_address("rtsp://other/a"))
    assert later.source(moved).credential is None and system.kept == {}


def test_a_removed_camera_is_not_in_the_keyring_any_more(system, tmp_path):
    known = opened(tmp_path, "rtsp://user:canary@camera/stream")
    (camera,) = known.cameras()
    moved = known.update(camera.camera_id, source=parse_address("rtsp://camera/other"))
    assert list(system.kept.values()) == ["rtsp://user:canary@camera/other"]
    known.remove(moved.camera_id)
    assert system.kept == {}


def test_a_removed_camera_that_needed_no_password_last_is_not_in_the_keyring_any_more(
    system, tmp_path
):
    (camera,) = opened(tmp_path, "rtsp://user:canary@camera/stream").cameras()
    without_keyring = CameraRegistry(CameraFile(tmp_path))
    without_keyring.remember(camera.camera_id, parse_address(URL))
    assert not without_keyring.get(camera.camera_id).has_secret and system.kept
    CameraRegistry(CameraFile(tmp_path), CredentialStore()).remove(camera.camera_id)
    assert system.kept == {}


def test_a_password_that_an_older_camrec_stored_under_the_address_is_found(system, tmp_path):
    old = [{"name": "door", "url": URL, "guarded": True}]
    (tmp_path / ".cameras").write_text(json.dumps(old))
    CredentialStore().store(f"camera {URL}", "rtsp://user:canary@camera/stream")
    known = CameraRegistry(CameraFile(tmp_path), CredentialStore())
    (camera,) = known.cameras()
    assert known.source(camera).credential.password == "canary"
    known.remove(camera.camera_id)
    assert system.kept == {}


def test_the_password_of_a_camera_that_stays_is_in_the_keyring_and_not_in_the_file(
    system, tmp_path
):
    address = "rtsp://user:canary@camera/stream"
    camera_id = opened(tmp_path, address).cameras()[0].camera_id
    known = CameraRegistry(CameraFile(tmp_path), CredentialStore())
    camera = known.update(camera_id, stays=True)
    assert known.source(camera).address() == address
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text()


def test_stored_passwords_move_to_the_keyring_when_it_is_turned_on(system, tmp_path):
    source = parse_address("rtsp://user:canary@camera/stream")
    known = CameraRegistry(CameraFile(tmp_path))
    camera = known.acquire(source, "door")
    known.remember(camera.camera_id, source, stays=True)
    assert "canary" in (tmp_path / CAMERA_FILE_NAME).read_text()
    vault = CredentialStore()
    system.locked = True
    later = CameraRegistry(CameraFile(tmp_path), vault)
    later.load()
    later.remember(camera.camera_id, later.source(later.get(camera.camera_id)))  # it delivers
    later.update(camera.camera_id, name="Gate", stays=True)
    assert "canary" in (tmp_path / CAMERA_FILE_NAME).read_text(), "it is nowhere else"
    system.locked = False
    later = CameraRegistry(CameraFile(tmp_path), vault)
    later.load()
    assert list(system.kept.values()) == [source.address()]
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text()
    assert later.source(later.get(camera.camera_id)) == source


def test_a_camera_stays_only_if_the_keyring_takes_its_password(system, tmp_path):
    source = parse_address("rtsp://user:canary@camera/stream")
    known = CameraRegistry(CameraFile(tmp_path), CredentialStore())
    camera_id = known.acquire(source, "door").camera_id
    system.locked = True
    with pytest.raises(ServiceError) as refused:
        known.remember(camera_id, source, stays=True)
    assert refused.value.code == "keyring_unusable"
    known.remember(camera_id, source)  # it can be used until camrec ends
    with pytest.raises(ServiceError):
        known.update(camera_id, stays=True)
    assert not known.get(camera_id).stays and known.source(known.get(camera_id)) == source
    system.locked = False
    assert known.update(camera_id, stays=True).stays
    later = CameraRegistry(CameraFile(tmp_path), CredentialStore())
    assert later.get(camera_id).stays and later.source(later.get(camera_id)) == source
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text()


def test_an_unusable_keyring_is_reported_at_the_start(system, monkeypatch, tmp_path):
    system.locked = True
    with pytest.raises(ServiceError) as refused:
        CredentialStore()
    assert refused.value.code == "keyring_unusable" and "KeyringLocked" in str(refused.value)
    for name in ("fail", "null"):
        module = importlib.import_module(f"keyring.backends.{name}")
        keyring.set_keyring(module.Keyring())
        with pytest.raises(ServiceError) as refused:
            Station(Config(videos_dir=tmp_path / "videos", keyring=True))
        assert refused.value.code == "keyring_unusable"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServiceError) as refused:
        CredentialStore()
    assert refused.value.code == "keyring_missing"
    assert 'pip install "camrec[keyring]"' in refused.value.text("en")


def test_a_station_in_a_temporary_folder_changes_no_camera_and_no_keyring(
    system, binaries, tmp_path
):
    config = binaries.config(tmp_path / "temporary", keyring=True)
    videos = tmp_path / "videos"
    videos.mkdir()
    with MjpegCamera(auth="digest", user="user", password="canary") as camera:
        source = parse_address(camera.url)
        (known,) = opened(videos, source.url).cameras()
        before = (videos / CAMERA_FILE_NAME).read_bytes()
        with Station(config, cameras_from=videos) as station, MjpegCamera() as other:
            session = station.cameras.open(camera.url)
            assert (session.camera_id, session.name) == (known.camera_id, "door")
            station.recordings.start(session.session_id, 1).wait()
            station.cameras.open(other.url)
    assert system.kept == {}
    assert (videos / CAMERA_FILE_NAME).read_bytes() == before
    assert not (config.videos / CAMERA_FILE_NAME).exists()


def test_a_camera_is_opened_again_by_one_click_after_a_restart(system, binaries, tmp_path):
    config = binaries.config(tmp_path, keyring=True)
    with MjpegCamera(auth="digest", user="user", password="canary") as camera:
        with Station(config) as station:
            session = station.cameras.open(camera.url, "Bench")
            recording = station.recordings.start(session.session_id, 600)
            assert (KEYRING_SERVICE, f"recording {recording.recording_id}") in system.kept
            files = [each for each in tmp_path.rglob("*") if each.suffix == ".json"]
            assert files and all(b"canary" not in each.read_bytes() for each in files)
        assert [name for _, name in system.kept] == [f"camera {session.camera_id}"]
        with Station(config) as station:
            (known,) = station.known_cameras.recent()
            session = station.known_cameras.reopen(known.camera_id)
            session.machine.wait(lambda state: state is not SessionState.OPENING)
            assert (session.state, session.name) == (SessionState.LIVE, "Bench")
