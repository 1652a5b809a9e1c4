"""MediaMTX's log on a Windows without English: the errors of a connection are understood anyway."""

from __future__ import annotations

import sys

import pytest

from camrec.camera_address import parse_address
from camrec.proxies.log_errors import error_from_log, is_dialogue_error
from camrec.proxies.path_log import PathLog
from camrec.proxies.system_messages import (
    GO_TEXT_BY_WINSOCK_CODE,
    SystemMessages,
    format_system_message,
)

CAMERA = parse_address("rtsp://192.168.1.20/stream")
DIAL = "dial tcp 192.168.1.20:554: connectex: "

# Windows' own texts, as `ctypes.FormatError` returns them on a French system.
FRENCH = {
    10051: "Une opération a été tentée sur un réseau impossible à atteindre. ",
    10053: "Une connexion établie a été abandonnée par un logiciel de votre ordinateur hôte. ",
    10054: "Une connexion existante a dû être fermée par l’hôte distant. ",
    10060: "Une tentative de connexion a échoué car le parti connecté n’a pas répondu "
    "convenablement au-delà d’une certaine durée ou une connexion établie a échoué car l’hôte de "
    "connexion n’a pas répondu. ",
    10061: "Aucune connexion n’a pu être établie car l’ordinateur cible l’a expressément refusée. ",
    10064: "Échec de l’opération du socket car l’hôte distant est arrêté. ",
    10065: "Une opération a été tentée sur un hôte impossible à atteindre. ",
    11001: "Hôte inconnu. ",
}
GERMAN = {
    **FRENCH,
    10061: "Es konnte keine Verbindung hergestellt werden, da der Zielcomputer die Verbindung "
    "verweigerte. ",
}


def messages(texts: dict[int, str]) -> SystemMessages:
    """In place of this computer's texts: no test can change the language of Windows."""
    return SystemMessages(lambda code: texts[code])


def as_go(texts: dict[int, str], code: int) -> str:
    """As Go writes it: without the line break at the end, with the full stop."""
    return texts[code].strip()


@pytest.mark.parametrize("texts", [FRENCH, GERMAN], ids=["French", "German"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (10061, "camera_refused"),
        (10060, "camera_no_answer"),
        (10051, "camera_no_answer"),
        (10064, "camera_no_answer"),
        (10065, "camera_no_answer"),
    ],
)
def test_a_failed_connection_is_understood_in_any_language(texts, number, code):
    text = messages(texts).translate(DIAL + as_go(texts, number))
    assert error_from_log(CAMERA, text).code == code


def test_a_name_that_nobody_knows_is_understood_in_any_language():
    text = messages(FRENCH).translate("lookup cam: getaddrinfow: Hôte inconnu.")
    assert error_from_log(CAMERA, text).code == "camera_unknown_host"


@pytest.mark.parametrize("number", [10053, 10054])
def test_a_camera_that_hangs_up_is_understood_in_any_language(number):
    text = f"read tcp 10.0.0.2:4000->192.168.1.20:554: wsarecv: {as_go(FRENCH, number)}"
    assert error_from_log(CAMERA, messages(FRENCH).translate(text)).code == "camera_not_a_camera"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{DIAL}Något gick fel.", "camera_no_answer"),
        ("lookup cam: getaddrinfow: Något gick fel.", "camera_unknown_host"),
        ("read tcp 10.0.0.2:4000->192.168.1.20:554: wsarecv: Något.", "camera_not_a_camera"),
    ],
)
def test_an_unknown_text_is_understood_by_the_call_that_failed(text, code):
    """The texts of another language than the system's: the name of the call is always there."""
    error = error_from_log(CAMERA, messages(FRENCH).translate(text))
    assert error.code == code
    assert code != "camera_no_answer" or not is_dialogue_error(CAMERA, error, text)


def path_log(texts: dict[int, str]) -> PathLog:
    log = PathLog({"cam": CAMERA}, messages(texts))
    log.record_line("INF", "[path cam] [RTSP source] started")
    return log


def test_a_refused_connection_in_mediamtx_s_log_is_no_failed_dialogue():
    log = path_log(FRENCH)
    log.record_line("ERR", f"[path cam] [RTSP source] {DIAL}{as_go(FRENCH, 10061)}")
    assert log.failure("cam", 0).code == "camera_refused"
    assert not log.failed_in_dialogue("cam")


def test_a_camera_that_hung_up_while_it_delivered_is_known_in_any_language():
    log = path_log(FRENCH)
    log.record_line("INF", "[path cam] stream is available and online, 1 track (H264)")
    text = f"read tcp 10.0.0.2:4000->192.168.1.20:554: wsarecv: {as_go(FRENCH, 10054)}"
    log.record_line("ERR", f"[path cam] [RTSP source] {text}")
    assert log.hung_up_after("cam") is not None
    assert log.failure("cam", 0).code == "camera_no_answer"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has such texts")
def test_other_systems_have_no_such_texts_and_lines_stay_as_they_are():
    assert SystemMessages().translate("dial tcp:  a.  ") == "dial tcp:  a.  "


def test_a_text_that_the_system_has_for_several_errors_says_nothing():
    nothing = SystemMessages(lambda code: "No description.")
    assert nothing.translate(f"{DIAL}No description.") == f"{DIAL}No description."


@pytest.mark.skipif(sys.platform != "win32", reason="the texts are Windows'")
@pytest.mark.parametrize("code", [10054, 10061])
def test_this_windows_text_for_an_error_is_found_in_a_line(code):
    """Wine has texts for some of the errors only."""
    line = SystemMessages().translate(f"{DIAL}{format_system_message(code).strip()}")
    assert GO_TEXT_BY_WINSOCK_CODE[code] in line
