"""What a reply says about a field of a request that is not valid."""

from __future__ import annotations

import json

import pytest

from camrec.errors import InputError
from camrec.web.request_models import (
    CameraRequest,
    MarkRequest,
    MarkVideoRequest,
    SeenRequest,
    TogetherRequest,
    parse_request,
)


@pytest.mark.parametrize(
    ("model", "body", "field", "reason"),
    [
        (MarkVideoRequest, {"second": "1"}, "second", "wrong type"),
        (MarkVideoRequest, {"second": -1}, "second", "not allowed"),
        (MarkVideoRequest, {"second": 1e300}, "second", "not allowed"),
        (MarkRequest, {"recording_ids": "a"}, "recording_ids", "wrong type"),
        (MarkRequest, {"recording_ids": []}, "recording_ids", "not allowed"),
        (MarkRequest, {"recording_ids": ["a"] * 65}, "recording_ids", "too long"),
        (CameraRequest, {"clock": "sun"}, "clock", "not allowed"),
        (SeenRequest, {"all": False}, "all", "not allowed"),
        (TogetherRequest, {"duration": 1, "session_ids": ["a" * 101]}, "session_ids.0", "too long"),
    ],
)
def test_a_value_that_is_not_allowed_is_not_called_a_wrong_type(model, body, field, reason):
    with pytest.raises(InputError) as refused:
        parse_request(model, json.dumps(body).encode())
    assert refused.value.code == "bad_field"
    assert f'"{field}"' in refused.value.text("en") and reason in refused.value.text("en")


def test_a_number_out_of_range_has_the_code_of_its_field():
    with pytest.raises(InputError) as refused:
        parse_request(TogetherRequest, b'{"duration": 0, "session_ids": ["a"]}')
    assert refused.value.code == "bad_duration"
