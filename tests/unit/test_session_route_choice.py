"""Which route an RTSP camera takes, and which one is tried after an error."""

from __future__ import annotations

import pytest

from camrec.camera_address import parse_address
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.session.routes import CameraRoute, CameraRoutes
from camrec.session.rtsp_route_choice import FailedAttempt, RtspRouteChoice

OPEN = parse_address("rtsp://10.0.0.1/x")
GUARDED = parse_address("rtsp://user:secret@10.0.0.1/x")
PARTIAL = parse_address("rtsp://user@10.0.0.1/x")
NOTHING_KNOWN = FailedAttempt(is_unanswered=False, failed_in_dialogue=False, may_go_over_udp=False)
UNANSWERED = FailedAttempt(is_unanswered=True, failed_in_dialogue=False, may_go_over_udp=False)
IN_DIALOGUE = FailedAttempt(is_unanswered=False, failed_in_dialogue=True, may_go_over_udp=False)
RELAYED = FailedAttempt(is_unanswered=False, failed_in_dialogue=False, may_go_over_udp=True)


def choice(
    source=OPEN, routes: CameraRoutes | None = None, networks=(), wants_reports: bool = False
) -> RtspRouteChoice:
    return RtspRouteChoice(source, NetworkPolicy(networks), routes or CameraRoutes(), wants_reports)


def error(code: str, **facts: object) -> CameraError:
    return CameraError(code, host="10.0.0.1", port=554, **facts)


@pytest.mark.parametrize(
    ("source", "networks", "first"),
    [
        (OPEN, (), CameraRoute.DIRECT),
        (GUARDED, (), CameraRoute.RELAY),
        (PARTIAL, (), CameraRoute.RELAY),
        (OPEN, ("10.0.0.0/8",), CameraRoute.RELAY),
    ],
)
def test_a_credential_or_a_list_of_networks_is_not_left_to_mediamtx(source, networks, first):
    assert choice(source, networks=networks).route is first


@pytest.mark.parametrize(
    ("code", "attempt", "after"),
    [
        ("camera_codec", NOTHING_KNOWN, CameraRoute.RELAY),
        ("camera_no_answer", UNANSWERED, CameraRoute.RELAY),
        ("camera_no_answer", NOTHING_KNOWN, None),
        ("camera_rejected", IN_DIALOGUE, CameraRoute.RELAY),
        ("camera_wrong_password", NOTHING_KNOWN, None),
    ],
)
def test_the_relay_is_tried_where_the_dialogue_failed(code, attempt, after):
    route = choice()
    assert route.choose_after(error(code), attempt) is (after is not None)
    assert route.route is (after or CameraRoute.DIRECT)


def test_no_camera_route_is_tried_twice():
    route = choice()
    assert route.choose_after(error("camera_codec"), NOTHING_KNOWN)
    assert not route.choose_after(error("camera_codec"), IN_DIALOGUE)
    assert not route.propose(CameraRoute.DIRECT)


def test_a_camera_whose_frames_mediamtx_withholds_is_passed_through_unread():
    route = choice()
    assert route.may_withhold_frames
    assert route.choose_after(error("camera_no_key_frame", seconds=65), NOTHING_KNOWN)
    assert route.route is CameraRoute.UNREAD and not route.may_withhold_frames
    assert not route.choose_after(error("camera_no_key_frame", seconds=65), NOTHING_KNOWN)


def test_a_camera_that_was_given_all_its_time_has_no_other_route():
    route = choice()
    assert not route.choose_after(error("camera_no_key_frame", seconds=90), NOTHING_KNOWN)


@pytest.mark.parametrize(
    ("source", "attempt", "over_udp"),
    [(GUARDED, RELAYED, True), (GUARDED, NOTHING_KNOWN, False), (PARTIAL, RELAYED, False)],
)
def test_a_credential_goes_to_mediamtx_for_udp_and_after_no_redirect_only(
    source, attempt, over_udp
):
    route = choice(source)
    assert route.choose_after(error("camera_udp_only"), attempt) is over_udp
    assert route.route is (CameraRoute.UDP if over_udp else CameraRoute.RELAY)


def test_packets_dropped_by_the_proxy_change_only_the_next_opening():
    route = choice()
    assert route.propose(CameraRoute.UNREAD)
    assert route.route is CameraRoute.DIRECT
    assert route.choose_for_opening(None, drops_jpeg=False) is CameraRoute.UNREAD


def test_m_jpeg_that_mediamtx_cannot_read_is_relayed():
    assert choice().choose_for_opening(None, drops_jpeg=True) is CameraRoute.RELAY


@pytest.mark.parametrize(
    ("delays", "route"),
    [
        ([25.2], CameraRoute.RELAY),
        ([27.0], CameraRoute.DIRECT),
        ([27.0, 33.0], CameraRoute.RELAY),
        ([200.2], CameraRoute.DIRECT),
    ],
)
def test_a_camera_that_hangs_up_at_a_keep_alive_is_relayed(delays, route):
    chosen = choice()
    for delay in delays:
        chosen.choose_for_opening(delay, drops_jpeg=False)
    assert chosen.route is route


def test_a_route_that_delivers_is_remembered_and_one_that_was_known_is_not_written_again():
    routes = CameraRoutes()
    route = choice(routes=routes)
    route.remember(delivered_over_udp=False, relay_delivered_at=0.0)
    assert routes.route(OPEN) is CameraRoute.DIRECT
    route.choose_after(error("camera_codec"), NOTHING_KNOWN)
    route.remember(delivered_over_udp=False, relay_delivered_at=None)
    assert routes.route(OPEN) is CameraRoute.DIRECT
    route.remember(delivered_over_udp=False, relay_delivered_at=0.0)
    assert routes.route(OPEN) is CameraRoute.RELAY
    assert choice(routes=routes).route is CameraRoute.RELAY


def test_a_udp_route_that_no_longer_works_is_forgotten():
    routes = CameraRoutes()
    routes.remember(GUARDED, CameraRoute.UDP)
    route = choice(GUARDED, routes)
    assert route.route is CameraRoute.UDP
    assert route.choose_after(error("camera_no_answer"), NOTHING_KNOWN)
    assert route.route is CameraRoute.RELAY and routes.route(GUARDED) is CameraRoute.DIRECT


def test_a_camera_whose_reports_are_wanted_is_relayed_unless_only_another_route_works():
    assert choice(wants_reports=True).route is CameraRoute.RELAY
    routes = CameraRoutes()
    routes.remember(OPEN, CameraRoute.UDP)
    assert choice(routes=routes, wants_reports=True).route is CameraRoute.UDP


def test_a_camera_that_rejects_the_relay_is_connected_directly_without_its_reports():
    route = choice(wants_reports=True)
    assert route.choose_after(error("camera_rejected"), NOTHING_KNOWN)
    assert route.route is CameraRoute.DIRECT
    assert not route.choose_after(error("camera_rejected"), IN_DIALOGUE), "nothing is tried twice"


@pytest.mark.parametrize("code", ["camera_no_answer", "camera_refused", "camera_asks_login"])
def test_a_camera_that_is_not_there_is_not_tried_directly_because_of_its_reports(code):
    assert not choice(wants_reports=True).choose_after(error(code), NOTHING_KNOWN)


@pytest.mark.parametrize(("source", "networks"), [(GUARDED, ()), (OPEN, ("10.0.0.0/8",))])
def test_what_must_be_relayed_stays_relayed(source, networks):
    route = choice(source, networks=networks, wants_reports=True)
    assert not route.choose_after(error("camera_rejected"), NOTHING_KNOWN)
