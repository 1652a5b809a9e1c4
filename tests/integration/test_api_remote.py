"""A camrec that runs elsewhere, used from Python like the one of this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from playwright.sync_api import expect

import camrec
from camrec.clock import format_iso
from camrec.config import Config
from camrec.dashboard import CameraView
from support.bad_starts import assert_bad_starts_are_rejected
from support.cameras.mjpeg import MjpegCamera
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.reporting import ReportingCamera, two_seconds
from support.dashboard_page import moving
from support.dashboard_server import server
from support.serving import Serving
from support.units_made import until
from support.wire import serving

pytestmark = pytest.mark.slow(2.5)

SERVE = [sys.executable, "-m", "camrec", "serve", "--no-browser", "--prefix", "/cams"]


@pytest.fixture(scope="module")
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera() as camera:
        yield camera


@pytest.fixture(scope="module")
def url(binaries, tmp_path_factory) -> Iterator[str]:
    """A camrec whose addresses have a prefix."""
    with server(SERVE, tmp_path_factory.mktemp("connect"), binaries) as wire:
        yield wire.url


@pytest.fixture(scope="module")
def there(url) -> Iterator[camrec.Connection]:
    with camrec.connect(url) as there:
        yield there


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def test_addresses_there_that_differ_in_a_secret_parameter_are_two_cameras(there):
    with RawHttpCamera(encode_jpegs()) as recorder:
        first, second = (there.open(f"{recorder.url}?token=canary-{n}") for n in (1, 2))
        assert first.id != second.id
        assert there.open(f"{recorder.url}?token=canary-2") is second
        first.close()
        second.close()


def test_a_camera_there_is_dated_by_its_own_clock_if_that_is_asked_for(there):
    with (
        ReportingCamera(two_seconds()) as reporting,
        there.open(reporting.url, clock="camera") as opened,
    ):
        until(lambda: opened.clock.source == "camera", 30)


def test_a_recording_there_is_followed_awaited_and_its_video_fetched(there, camera):
    opened = there.open(camera.url, "Nest box")
    assert there.open(camera.url) is opened
    assert there.cameras() == [opened]
    assert (opened.name, opened.state) == ("Nest box", "live")
    assert there.open(f"{camera.url}#part") is opened

    recording = opened.record(60)
    assert recording.state == "writing"
    assert opened.recording.recording_id == recording.recording_id
    with pytest.raises(TimeoutError):
        recording.wait(0.5)
    assert 0 < recording.progress < 1

    async def awaited() -> tuple[camrec.Video, int]:
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.ensure_future(others())
        stopped = asyncio.to_thread(recording.stop)
        video, _ = await asyncio.gather(recording, stopped)
        beside.cancel()
        return video, turns

    video, turns = asyncio.run(awaited())
    assert turns > 10, "the loop was held up"
    assert recording.state == "saved" and recording.progress == 1
    assert recording.stop().path == video.path, "one that is over stays so"
    assert video.receipt.ended == "stopped"
    assert video.path.stat().st_size == video.receipt.size
    assert video.path in [each.path for each in there.videos()]
    assert video.started_at == np.datetime64(video.receipt.started_at[:-1], "ns")


def test_cameras_there_are_recorded_together_or_not_at_all(there, camera):
    opened = there.open(camera.url)
    with MjpegCamera() as other, there.open(other.url) as second:
        one, two = camrec.record_together([opened, second], 1)
        apart = abs(one.times()[0] - two.times()[0]) / np.timedelta64(1, "s")
        # Each starts with the frame that was on the screen then: they are at most one frame apart.
        assert apart <= 2 * np.median(np.diff(one.times()) / np.timedelta64(1, "s"))
        second.record(60)
        with pytest.raises(camrec.StateError) as refused:
            camrec.record_together([opened, second], 1)
        assert refused.value.code == "already_recording"
        assert opened.recording.state == "saved"
    assert [video.path.name for video in there.videos()[:2]]


def test_a_recording_there_is_scheduled_and_cancelled(there, camera):
    later = datetime.now(timezone(timedelta(hours=5))) + timedelta(hours=2)
    with there.open(camera.url) as opened:
        scheduled = opened.record(60, start_at=later, details={"trial": 3})
        assert (scheduled.state, scheduled.progress) == ("scheduled", 0)
        with pytest.raises(TimeoutError):
            scheduled.wait(0.01)
        assert scheduled._handle.info().started_at == format_iso(
            round(later.timestamp() * 1e6) * 1000
        )
        assert scheduled.recording_id in [each.recording_id for each in opened.recordings()]
        with pytest.raises(camrec.StateError) as cancelled:
            scheduled.stop()
        assert cancelled.value.code == "recording_cancelled" and scheduled.state == "failed"
        assert_bad_starts_are_rejected(opened)


def test_a_remote_filename_cannot_lead_out_of_the_download_folder(there):
    for name in ("../outside.mp4", "/tmp/outside.mp4", "..\\outside.mp4"):
        with pytest.raises(camrec.InputError) as refused:
            there._backend.library.download(name, 1)
        assert refused.value.code == "bad_filename"


def test_a_snapshot_of_a_remote_camera_is_its_newest_frame(there, camera):
    time, picture = there.open(camera.url).snapshot()
    assert (picture.shape, picture.dtype) == ((360, 640, 3), np.uint8)
    assert abs(np.datetime64("now") - time) < np.timedelta64(60, "s")


@pytest.mark.browser
def test_a_remote_camera_and_its_video_are_shown_on_a_page_of_this_process(
    there, camera, open_page
):
    with Serving(lambda: there.open(camera.url).view(width=480)) as serving:
        tab = open_page(serving.url)
        moving(tab.page)
        tab.page.get_by_role("button", name="Record").click()
        expect(tab.page.get_by_text("no gap")).to_be_visible()
        tab.page.get_by_role("button", name="Stop and save").click()
        expect(tab.page.get_by_text("Saved:")).to_be_visible()
        assert there.videos()[0].path.name in tab.page.get_by_text("Saved:").inner_text()
        tab.close()
    video = there.open(camera.url).record(1).wait()
    with Serving(lambda: video.view(width=480)) as serving:
        tab = open_page(serving.url)
        player = tab.page.locator("video")
        player.evaluate("player => { player.currentTime = 0.4 }")
        tab.page.wait_for_function(
            "player => player.readyState >= 2 && player.currentTime > 0.3",
            arg=player.element_handle(),
        )
        tab.close()


@pytest.mark.browser
def test_a_page_that_cannot_reach_camrec_says_so(there, camera, open_page):
    found = there.open(camera.url)._handle
    nowhere = "http://127.0.0.1:1/key"
    with Serving(lambda: CameraView(found, base_url=nowhere, width=480)) as serving:
        tab = open_page(serving.url, cut_off=True)
        expect(tab.page.get_by_role("figure")).to_contain_text("cannot reach camrec")
        tab.close()


@pytest.mark.browser
def test_a_remote_dashboard_below_a_path_is_used(url, there, camera, open_page):
    there.open(camera.url)
    tab = open_page(f"{url}/")
    moving(tab.page)
    tab.close()


def test_a_remote_error_has_the_type_and_code_of_a_local_one(there, url, camera):
    opened = there.open(camera.url)
    for asked, kind, code in [
        (lambda: there.open("ftp://camera/"), camrec.InputError, "address_scheme"),
        (lambda: there.open("rtsp://127.0.0.1:1/x"), camrec.CameraError, "camera_refused"),
        (lambda: opened.record(0), camrec.InputError, "bad_duration"),
        (lambda: camrec.connect("http://127.0.0.1:1"), camrec.ServiceError, "no_camrec"),
        (lambda: camrec.connect(camera.address), camrec.ServiceError, "no_camrec"),
        (lambda: camrec.connect(url.removesuffix("/cams")), camrec.NotFoundError, "no_route"),
    ]:
        with pytest.raises(kind) as caught:
            asked()
        assert caught.value.code == code
        assert str(caught.value)
    opened.close()
    opened.close()
    assert opened.state == "closed"
    with pytest.raises(camrec.NotFoundError):
        opened.record(1)
    assert there.cameras() == []


def test_connecting_to_a_protected_camrec_requires_its_token(tmp_path):
    with serving(Config(token="a secret", videos_dir=tmp_path, bin_dir=tmp_path)) as (_, wire):
        with pytest.raises(camrec.AccessError) as caught:
            camrec.connect(wire.url)
        assert (caught.value.code, caught.value.status) == ("token_wrong", 401)
        with camrec.connect(wire.url, "a secret") as there:
            assert there.cameras() == []
