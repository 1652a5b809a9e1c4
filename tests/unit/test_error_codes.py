"""An error that another camrec reports has the class with which camrec raises its code."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from camrec import errors
from camrec.errors import CameraError, CamrecError, ServiceError, error_from_code

PACKAGE = Path(__file__).parents[2] / "camrec"
# The packages whose errors a camera or a recording can end with.
ENDS_IN = (
    "camera_errors.py",
    "library/disk_space.py",
    "mjpeg_relay",
    "network_policy.py",
    "proxies",
    "recording",
    "rtsp_relay",
    "session",
)
# Errors that a caller gets at once: they end nothing.
CALLERS_CODES = {"already_recording", "not_recording", "plan_records"}
CALLERS_CODES |= {"session_closed", "session_not_live"}
# A bug ends a camera with a CameraError, and anything else with a CamrecError.
DEFECT_CODE = "internal"


@pytest.fixture(scope="module")
def raised() -> dict[str, set[type[CamrecError]]]:
    """The classes with which those packages create each code that they contain as a literal."""
    found = defaultdict(set)
    for name in ENDS_IN:
        path = PACKAGE / name
        for module in [path] if path.is_file() else path.rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                kind = getattr(errors, node.func.id, None)
                if isinstance(kind, type) and issubclass(kind, CamrecError):
                    for code in ast.walk(node.args[0]):
                        if isinstance(code, ast.Constant) and isinstance(code.value, str):
                            found[code.value].add(kind)
    return found


def test_the_error_codes_of_the_source_are_found(raised):
    assert {
        "address_not_allowed",
        "camera_no_answer",
        "disk_full",
        "recording_cancelled",
    } <= raised.keys()


def test_a_code_of_a_camera_or_a_recording_has_the_class_that_raises_it(raised):
    codes = raised.keys() - CALLERS_CODES - {DEFECT_CODE}
    expected = {code: raised[code] for code in codes}
    assert {code: {type(error_from_code(code, "text"))} for code in codes} == expected


def test_an_unknown_error_code_keeps_the_remote_camrec_s_text():
    error = error_from_code("camera_of_the_future", "Its text.")
    assert (type(error), error.code, str(error)) == (
        CameraError,
        "camera_of_the_future",
        "Its text.",
    )
    assert type(error_from_code("something_else", "Its text.")) is ServiceError
