"""Videos as files: ranges, validators, downloads, deletion."""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from datetime import datetime, timezone

import pytest

from camrec.config import Config
from camrec.receipt import Receipt
from camrec.web.handlers import file
from camrec.web.handlers.file import content_disposition
from support.saved_videos import encode_small_video
from support.wire import Wire, serving

NAME = "Hof Tür 2026-11-23 14-03-00.mp4"
PATH = "/videos/Hof%20T%C3%BCr%202026-11-23%2014-03-00.mp4"


@pytest.fixture(scope="module")
def made(binaries, tmp_path_factory):
    """A small real video."""
    path = tmp_path_factory.mktemp("made") / "made.mp4"
    return encode_small_video(binaries.ffmpeg, path, 4)


@pytest.fixture
def library(tmp_path, made):
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copy(made, folder / NAME)
    return folder


@pytest.fixture
def wire(binaries, tmp_path, library):
    config = Config(videos_dir=library, bin_dir=tmp_path / "bin", ffmpeg_path=str(binaries.ffmpeg))
    with serving(config) as (_, wire):
        yield wire


def test_a_video_is_served_whole_with_its_headers(wire: Wire, library):
    data = (library / NAME).read_bytes()
    reply = wire.get(PATH)
    assert reply.status == 200 and reply.body == data
    assert reply.headers["Content-Type"] == "video/mp4"
    assert reply.headers["Content-Length"] == str(len(data))
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in reply.headers
    head = wire.ask("HEAD", PATH)
    assert head.status == 200 and head.body == b""
    assert dict(head.headers) == {**dict(reply.headers), "Date": head.headers["Date"]}


@pytest.mark.parametrize(
    ("asked", "piece"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=0-", slice(0, None)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=1000-99999999999", slice(1000, None)),
        ("bytes=-500", slice(-500, None)),
        ("bytes=-99999999999", slice(0, None)),
    ],
)
def test_a_byte_range_of_a_video_is_served(wire: Wire, library, asked, piece):
    data = (library / NAME).read_bytes()
    reply = wire.get(PATH, Range=asked)
    assert reply.status == 206 and reply.body == data[piece]
    start, end, _ = piece.indices(len(data))
    assert reply.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(data)}"


def test_a_request_through_a_buffering_proxy_gets_a_short_byte_range(
    wire: Wire, library, monkeypatch
):
    monkeypatch.setattr(file, "MAX_PROXIED_RANGE_BYTES", 1000)
    data = (library / NAME).read_bytes()
    reply = wire.get(PATH, Range="bytes=500-", X_ProxyContextPath="/user/ana/camrec")
    assert reply.status == 206 and reply.body == data[500:1500]
    assert reply.headers["Content-Range"] == f"bytes 500-1499/{len(data)}"
    assert wire.get(PATH, Range="bytes=500-").body == data[500:]


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=a-b", "pages=1-2", "bytes=0-1,3-4", "bytes="]
)
def test_a_malformed_byte_range_returns_the_whole_video(wire: Wire, library, asked):
    reply = wire.get(PATH, Range=asked)
    assert reply.status == 200 and len(reply.body) == (library / NAME).stat().st_size


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_an_unsatisfiable_byte_range_is_rejected_with_416(wire: Wire, library, asked):
    reply = wire.get(PATH, Range=asked)
    assert (reply.status, reply.code) == (416, "bad_range")
    assert reply.headers["Content-Range"] == f"bytes */{(library / NAME).stat().st_size}"


def test_a_video_that_the_client_has_cached_is_not_sent_again(wire: Wire):
    first = wire.get(PATH)
    for header in ({"If_None_Match": f'"x", W/{first.headers["ETag"]}'}, {"If_None_Match": "*"}):
        reply = wire.get(PATH, **header)
        assert reply.status == 304 and reply.body == b""
    assert wire.get(PATH, If_None_Match='"x"').status == 200
    assert wire.get(PATH, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert wire.get(PATH, If_Modified_Since="yesterday").status == 200


def test_a_file_that_changed_is_sent_again(wire: Wire, library):
    """Its ETag changes, and a range of the old file is not mixed with the new one."""
    first = wire.get(PATH)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert wire.get(PATH, Range="bytes=0-9", If_Range=etag).status == 206
    assert wire.get(PATH, Range="bytes=0-9", If_Range=modified).status == 206
    with (library / NAME).open("ab") as file:
        file.write(b"\0\0\0\x08free")
    os.utime(library / NAME, (1, 1))
    again = wire.get(PATH, Range="bytes=0-9", If_Range=etag)
    assert again.status == 200 and len(again.body) == len(first.body) + 8
    assert wire.get(PATH, If_None_Match=etag).status == 200


def test_a_download_keeps_its_name(wire: Wire):
    reply = wire.get(PATH + "?download=1")
    assert reply.headers["Content-Disposition"] == (
        'attachment; filename="Hof T_r 2026-11-23 14-03-00.mp4"; '
        "filename*=UTF-8''Hof%20T%C3%BCr%202026-11-23%2014-03-00.mp4"
    )
    assert content_disposition('a"b\\c\r\n.mp4').count('"') == 2


def test_a_video_is_listed_has_a_thumbnail_and_is_deleted_by_rest(wire: Wire, library):
    [video] = wire.get("/videos").json()["videos"]
    assert video["filename"] == NAME and video["video_codec"] == "h264"
    assert (video["width"], video["height"]) == (640, 360)
    picture = wire.get(PATH.replace("/videos/", "/thumbnails/"))
    assert picture.status == 200 and picture.body[:2] == b"\xff\xd8"
    assert picture.headers["Content-Type"] == "image/jpeg"
    reply = wire.ask("DELETE", PATH)
    assert reply.status == 204 and reply.body == b""
    assert wire.get("/videos").json() == {"videos": []}
    assert not (library / NAME).exists()
    assert wire.get(PATH).code == "no_video"


def test_several_videos_are_downloaded_as_one_zip_archive(wire: Wire, library):
    shutil.copy(library / NAME, library / "second.mp4")
    query = f"video={PATH.removeprefix('/videos/')}&video=second.mp4"
    reply = wire.get(f"/archive?{query}&video=second.mp4")
    assert reply.status == 200 and reply.headers["Content-Type"] == "application/zip"
    name = re.search(r'filename="([^"]*)"', reply.headers["Content-Disposition"])[1]
    assert re.fullmatch(r"camrec \d{4}-\d\d-\d\d, 2 videos\.zip", name)
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [NAME, "second.mp4"]
        assert archive.read(NAME) == (library / NAME).read_bytes()
    assert wire.get("/archive").code == "bad_field"
    assert wire.get("/archive?video=none.mp4").code == "no_video"
    assert wire.get("/archive?video=../config.yaml").code == "bad_filename"


def test_a_zip_archive_contains_the_receipts_and_is_named_by_camera_and_days(wire: Wire, library):
    size = (library / NAME).stat().st_size
    first, last = (datetime(2026, 11, day, 12).astimezone(timezone.utc) for day in (23, 25))
    for number, begin in enumerate((first, last)):
        path = library / f"renamed {number}.mp4"
        shutil.copy(library / NAME, path)
        made = receipt_of(
            size,
            name=f"renamed {number}",
            camera="Door",
            started_at=f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        )
        made.write(path.with_suffix(".json"))
    reply = wire.get("/archive?video=renamed%200.mp4&video=renamed%201.mp4")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        names = archive.namelist()
        assert names == ["renamed 0.mp4", "renamed 0.json", "renamed 1.mp4", "renamed 1.json"]
    disposition = reply.headers["Content-Disposition"]
    assert 'filename="Door 2026-11-23 to 2026-11-25, 2 videos.zip"' in disposition
    (video,) = [
        each for each in wire.get("/videos").json()["videos"] if each["name"] == "renamed 0"
    ]
    assert video["camera"] == "Door"


def receipt_of(size: int, **facts: object) -> Receipt:
    usual = {"recording_id": "r1", "source": "rtsp://camera/", "asked": 4.0, "duration": 4.0}
    usual |= {
        "ended_at": "2026-11-25T12:00:04Z",
        "ended": "time",
        "frames": 100,
        "sha256": "0" * 64,
    }
    usual |= {"width": 640, "height": 360, "video_codec": "h264", "playable": True, "size": size}
    return Receipt(**usual | facts)


def test_frame_times_and_a_preview_at_any_time_are_served(wire: Wire, library):
    (library / "broken.mp4").write_bytes(b"no film")
    told = wire.get(f"{PATH}/times")
    assert told.json()["times"] == pytest.approx([n / 25 for n in range(100)], abs=1e-4)
    first, last, beyond = (wire.get(f"{PATH}/preview?at={at}") for at in (0, 3.9, 1000))
    assert first.status == 200 and first.headers["Content-Type"] == "image/jpeg"
    assert first.body[:2] == b"\xff\xd8" and 1000 < len(first.body) < 30_000
    assert last.body == beyond.body
    assert wire.get(f"{PATH}/preview?at=now").code == "bad_field"
    assert wire.get(f"{PATH}/preview?at=inf").code == "bad_field"
    assert wire.get(f"{PATH}/preview").code == "bad_field"
    for what in ("preview?at=1", "times"):
        assert wire.get(f"/videos/broken.mp4/{what}").code == "no_thumbnail"
        assert wire.get(f"/videos/none.mp4/{what}").code == "no_video"


def test_a_video_is_renamed_and_locked_by_rest(wire: Wire, library):
    told = wire.ask("PATCH", PATH, {"name": "Back door"})
    assert told.status == 200, told.body
    renamed = told.json()["filename"]
    assert told.json()["name"] == "Back door" and (library / renamed).exists()
    assert not (library / NAME).exists()
    path = f"/videos/{renamed.replace(' ', '%20')}"
    assert wire.ask("PATCH", path, {"locked": True}).code == "no_receipt"
    assert wire.ask("PATCH", path, {"name": ""}).code == "bad_name"
    assert wire.ask("PATCH", path, {"name": 3}).code == "bad_name"
    assert wire.ask("PATCH", path, {}).code == "no_change"
    assert wire.ask("PATCH", path, {"name": "x", "size": 1}).code == "bad_field"
    assert wire.ask("PATCH", PATH, {"name": "gone"}).code == "no_video"


def test_what_an_evicted_video_has_left_is_listed_on_demand(wire: Wire, library):
    event = {"id": "e1", "at": "2026-11-25T12:00:01Z", "text": "light on", "source": "test"}
    left = receipt_of(
        9,
        name="Door",
        started_at="2026-11-25T12:00:00Z",
        details={"subject": "A17"},
        events=[event],
        evicted_at="2026-11-30T12:00:00Z",
    )
    left.write(library / "Door.json")
    assert [each["filename"] for each in wire.get("/videos").json()["videos"]] == [NAME]
    listed = wire.get("/videos?evicted=true").json()["videos"]
    evicted = {each["filename"]: each["evicted_at"] for each in listed}
    assert evicted == {NAME: None, "Door.mp4": "2026-11-30T12:00:00Z"}
    assert wire.get("/videos?evicted=perhaps").code == "bad_field"

    gone = ["/videos/Door.mp4", "/thumbnails/Door.mp4", "/videos/Door.mp4/times"]
    gone += ["/videos/Door.mp4/preview?at=1", f"/archive?video=Door.mp4&video={PATH[8:]}"]
    for path in gone:
        reply = wire.get(path)
        assert (reply.status, reply.code) == (404, "video_evicted"), path
    assert wire.ask("PATCH", "/videos/Door.mp4", {"locked": True}).code == "video_evicted"
    assert wire.ask("PATCH", "/videos/Door.mp4", {"name": "Gate"}).code == "video_evicted"

    assert wire.get("/receipts/Door.mp4").json()["details"] == {"subject": "A17"}
    [placed] = wire.get("/videos/Door.mp4/events").json()["events"]
    assert (placed["second"], placed["frame"], placed["text"]) == (1.0, None, "light on")
    assert b"light on" in wire.get("/videos/Door.mp4/events.vtt").body
    assert wire.ask("POST", "/videos/Door.mp4/events", {"second": 1}).code == "video_evicted"
    assert wire.ask("PATCH", "/events/e1", {"text": "light off"}).status == 200
    [listed] = wire.get("/events?recording_id=r1").json()["events"]
    assert listed["text"] == "light off"
    assert wire.ask("DELETE", "/events/e1").status == 204

    assert wire.ask("DELETE", "/videos/Door.mp4").status == 204
    assert not (library / "Door.json").exists()
    assert wire.get("/receipts/Door.mp4").code == "no_video"
