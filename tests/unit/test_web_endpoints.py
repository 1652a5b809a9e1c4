"""Each path of the REST API reaches its own endpoint."""

from __future__ import annotations

import re

import pytest

from camrec.web.endpoint import Endpoint
from camrec.web.endpoints import ENDPOINTS


def matching(path: str) -> list[Endpoint]:
    """The endpoints that match, the one that Tornado takes first."""
    return [each for each in ENDPOINTS if re.fullmatch(each.pattern, path)]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.path)
def test_no_endpoint_hides_another_one(endpoint):
    """A fixed path such as /record/list would have to stand before a variable one like it."""
    path = re.sub(r"\{\w+\}", "x", endpoint.path)
    assert matching(path)[0] is endpoint


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if "{" in each.path], ids=lambda each: each.path
)
def test_a_variable_segment_matches_no_slash(endpoint):
    assert matching(re.sub(r"\{\w+\}", "a/b", endpoint.path)) == []
    assert matching(re.sub(r"\{\w+\}", "a%2Fb", endpoint.path)) == [endpoint]
