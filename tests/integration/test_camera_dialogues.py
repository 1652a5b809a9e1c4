"""Cameras whose dialogue MediaMTX does not understand, through the real station."""

from __future__ import annotations

import base64
import logging
import socket
from itertools import pairwise
from typing import ClassVar

import pytest

from camrec.camera_address import parse_address
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CameraError
from camrec.receipt import RecordingWarning
from camrec.session.routes import ROUTE_RETENTION_DAYS, CameraRoute, CameraRoutes
from camrec.station import Station
from support.at_once import at_once
from support.cameras import odd_dialogues as odd
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.odd_cameras import record
from support.units_made import until

pytestmark = pytest.mark.spread

AGAIN = "by the way that is known"

DIRECT = [RawRtspCamera, odd.FramesBeforeTheReply, odd.NoCseq, odd.QueryToTheLetter]
RELAYED = [
    odd.TwoPayloadTypes,
    odd.MetadataRefused,
    odd.NoInterleaved,
    odd.ContentBaseWithoutScheme,
    odd.InnerAddresses,
    odd.OtherChannel,
    odd.NoOptions,
    odd.BareDescription,
    odd.NoLength,
    odd.SpacedSession,
    odd.FramesBeforePlay,
    odd.NoContentType,
]
GUARDED = [
    odd.GuardedCamera,
    odd.TwoChallengesInOneLine,
    odd.Sha256WithQop,
    odd.Md5Sess,
    odd.OneTimeNonce,
    odd.BasicUnquoted,
    odd.EmptyPassword,
]
SILENT = [odd.BareLineFeeds, odd.LengthTooLong, odd.WrongCseq]


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path, max_sessions=8)) as station:
        yield station


def is_whole(recorded, *warnings: RecordingWarning) -> None:
    """Each frame is there; on a busy machine those at the two ends may have been in flight."""
    steps = [later - earlier for earlier, later in pairwise(recorded.times)]
    assert steps == pytest.approx([0.1] * len(steps), abs=0.001)
    assert recorded.has_all()
    assert recorded.receipt.gaps == []
    assert recorded.receipt.warnings == list(warnings)


@at_once("kind", DIRECT)
def test_a_camera_that_mediamtx_understands_goes_the_direct_way(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == camera.most_at_once == 1


class HangsUpAtPlay(RawRtspCamera):
    """It answers PLAY, and then hangs up."""

    def stream(self, connection):
        connection.peer.shutdown(socket.SHUT_RDWR)


class HangsUpInPlaceOfPlay(RawRtspCamera):
    def reply(self, connection, method, url, headers):
        return None if method == "PLAY" else super().reply(connection, method, url, headers)


class GuardedHangsUpAtPlay(HangsUpAtPlay, odd.GuardedCamera):
    pass


class BreaksOff(RawRtspCamera):
    """It sends half a second of video each time."""

    def stream(self, connection):
        super().stream(connection)
        connection.peer.shutdown(socket.SHUT_RDWR)

    def pace(self):
        return (number / self.rate for number in range(5))


@at_once(
    "kind, code",
    [
        (HangsUpAtPlay, "camera_hung_up_at_play"),
        (HangsUpInPlaceOfPlay, "camera_hung_up_at_play"),
        (GuardedHangsUpAtPlay, "camera_hung_up_at_play"),
        (BreaksOff, "camera_broke_off"),
    ],
)
def test_a_camera_that_closes_the_connection_has_its_own_error_code(station, kind, code):
    with kind(encode("-g", "10")) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == code


@pytest.mark.slow(35)
@at_once("kind", [*SILENT, *RELAYED])
def test_a_camera_that_mediamtx_refuses_is_relayed(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == 2
        is_whole(record(station, camera, 2))
        assert camera.connections == 3
        assert camera.most_at_once == 1


def test_a_camera_that_hangs_up_when_it_asks_for_the_password_is_called_once_more(station):
    with odd.HangsUpAfter401(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == 2
        is_whole(record(station, camera, 2))
        assert camera.connections == 4
        assert camera.most_at_once == 1 and camera.refused == 0


@at_once("kind", GUARDED)
def test_a_camera_with_a_password_goes_through_the_relay_at_once(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == camera.most_at_once == 1 and camera.refused == 0


@at_once(
    "kind",
    [
        odd.AudioRefused,
        odd.AudioByUdpOnly,
        odd.AudioUnderAnotherNumber,
        odd.AudioWithoutParameters,
    ],
)
def test_audio_that_cannot_be_had_costs_the_audio_and_the_receipt_says_so(station, kind):
    codec = "PCMA" if issubclass(kind, odd.AudioRefused) else "MPEG4-GENERIC"
    left_out = RecordingWarning.of("audio_left_out", codec=codec)
    with kind(encode("-g", "10")) as camera:
        for connections in (2, 3):
            is_whole(record(station, camera, 2), left_out)
            assert camera.connections == connections
        assert camera.most_at_once == 1


@pytest.mark.slow
@at_once("kind", [odd.AudioUnanswered, odd.AudioHangsUp])
def test_a_camera_that_breaks_off_at_its_audio_is_called_once_more_without(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2), RecordingWarning.of("audio_left_out", codec="PCMA"))
        assert camera.connections == 3 and camera.most_at_once == 1


def test_a_wrong_rtsp_password_is_tried_once(station):
    with odd.TwoChallengesInOneLine(encode("-g", "10")) as camera:
        with pytest.raises(CameraError) as refused:
            station.cameras.open(camera.url.replace("secret77", "secret78"))
        assert refused.value.code == "camera_wrong_password"
        assert camera.connections == 1 and camera.refused == 1


@at_once(
    "kind, code, connections",
    [(odd.UdpOnly, "camera_udp_only", 3), (odd.Answering400, "camera_rejected", 2)],
)
def test_a_camera_that_cannot_be_opened_has_the_error_code_of_its_cause(
    station, kind, code, connections
):
    with kind(encode("-g", "10")) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == code
    assert refused.value.facts["host"] == "127.0.0.1"
    assert camera.connections == connections and camera.most_at_once == 1
    for language in ("en", "fr"):
        assert "secret77" not in refused.value.text(language)


def test_a_redirect_within_the_camera_is_followed_and_one_elsewhere_is_not(station):
    with odd.Redirected(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        # MediaMTX connects again for each redirect, the relay does not.
        assert camera.connections == 3 and camera.most_at_once == 1


def test_a_camera_that_leads_elsewhere_is_not_followed_by_the_relay(station):
    with odd.Redirected(encode("-g", "10")) as camera:
        camera.target = "rtsp://127.0.0.2:1/live"
        station.routes.remember(parse_address(camera.url), CameraRoute.RELAY)
        with pytest.raises(CameraError) as refused:
            station.cameras.open(camera.url)
    assert refused.value.code == "camera_elsewhere"
    assert refused.value.facts["other"] == "127.0.0.2"
    assert camera.connections == 1


def test_a_camera_that_leads_elsewhere_is_not_followed_where_networks_are_limited(
    binaries, tmp_path
):
    class LeadsElsewhere(odd.Redirected):
        def content_base(self, url):
            return url

    with (
        RawRtspCamera(encode("-g", "10")) as other,
        LeadsElsewhere(encode("-g", "10")) as camera,
        Station(binaries.config(tmp_path, allowed_networks=["127.0.0.0/8"])) as station,
    ):
        is_whole(record(station, other, 2))
        camera.target = f"rtsp://127.0.0.2:{other.port}/live"
        with pytest.raises(CameraError) as refused:
            station.cameras.open(camera.url)
        assert refused.value.code == "camera_elsewhere"
        assert (camera.connections, other.connections) == (1, 1)


class CountsLogins(RawRtspCamera):
    """Another machine, to which a camera redirects."""

    logins = 0

    def reply(self, connection, method, url, headers):
        self.logins += "authorization" in headers
        if "authorization" in headers:
            return super().reply(connection, method, url, headers)
        return "401 Unauthorized", ['WWW-Authenticate: Basic realm="cam"'], ""


class OffersWhatItDoesNotKnow(odd.GuardedCamera):
    """It never accepts its SHA-256; its MD5 works."""

    challenges: ClassVar[list[str]] = [
        'Digest realm="cam", nonce="n0nce", algorithm=SHA-256',
        'Digest realm="cam", nonce="n0nce", algorithm=MD5',
    ]

    def is_right(self, method, given):
        return "algorithm=MD5" in given and super().is_right(method, given)


class OffersBothInOneLine(OffersWhatItDoesNotKnow):
    challenges: ClassVar[list[str]] = [", ".join(OffersWhatItDoesNotKnow.challenges)]


@at_once("kind", [OffersWhatItDoesNotKnow, OffersBothInOneLine])
def test_the_second_digest_is_answered_where_the_first_is_refused(station, kind):
    with kind(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
    assert camera.refused == 1 and camera.connections == 1


class LeadsByUdp(odd.Redirected):
    """It wants UDP, but only after it redirected to another address of its own."""

    def setup(self, connection, url, headers):
        return "461 Unsupported Transport", [], ""


@pytest.mark.parametrize("answered", [False, True])
def test_a_redirect_never_takes_a_password_to_another_host(station, answered):
    class LeadsAfterLogin(odd.GuardedCamera):
        def reply(self, connection, method, url, headers):
            if method == "DESCRIBE" and (not answered or "authorization" in headers):
                return "302 Found", [f"Location: rtsp://localhost:{other.port}/live"], ""
            return super().reply(connection, method, url, headers)

    with (
        CountsLogins(encode("-g", "10")) as other,
        LeadsAfterLogin(other.frames) as camera,
        pytest.raises(CameraError) as refused,
    ):
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_elsewhere"
    assert refused.value.facts["other"] == "localhost"
    assert (other.connections, other.logins) == (0, 0)


class Remembers(RawRtspCamera):
    """Another machine; it stores all that it receives, headers included."""

    heard = ""

    def reply(self, connection, method, url, headers):
        self.heard += f"{method} {url} {headers}\n"
        return super().reply(connection, method, url, headers)


def test_a_redirect_that_is_followed_takes_nothing_secret_along(station):
    """A camera without a password is opened by MediaMTX, which follows it anywhere."""

    class LeadsAnywhere(odd.Redirected):
        path = "/old/token=s3cr3t77?user=viewer&password=s3cr3t77"

    with Remembers(encode("-g", "10")) as other, LeadsAnywhere(other.frames) as camera:
        camera.target = f"rtsp://localhost:{other.port}/live"
        session = station.cameras.open(camera.url)
        station.cameras.close(session.session_id)
        assert camera.connections and other.connections, "it was not followed"
    assert "DESCRIBE" in other.heard and "PLAY" in other.heard
    for secret in ("s3cr3t77", "viewer", "authorization", "cookie", "referer", str(camera.port)):
        assert secret not in other.heard.lower(), other.heard


def test_a_camera_that_led_somewhere_does_not_go_over_udp(station):
    with LeadsByUdp(encode("-g", "10")) as camera, pytest.raises(CameraError) as refused:
        camera.url = camera.url.replace("://", "://viewer:secret77@")
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_udp_only" and camera.connections == 1


class LeadsToItself(RawRtspCamera):
    def reply(self, connection, method, url, headers):
        if method == "DESCRIBE":
            connection.over.wait(0.01)  # no camera answers sooner; else it would fill two cores
            return "302 Found", [f"Location: {url}"], ""
        return super().reply(connection, method, url, headers)


def test_a_camera_that_leads_in_a_circle_is_not_called_without_end(station):
    with LeadsToItself(encode("-g", "10")) as camera:
        with pytest.raises(CameraError) as refused:
            station.cameras.open(camera.url)
        assert refused.value.code == "camera_circle"
        calls = camera.connections
        with RawRtspCamera(encode("-g", "10")) as another:
            session = station.cameras.open(another.url)
            station.cameras.close(session.session_id)
        assert camera.connections == calls


def test_a_redirect_to_an_unknown_host_is_reported_as_a_redirect(station):
    with odd.Redirected(encode("-g", "10")) as camera, pytest.raises(CameraError) as refused:
        camera.target = "rtsp://no-such-host.invalid/live"
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_elsewhere"


def test_a_camera_over_udp_only_is_read_over_udp(station):
    with odd.UdpCamera(encode("-g", "10")) as camera:
        is_whole(record(station, camera, 2))
        assert camera.connections == 3  # the relay knows whether it is the video that needs UDP
        is_whole(record(station, camera, 2))
        assert camera.connections == 4 and camera.most_at_once == 1


def stays(camera: RawRtspCamera) -> bool:
    """Whether the newest connection has lasted more than twice as long as each one before it.

    Then its route is remembered.
    """
    lasted: dict[int, float] = {}
    sent = list(camera.sent)
    for number in {each.connection for each in sent}:
        times = [each.at for each in sent if each.connection == number]
        lasted[number] = (times[-1] - times[0]) / NS_PER_SECOND
    newest = lasted.pop(max(lasted), 0.0) if lasted else 0.0
    return bool(lasted) and newest > 2 * max(lasted.values()) + 2


@pytest.mark.slow(90)
def test_a_camera_that_hangs_up_when_it_is_kept_alive_does_so_once(station):
    with odd.KeepAliveHurts(encode("-g", "10")) as camera:
        session = station.cameras.open(camera.url)
        first = station.recordings.start(session.session_id, 300)
        # MediaMTX keeps it alive after five seconds. It cannot know this, once or twice: it
        # connects again at once, in time for most frames.
        until(lambda: stays(camera), 120)
        first.stop()
        assert first.wait(60)
        station.cameras.close(session.session_id)
        [receipt] = first.receipts
        assert sum(gap.duration for gap in receipt.gaps) < 8
        direct = camera.connections - 1
        assert direct <= 2
        is_whole(record(station, camera, 12))
        assert camera.connections == direct + 2 and camera.most_at_once == 1
    assert not any("GET_PARAMETER" in each for number, each in camera.requests if number > direct)


class HttpGuarded(RawHttpCamera):
    """It accepts what `is_right` accepts, and closes the connection after a 401."""

    userinfo = "viewer:secret77@"
    challenge = ""

    def is_right(self, given: str) -> bool:
        raise NotImplementedError

    def reply(self, peer, number, method, path, headers):
        if self.is_right(headers.get("authorization", "")):
            return super().reply(peer, number, method, path, headers)
        lines = (f"WWW-Authenticate: {self.challenge}", "Content-Length: 0", "Connection: close")
        peer.sendall(self.head("401 Unauthorized", "text/plain", *lines))
        return False


class HttpTwoChallengesInOneLine(HttpGuarded):
    """It offers Basic first, and never accepts it."""

    challenge = 'Basic realm="cam", Digest realm="cam", nonce="n0nce", qop="auth", algorithm=MD5'

    def is_right(self, given):
        return odd.is_right_digest(given, "GET", "viewer", "secret77", "md5")


class HttpEmptyPassword(HttpGuarded):
    userinfo = "viewer:@"
    challenge = 'Basic realm="cam"'

    def is_right(self, given):
        return given == "Basic " + base64.b64encode(b"viewer:").decode()


@at_once("kind", [HttpTwoChallengesInOneLine, HttpEmptyPassword])
def test_a_correct_http_camera_password_is_never_reported_as_wrong(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 2)
        assert recorded.has_all()
        assert recorded.receipt.gaps == [] and recorded.receipt.warnings == []
        assert camera.most_at_once == 1


def test_a_working_route_is_remembered_across_restarts_without_the_password(binaries, tmp_path):
    with odd.NoLength(encode("-g", "10")) as camera:
        camera.url = camera.url.replace("://", "://viewer:secret77@")
        # For a camera with a password, only a route without TCP is remembered.
        with odd.UdpCamera(camera.frames) as other, Station(binaries.config(tmp_path)) as station:
            other.url = other.url.replace("://", "://viewer:secret77@")
            for connections in (2, 3):
                assert opened(station, other) is CameraRoute.UDP
                assert other.connections == connections
        for connections in (1, 2):
            with Station(binaries.config(tmp_path)) as station:
                station.cameras.close(station.cameras.open(camera.url).session_id)
            assert camera.connections == connections
    kept = (tmp_path / "videos" / ".routes").read_text("utf-8")
    assert str(other.port) in kept and "viewer" not in kept and "secret77" not in kept


def opened(station: Station, camera) -> CameraRoute:
    """Open and close it; returns the route that was used."""
    session = station.cameras.open(camera.url)
    try:
        return session._upstream.route
    finally:
        station.cameras.close(session.session_id)


def test_a_camera_that_was_starting_up_is_not_relayed_for_good(station):
    with odd.StartingUp(encode("-g", "10")) as camera:
        assert opened(station, camera) is CameraRoute.RELAY
        assert camera.connections == 3  # the relay did no better at first
        assert opened(station, camera) is CameraRoute.DIRECT
        assert camera.connections == 4 and camera.most_at_once == 1


class LaterClock(Clock):
    """A clock that is as many days ahead as the test sets."""

    days = 0

    def utc_ns(self):
        return super().utc_ns() + self.days * 86_400 * 10**9


def test_the_direct_way_is_tried_again_after_some_days(binaries, tmp_path):
    clock = LaterClock()
    with odd.StartingUp(encode("-g", "10")) as camera, odd.NoLength(camera.frames) as other:
        camera.unready = 1
        with Station(binaries.config(tmp_path), clock=clock) as station:
            for each in (camera, other, camera, other):
                assert opened(station, each) is CameraRoute.RELAY
            assert (camera.connections, other.connections) == (3, 3)
        clock.days = ROUTE_RETENTION_DAYS + 1
        with Station(binaries.config(tmp_path), clock=clock) as station:
            assert opened(station, camera) is CameraRoute.DIRECT
            # it needs the relay, and gets two connections
            assert opened(station, other) is CameraRoute.RELAY
            assert opened(station, other) is CameraRoute.RELAY
            assert (camera.connections, other.connections) == (4, 6)


def test_saved_routes_without_a_date_are_read(tmp_path):
    source = parse_address("rtsp://cam.lan/live")
    (tmp_path / "routes").write_text('{"rtsp://cam.lan/live": "udp"}', "utf-8")
    assert CameraRoutes(tmp_path / "routes").route(source) is CameraRoute.UDP


def test_a_relayed_camera_s_password_never_leaves_camrec(station, caplog):
    caplog.set_level(logging.DEBUG)
    with odd.Sha256WithQop(encode("-g", "10")) as camera:
        session = station.cameras.open(camera.url)
        path = session.local_url.rpartition("/")[2]
        status, told = station.mediamtx._api.call("GET", f"/v3/config/paths/get/{path}")
        assert status == 200 and "rtsp://127.0.0.1" in told
        for text in (told, caplog.text, *(str(each) for each in session.feed.__dict__.values())):
            assert "secret77" not in text and "viewer" not in text
    for file in station.library.folder.rglob("*"):
        assert not file.is_file() or b"secret77" not in file.read_bytes()
