"""Which camera an address is, what its file keeps, and what becomes of its password."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

import pytest

from camrec.camera_address import parse_address
from camrec.camera_registry import (
    CAMERA_FILE_NAME,
    MAX_STORED_CAMERAS,
    CameraFile,
    CameraRegistry,
    KnownCamera,
    MeasuredDelay,
    address_identity,
    identity,
)
from camrec.errors import NotFoundError, ServiceError, StateError
from camrec.file_system import private
from support.private_files import is_private

URL = "rtsp://camera/stream"


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch):
    """A fingerprint of secrets takes 50 ms so that guessing is slow, which nothing here tests."""
    monkeypatch.setattr(identity, "SCRYPT_COST", 2**4)


def registry(folder: Path, **options) -> CameraRegistry:
    made = CameraRegistry(CameraFile(folder), **options)
    made.load()
    return made


def opened(known: CameraRegistry, address: str, name: str = "Door") -> KnownCamera:
    """The camera after it was opened, delivered and was closed."""
    source = parse_address(address)
    camera = known.acquire(source, name)
    with contextlib.suppress(ServiceError):  # then it is in memory
        known.remember(camera.camera_id, source, name)
    known.release(camera.camera_id)
    return known.get(camera.camera_id)


def stored(folder: Path) -> dict:
    return json.loads((folder / CAMERA_FILE_NAME).read_text("utf-8"))


# Which camera an address is.


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("rtsp://camera/a", "rtsp://CAMERA:554/a"),
        ("rtsp://camera/a", "RTSP://user:password@camera/a"),
        ("rtsp://user:one@camera/a", "rtsp://user:two@camera/a"),
        ("rtsps://camera/a", "rtsps://camera:322/a"),
        ("http://camera", "http://camera:80"),
        ("https://camera/a?b=1", "https://camera:443/a?b=1"),
        ("rtsp://[FE80::1]/a", "rtsp://[fe80::1]:554/a"),
        ("rtsp://camera/a#part", "rtsp://camera/a"),
    ],
)
def test_two_spellings_of_an_address_are_one_camera(first, second):
    assert address_identity(parse_address(first)) == address_identity(parse_address(second))


@pytest.mark.parametrize(
    "other",
    [
        "rtsps://camera/a?b=1",
        "http://camera/a?b=1",
        "rtsp://camera2/a?b=1",
        "rtsp://camera:8554/a?b=1",
        "rtsp://camera/A?b=1",
        "rtsp://camera/a/?b=1",
        "rtsp://camera/a?b=2",
        "rtsp://camera/a?B=1",
        "rtsp://camera/a?",
        "rtsp://camera/%61?b=1",
    ],
)
def test_another_scheme_host_port_path_or_query_is_another_camera(other):
    first = parse_address("rtsp://camera/a?b=1")
    assert address_identity(first) != address_identity(parse_address(other))


def test_an_identity_contains_no_secret():
    source = parse_address("http://user:canary@camera/a?pwd=canary&channel=1")
    assert address_identity(source) == "http://camera:80/a?pwd=***&channel=1"


def test_addresses_that_differ_in_secret_parameters_only_are_two_cameras(tmp_path):
    known = registry(tmp_path)
    first = opened(known, "http://recorder/v?token=canary-1")
    second = opened(known, "http://recorder/v?token=canary-2")
    assert first.url == second.url == "http://recorder/v?token=***"
    assert first.camera_id != second.camera_id
    later = registry(tmp_path)
    assert later.find(parse_address("http://recorder:80/v?token=canary-1")) == first
    assert later.find(parse_address("http://recorder/v?token=canary-2")) == second
    assert later.find(parse_address("http://recorder/v?token=canary-3")) is None
    assert later.find(parse_address("http://recorder/v?token=***")) is None
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text("utf-8")


# Ids and names.


def test_a_camera_has_the_same_id_and_name_after_a_restart(tmp_path):
    camera = opened(registry(tmp_path), "rtsp://user:canary@camera/stream", "Door")
    later = registry(tmp_path)
    assert later.cameras() == [camera]
    assert later.acquire(parse_address("rtsp://camera:554/stream"), "other") == camera
    assert (camera.name, camera.url, camera.guarded) == ("Door", URL, True)
    assert "canary" not in (tmp_path / CAMERA_FILE_NAME).read_text("utf-8")


def test_a_name_stays_until_another_one_is_given(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL, "Door")
    known.remember(camera.camera_id, parse_address(URL))
    assert known.get(camera.camera_id).name == "Door"
    known.remember(camera.camera_id, parse_address(URL), "Gate")
    assert registry(tmp_path).get(camera.camera_id).name == "Gate"


def test_a_camera_that_never_delivers_is_forgotten_with_its_last_session(tmp_path):
    known = registry(tmp_path)
    first, second = (known.acquire(parse_address(URL), "Door") for _ in range(2))
    assert first.camera_id == second.camera_id
    known.release(first.camera_id)
    assert known.cameras() == [first]
    known.release(first.camera_id)
    assert known.cameras() == [] and not (tmp_path / CAMERA_FILE_NAME).exists()


def test_the_camera_of_a_recording_that_continues_keeps_its_id(tmp_path):
    known = registry(tmp_path)
    camera = known.acquire(parse_address(URL), "Door", "0123456789abcdef")
    assert camera.camera_id == "0123456789abcdef"
    known.remember(camera.camera_id, parse_address(URL))
    assert registry(tmp_path).find(parse_address(URL)).camera_id == "0123456789abcdef"


def test_a_built_in_camera_is_not_stored_renamed_moved_or_removed(tmp_path):
    known = registry(tmp_path, built_in_ids=("demo",))
    source = parse_address("rtsp://127.0.0.1:4000/street")
    camera = known.acquire(source, "Demo", "demo")
    known.remember(camera.camera_id, source)
    for change in (
        lambda: known.update("demo", name="Other"),
        lambda: known.update("demo", source=parse_address(URL)),
        lambda: known.remove("demo"),
    ):
        with pytest.raises(StateError) as refused:
            change()
        assert refused.value.code == "camera_built_in"
    known.release("demo")
    assert known.cameras() == [] and not (tmp_path / CAMERA_FILE_NAME).exists()
    again = known.acquire(parse_address("rtsp://127.0.0.1:5000/street"), "Demo", "demo")
    assert (again.camera_id, again.url) == ("demo", "rtsp://127.0.0.1:5000/street")


def test_many_threads_that_open_one_address_get_one_camera(tmp_path):
    known, ids = registry(tmp_path), []
    start = threading.Barrier(8)

    def open_and_close():
        start.wait()
        ids.append(opened(known, URL).camera_id)

    threads = [threading.Thread(target=open_and_close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == len(known.cameras()) == len(registry(tmp_path).cameras()) == 1
    known.remove(ids[0])


# The limit.


def test_the_limit_drops_the_oldest_cameras_that_nothing_names(tmp_path):
    named: set[str] = set()
    known = registry(tmp_path, named_ids=lambda: named)
    cameras = [opened(known, f"rtsp://camera{n}/a") for n in range(MAX_STORED_CAMERAS)]
    named.add(cameras[0].camera_id)
    known.acquire(parse_address("rtsp://camera1/a"), "open")
    new = opened(known, "rtsp://new/a")
    kept = [each.camera_id for each in registry(tmp_path).cameras()]
    assert len(kept) == MAX_STORED_CAMERAS
    assert kept[0] == new.camera_id
    assert {cameras[0].camera_id, cameras[1].camera_id} <= set(kept), "a video names it, it is open"
    assert cameras[2].camera_id not in kept and cameras[3].camera_id in kept


def test_more_cameras_than_the_limit_stay_if_something_names_each(tmp_path):
    named: set[str] = set()
    known = registry(tmp_path, named_ids=lambda: named)
    for number in range(MAX_STORED_CAMERAS + 3):
        named.add(opened(known, f"rtsp://camera{number}/a").camera_id)
    assert len(registry(tmp_path).cameras()) == MAX_STORED_CAMERAS + 3


# Changes.


def test_a_rename_is_on_the_disk_when_it_returns(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    known.acquire(parse_address(URL), "Door")  # an open camera can be renamed
    known.update(camera.camera_id, name="Gate")
    assert stored(tmp_path)["cameras"][0]["name"] == "Gate"
    with pytest.raises(NotFoundError):
        known.update("none", name="Gate")


def test_an_open_camera_keeps_its_address_and_is_not_removed(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    known.acquire(parse_address(URL), "Door")
    for change in (
        lambda: known.update(camera.camera_id, source=parse_address("rtsp://other/a"), name="New"),
        lambda: known.remove(camera.camera_id),
    ):
        with pytest.raises(StateError) as refused:
            change()
        assert refused.value.code == "camera_open"
    assert known.get(camera.camera_id) == camera
    known.update(camera.camera_id, source=parse_address(URL), name="New")  # that is its address
    known.release(camera.camera_id)
    known.remove(camera.camera_id)
    assert known.cameras() == registry(tmp_path).cameras() == []


def test_no_camera_gets_the_address_of_another_one(tmp_path):
    known = registry(tmp_path)
    first, second = opened(known, URL), opened(known, "rtsp://other/a", "Gate")
    being_opened = known.acquire(parse_address("rtsp://new/a"), "New")
    for url in ("rtsp://user:word@CAMERA:554/stream", being_opened.url):
        with pytest.raises(StateError) as refused:
            known.update(second.camera_id, source=parse_address(url))
        assert refused.value.code == "camera_exists"
    # Its own address, spelled in another way.
    moved = known.update(first.camera_id, source=parse_address("rtsp://camera:554/stream"))
    assert moved.url == "rtsp://camera:554/stream"


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("rtsp://camera/other", "canary"),
        ("rtsp://CAMERA:554/stream?a=1", "canary"),
        ("rtsp://user:new@camera/other", "new"),
        ("rtsp://user:new@elsewhere/other", "new"),
        ("rtsp://elsewhere/stream", None),
        ("rtsp://camera:555/stream", None),
        ("rtsps://camera:554/stream", None),
        ("http://camera:554/stream", None),
    ],
)
def test_a_password_goes_to_no_other_scheme_host_or_port(url, password, tmp_path):
    known = registry(tmp_path)
    camera = opened(known, "rtsp://user:canary@camera/stream")
    moved = known.update(camera.camera_id, source=parse_address(url))
    source = known.source(moved)
    assert moved.camera_id == camera.camera_id and moved.guarded == (password is not None)
    assert (source.credential.password if source.credential else None) == password


def test_a_camera_whose_password_is_not_known_still_needs_it_at_a_new_path(tmp_path):
    camera = opened(registry(tmp_path), "rtsp://user:canary@camera/stream")
    known = registry(tmp_path)
    assert known.source(camera) is None
    moved = known.update(camera.camera_id, source=parse_address("rtsp://camera/other"))
    assert moved.guarded and known.source(moved) is None
    moved = known.update(camera.camera_id, source=parse_address("rtsp://elsewhere/other"))
    assert not moved.guarded
    assert known.source(moved).address() == "rtsp://elsewhere/other"


def test_an_address_sent_back_with_its_mask_keeps_its_secret_parameters(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, "http://camera/v?user=me&pwd=canary")
    same = known.update(camera.camera_id, name="Gate", source=parse_address(camera.url))
    assert same.secrets == camera.secrets
    assert known.source(same).address() == "http://camera/v?user=me&pwd=canary"
    later = registry(tmp_path)
    assert later.source(later.update(camera.camera_id, source=parse_address(camera.url))) is None
    moved = later.update(camera.camera_id, source=parse_address("http://camera/v?channel=1"))
    assert later.source(moved).address() == "http://camera/v?channel=1"
    moved = later.update(camera.camera_id, source=parse_address("http://camera/v?user=me&pwd=new"))
    assert later.source(moved).address() == "http://camera/v?user=me&pwd=new"


# The file.


def test_only_its_owner_can_read_the_file(tmp_path):
    (tmp_path / CAMERA_FILE_NAME).write_text('{"version": 1, "cameras": []}')
    opened(registry(tmp_path), URL)
    assert is_private(tmp_path / CAMERA_FILE_NAME)
    assert [each.name for each in tmp_path.iterdir()] == [CAMERA_FILE_NAME]


def test_the_file_of_an_older_camrec_is_taken_over_with_the_same_ids_each_time(tmp_path):
    old = [
        {"name": "Door", "url": URL, "guarded": True},
        {"name": "Gate", "url": "http://camera/v"},
    ]
    (tmp_path / ".cameras").write_text(json.dumps(old))
    only_read = CameraFile(tmp_path).read().cameras
    assert not (tmp_path / CAMERA_FILE_NAME).exists(), "reading changes nothing"
    known = registry(tmp_path)
    assert known.cameras() == registry(tmp_path).cameras() == list(only_read)
    assert [(each.name, each.url, each.guarded) for each in only_read] == [
        ("Door", URL, True),
        ("Gate", "http://camera/v", False),
    ]
    assert not (tmp_path / ".cameras").exists()


@pytest.mark.parametrize("text", ["no list", '{"a": 1}', '[{"name": 1}]', '[{"url": 1}, 2]'])
def test_an_old_file_that_is_not_understood_whole_is_kept(text, tmp_path):
    (tmp_path / ".cameras").write_text(text)
    opened(registry(tmp_path), URL)
    assert (tmp_path / ".cameras").read_text() == text
    assert len(registry(tmp_path).cameras()) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no JSON",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"cameras": []}',
        b'{"version": true, "cameras": []}',
        b'{"version": 0, "cameras": []}',
        b'{"version": 1, "cameras": {}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_or_foreign_file_gets_another_name_before_the_first_change(data, tmp_path):
    file = tmp_path / CAMERA_FILE_NAME
    for kept in (".cameras.json.damaged", ".cameras.json.damaged-2"):
        file.write_bytes(data)
        known = registry(tmp_path)
        assert known.cameras() == [] and file.read_bytes() == data
        opened(known, URL)
        assert (tmp_path / kept).read_bytes() == data
        assert [each.url for each in registry(tmp_path).cameras()] == [URL]


def test_what_a_later_camrec_added_to_the_file_is_kept(tmp_path):
    file = tmp_path / CAMERA_FILE_NAME
    entry = {"camera_id": "aa", "name": "Door", "url": URL, "lens": {"mm": 4}}
    strange = [
        {"camera_id": "bb", "name": "New", "url": "srt://camera/a"},
        {"camera_id": "aa", "name": "Twice", "url": "rtsp://twice/a"},
        {"camera_id": "../x", "name": "Id", "url": URL},
        {"camera_id": "cc", "name": "", "url": URL},
        {"camera_id": "dd", "name": "Word", "url": "rtsp://user:word@camera/a"},
        {"camera_id": "ee", "name": "\ud800", "url": URL},
        7,
    ]
    content = {"version": 1, "salt": "00ff", "cameras": [entry, *strange], "calibrated": [1]}
    file.write_text("\ufeff" + json.dumps(content), "utf-8")  # as Notepad writes it
    known = registry(tmp_path)
    assert [each.camera_id for each in known.cameras()] == ["aa"]
    known.update("aa", name="Gate")
    opened(known, "rtsp://other/a")
    now = stored(tmp_path)
    assert {each["name"]: each for each in now["cameras"][:2]}["Gate"] == {
        **entry,
        "name": "Gate",
        "clock": "arrival",
        "delay": None,
        "guarded": False,
        "secrets": None,
        "stays": False,
        "planned": False,
        "stored_address": None,
    }
    assert now["cameras"][2:] == strange
    assert (now["calibrated"], now["salt"]) == ([1], "00ff")


@pytest.mark.parametrize("layout", [{}, {"cameras": {"aa": {}}}])
def test_the_file_of_a_newer_camrec_is_read_and_not_changed(layout, tmp_path):
    file = tmp_path / CAMERA_FILE_NAME
    entry = {"camera_id": "aa", "name": "Door", "url": URL, "new": 1}
    file.write_text(json.dumps({"version": 2, "cameras": [entry], **layout}))
    before = file.read_bytes()
    known = registry(tmp_path)
    assert [each.camera_id for each in known.cameras()] == ([] if layout else ["aa"])
    assert known.acquire(parse_address(URL), "Door").name == "Door"
    opened(known, "rtsp://other/a", "Gate")  # it is known as long as camrec runs
    other = known.find(parse_address("rtsp://other/a"))
    for change in (
        lambda: known.update(other.camera_id, name="New"),
        lambda: known.remove(other.camera_id),
    ):
        with pytest.raises(ServiceError) as refused:
            change()
        assert refused.value.code == "cameras_file_kept"
        assert known.get(other.camera_id).name == "Gate", "nothing changed"
    assert file.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_file_that_cannot_be_read_is_kept(tmp_path):
    (tmp_path / CAMERA_FILE_NAME).mkdir()  # reading it fails, also for root
    known = registry(tmp_path)
    camera = opened(known, URL)
    assert known.cameras() == [camera]
    with pytest.raises(ServiceError) as refused:
        known.remove(camera.camera_id)
    assert refused.value.code == "cameras_file_kept"
    assert (tmp_path / CAMERA_FILE_NAME).is_dir()


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_file(tmp_path):
    known = registry(tmp_path / "nowhere")
    camera = opened(known, URL)
    assert known.cameras() == [camera]
    with pytest.raises(ServiceError) as refused:
        known.update(camera.camera_id, name="Gate")
    assert refused.value.code == "folder_unwritable"
    assert known.cameras() == [camera]


def test_what_could_not_be_written_is_written_with_the_next_change(tmp_path):
    folder = tmp_path / "videos"
    known = registry(folder)
    first = opened(known, URL)
    folder.mkdir()
    opened(known, URL)  # nothing about it is new
    assert registry(folder).cameras() == [first]
    folder.rename(tmp_path / "away")
    second = opened(known, "rtsp://other/a", "Gate")
    (tmp_path / "away").rename(folder)
    with pytest.raises(NotFoundError):
        known.update("none", name="Gate")
    known.update(first.camera_id, name="Yard")
    assert [each.name for each in registry(folder).cameras()] == ["Gate", "Yard"]
    known.remove(second.camera_id)
    assert [each.name for each in registry(folder).cameras()] == ["Yard"]


def test_a_new_file_is_on_the_disk_before_it_replaces_the_old_one(tmp_path, monkeypatch):
    steps = []

    def note(name: str) -> None:
        real = getattr(private, name)

        def noted(*given):
            steps.append(name)
            return real(*given)

        monkeypatch.setattr(private, name, noted)

    for name in ("open_private", "fsync_handle", "replace", "fsync_path"):
        note(name)
    opened(registry(tmp_path), URL)
    assert steps == ["open_private", "fsync_handle", "replace", "fsync_path"]


def test_what_dates_a_camera_s_frames_stays_until_it_is_changed(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    assert camera.clock == "arrival"
    known.remember(camera.camera_id, parse_address(URL), clock="camera")
    known.remember(camera.camera_id, parse_address(URL))
    later = registry(tmp_path)
    assert later.get(camera.camera_id).clock == "camera"
    assert later.update(camera.camera_id, name="Gate").clock == "camera"
    later.update(camera.camera_id, clock="arrival")
    assert registry(tmp_path).get(camera.camera_id).clock == "arrival"


# The measured delay.

DELAY = MeasuredDelay(
    delay_s=0.137, uncertainty_s=0.002, measured_at=1_790_000_000 * 10**9, utc_source="arrival"
)


def test_a_measured_delay_outlives_restarts_renames_and_openings(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    assert camera.delay is None
    assert known.update(camera.camera_id, delay=DELAY).delay == DELAY
    assert registry(tmp_path).update(camera.camera_id, name="Gate", clock="camera").delay == DELAY
    later = registry(tmp_path)
    assert opened(later, URL).delay == registry(tmp_path).get(camera.camera_id).delay == DELAY
    later.update(camera.camera_id, delay=None)
    assert registry(tmp_path).get(camera.camera_id).delay is None


def test_a_delay_can_be_measured_while_a_camera_is_open_for_the_first_time(tmp_path):
    known = registry(tmp_path)
    camera = known.acquire(parse_address(URL), "Door")
    known.update(camera.camera_id, delay=DELAY)
    assert not (tmp_path / CAMERA_FILE_NAME).exists()
    known.remember(camera.camera_id, parse_address(URL))
    assert registry(tmp_path).get(camera.camera_id).delay == DELAY


@pytest.mark.parametrize(
    ("url", "keeps"),
    [
        ("rtsp://camera/v?pwd=***", True),
        ("rtsp://CAMERA:554/v?pwd=canary", True),
        ("rtsp://user:new@camera/v?pwd=canary", True),
        ("rtsp://camera/v?pwd=other", False),
        ("rtsp://camera/v", False),
        ("rtsp://camera/w?pwd=canary", False),
        ("rtsp://elsewhere/v?pwd=canary", False),
    ],
)
def test_a_measured_delay_is_forgotten_at_another_address_only(url, keeps, tmp_path):
    known = registry(tmp_path)
    camera = opened(known, "rtsp://camera/v?pwd=canary")
    known.update(camera.camera_id, delay=DELAY)
    moved = known.update(camera.camera_id, source=parse_address(url), name="Gate")
    assert (
        moved.delay == registry(tmp_path).get(camera.camera_id).delay == (DELAY if keeps else None)
    )


def test_a_delay_that_comes_with_a_new_address_is_that_of_the_new_address(tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    new = DELAY.model_copy(update={"delay_s": 0.04})
    known.update(camera.camera_id, delay=DELAY)
    assert (
        known.update(camera.camera_id, source=parse_address("rtsp://b/a"), delay=new).delay == new
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"delay_s": float("nan")},
        {"delay_s": 61.0},
        {"uncertainty_s": -0.001},
        {"uncertainty_s": True},
        {"measured_at": "now"},
        {"utc_source": "zone"},
    ],
)
def test_a_stored_delay_that_is_not_understood_costs_the_camera_nothing_else(changes, tmp_path):
    known = registry(tmp_path)
    camera = opened(known, URL)
    content = stored(tmp_path)
    content["cameras"][0]["delay"] = DELAY.model_dump() | changes
    (tmp_path / CAMERA_FILE_NAME).write_text(json.dumps(content), "utf-8")
    assert registry(tmp_path).cameras() == [camera]


def test_a_built_in_camera_has_no_measured_delay(tmp_path):
    known = registry(tmp_path, built_in_ids=("demo",))
    known.acquire(parse_address("rtsp://127.0.0.1:4000/street"), "Demo", "demo")
    with pytest.raises(StateError) as refused:
        known.update("demo", delay=DELAY)
    assert refused.value.code == "camera_built_in"


# Cameras that stay.

LOGIN_URL = "rtsp://user:canary@camera/stream"


def staying(folder: Path, address: str = LOGIN_URL) -> KnownCamera:
    """A camera that stays and was opened once."""
    known, source = registry(folder), parse_address(address)
    camera = known.acquire(source, "Door")
    known.remember(camera.camera_id, source, stays=True)
    known.release(camera.camera_id)
    return known.get(camera.camera_id)


@pytest.mark.parametrize("address", [LOGIN_URL, "http://camera/v?user=me&pwd=canary", URL])
def test_a_camera_that_stays_can_be_opened_after_a_restart(address, tmp_path):
    camera = staying(tmp_path, address)
    later = registry(tmp_path)
    assert later.get(camera.camera_id).stays
    assert later.source(camera).address() == address
    assert is_private(tmp_path / CAMERA_FILE_NAME)
    assert "canary" not in repr(camera) and "canary" not in str(camera)
    assert stored(tmp_path)["cameras"][0]["stored_address"] == (None if address == URL else address)


def test_a_password_is_in_the_file_only_while_its_camera_stays(tmp_path):
    camera = staying(tmp_path)
    file = tmp_path / CAMERA_FILE_NAME
    later = registry(tmp_path)
    assert b"canary" in file.read_bytes()
    later.update(camera.camera_id, name="Gate", clock="camera")
    assert b"canary" in file.read_bytes()
    later.update(camera.camera_id, stays=False)
    assert b"canary" not in file.read_bytes() and not later.get(camera.camera_id).stays
    later.update(camera.camera_id, stays=True)  # its password is still in memory
    assert b"canary" in file.read_bytes()
    later.remove(camera.camera_id)
    assert b"canary" not in file.read_bytes()


def test_a_camera_stays_until_that_is_taken_away(tmp_path):
    camera = staying(tmp_path)
    known = registry(tmp_path)
    known.remember(camera.camera_id, parse_address("rtsp://user:canary-2@camera/stream"))
    assert b"canary-2" in (tmp_path / CAMERA_FILE_NAME).read_bytes()
    known.remember(camera.camera_id, parse_address(LOGIN_URL), stays=False)
    assert b"canary" not in (tmp_path / CAMERA_FILE_NAME).read_bytes()


def test_a_camera_whose_password_is_not_known_cannot_stay(tmp_path):
    camera = opened(registry(tmp_path), LOGIN_URL)
    known = registry(tmp_path)
    with pytest.raises(StateError) as refused:
        known.update(camera.camera_id, stays=True)
    assert refused.value.code == "camera_password_unknown" and not known.cameras()[0].stays
    known.update(camera.camera_id, stays=True, source=parse_address(LOGIN_URL))
    assert registry(tmp_path).source(known.get(camera.camera_id)).address() == LOGIN_URL


@pytest.mark.parametrize(
    ("url", "password"),
    [("rtsp://camera/other", "canary"), ("rtsp://elsewhere/stream", None), (URL + "?b", "canary")],
)
def test_the_stored_password_of_a_moved_camera_goes_to_no_other_server(url, password, tmp_path):
    camera = staying(tmp_path)
    moved = registry(tmp_path).update(camera.camera_id, source=parse_address(url))
    source = registry(tmp_path).source(moved)
    assert source.url == url
    assert (source.credential.password if source.credential else None) == password
    assert (b"canary" in (tmp_path / CAMERA_FILE_NAME).read_bytes()) == (password is not None)


def test_a_stored_address_of_another_url_is_not_used(tmp_path):
    """A camrec that does not know the key has moved the camera."""
    staying(tmp_path)
    content = stored(tmp_path)
    for url in ("rtsp://elsewhere/stream", "rtsp://camera/other"):
        content["cameras"][0]["url"] = url
        (tmp_path / CAMERA_FILE_NAME).write_text(json.dumps(content))
        known = registry(tmp_path)
        (camera,) = known.cameras()
        assert camera.stays and camera.stored_address is None and known.source(camera) is None


def test_the_limit_drops_no_camera_that_stays(tmp_path):
    camera = staying(tmp_path)
    known = registry(tmp_path)
    for number in range(MAX_STORED_CAMERAS):
        opened(known, f"rtsp://camera{number}/a")
    cameras = registry(tmp_path).cameras()
    assert len(cameras) == MAX_STORED_CAMERAS and cameras[-1] == camera


def test_a_camera_that_is_being_opened_can_be_told_to_stay(tmp_path):
    known, source = registry(tmp_path), parse_address(LOGIN_URL)
    camera = known.acquire(source, "Door")
    assert known.update(camera.camera_id, stays=True).stays
    known.remember(camera.camera_id, source)
    assert registry(tmp_path).source(known.get(camera.camera_id)).address() == LOGIN_URL


@pytest.mark.parametrize("address", [LOGIN_URL, URL])
def test_a_camera_whose_file_cannot_be_written_does_not_claim_to_stay(address, tmp_path):
    folder = tmp_path / "videos"
    folder.write_text("a file where the folder should be", "utf-8")
    known, source = registry(folder), parse_address(address)
    camera_id = known.acquire(source, "Door").camera_id
    with pytest.raises(ServiceError) as refused:
        known.remember(camera_id, source, stays=True)
    assert refused.value.code in ("folder_unwritable", "cameras_file_kept")
    camera = known.get(camera_id)
    assert (camera.stays, camera.stored_address) == (False, None)
    assert known.source(camera) == source


def test_a_camera_stays_if_the_opposite_cannot_be_written(tmp_path, monkeypatch):
    camera = staying(tmp_path)
    file = CameraFile(tmp_path)
    known = CameraRegistry(file)
    known.load()
    with monkeypatch.context() as patched:
        patched.setattr(file, "write", _fail)
        with pytest.raises(ServiceError):
            known.remember(camera.camera_id, parse_address(LOGIN_URL), stays=False)
    assert known.get(camera.camera_id) == camera
    known.update(camera.camera_id, name="Gate")
    assert registry(tmp_path).source(known.get(camera.camera_id)).address() == LOGIN_URL


def _fail(content: object) -> None:
    """A stand-in for a disk that became full."""
    raise ServiceError("folder_unwritable", folder="videos", reason="full")
