"""What a person gives `mark`, before it is sent anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from camrec.api.events import to_fields
from camrec.errors import InputError


@pytest.mark.parametrize(
    ("length", "value", "code"),
    [
        (None, float("nan"), "bad_event_value"),
        (None, np.float32("inf"), "bad_event_value"),
        (None, object(), "bad_event_value"),
        (np.float64("nan"), None, "bad_event_length"),
    ],
)
def test_what_json_cannot_contain_is_rejected_before_it_is_sent(length, value, code):
    with pytest.raises(InputError) as refused:
        to_fields("light on", length, value)
    assert refused.value.code == code


def test_numbers_of_numpy_become_those_of_python():
    assert to_fields("", np.float64(0.5), np.int64(3)) == {"text": "", "length": 0.5, "value": 3}
