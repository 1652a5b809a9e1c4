"""Every request of the OpenAPI document, whatever is sent, gets a response as described."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from camrec.config import Config
from camrec.web.endpoints import ENDPOINTS
from support.wire import serving

pytestmark = pytest.mark.slow(0.7)

CALLS = [
    (address.path, call.method.upper())
    for address in ENDPOINTS
    for call in address.operations
    if address.path not in ("/stream", "/changes")  # a WebSocket, and a response without an end
]
WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
WANTED += ("response_schema_conformance", "negative_data_rejection")


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    """Cameras are allowed only in a network without any, so invented addresses are not
    contacted.
    """
    folder = tmp_path_factory.mktemp("web-fuzz")
    config = Config(
        videos_dir=folder / "videos",
        bin_dir=folder / "bin",
        ffmpeg_path=str(binaries.ffmpeg),
        allowed_networks=["192.0.2.0/32"],
    )
    with serving(config) as (_station, wire):
        yield wire


@pytest.fixture(scope="module")
def schema(served):
    # Its import takes seconds, which each worker would spend that only collects this file.
    import schemathesis

    return schemathesis.openapi.from_dict(served.get("/openapi.json").json())


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_any_request_is_answered_as_the_openapi_document_says(served, schema, path, method):
    from schemathesis import GenerationMode, checks

    checks.load_all_checks()
    wanted = [checks.CHECKS.get_one(name) for name in WANTED]
    operation = schema[path][method]
    ways = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

    @settings(
        max_examples=int(os.environ.get("CAMREC_FUZZ", 8)),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of([operation.as_strategy(generation_mode=way) for way in ways]))
    def ask(case):
        case.call_and_validate(base_url=served.url, checks=wanted)

    ask()
