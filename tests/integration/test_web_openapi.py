"""The OpenAPI document is complete and valid, and describes exactly what the server returns."""

from __future__ import annotations

import re

import pytest
from tornado.web import RequestHandler

from camrec.config import Config
from camrec.station import Station
from camrec.web import HandlerContext, make_routes
from camrec.web.endpoint import SEGMENT_PATTERN
from support.wire import serving

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("openapi")
    config = Config(
        videos_dir=folder / "videos", bin_dir=folder / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with serving(config) as (_station, wire):
        yield wire.get("/openapi.json").json(), wire


@pytest.fixture
def document(served):
    return served[0]


def test_every_route_and_method_is_in_the_openapi_document(document, tmp_path):
    *known, rest = make_routes(
        HandlerContext.of(Station(Config(videos_dir=tmp_path, bin_dir=tmp_path)))
    )
    paths = {
        re.sub(r"\\(.)", r"\1", re.sub(r"\{\w+\}", SEGMENT_PATTERN, p)): p
        for p in document["paths"]
    }
    assert {re.sub(r"\\(.)", r"\1", pattern) for pattern, _, _ in known} == set(paths)
    for pattern, handler, _ in known:
        answered = {
            method
            for method in METHODS
            if getattr(handler, method) is not getattr(RequestHandler, method)
        }
        described = set(document["paths"][paths[re.sub(r"\\(.)", r"\1", pattern)]]) & set(METHODS)
        assert answered == described, pattern
    assert rest[0].startswith("/(?:")  # the 404 of camrec's own paths


def test_the_openapi_document_is_well_formed(document):
    assert document["openapi"].startswith("3.1")
    names = set()
    for path, item in document["paths"].items():
        given = {each["name"] for each in item["parameters"] if each["in"] == "path"}
        assert given == set(re.findall(r"\{(\w+)\}", path))
        for method in set(item) & set(METHODS):
            operation = item[method]
            names.add(operation["operationId"])
            assert operation["summary"] and operation["responses"]
            for status, answer in operation["responses"].items():
                assert status == "default" or 100 <= int(status) < 600
                assert answer["description"]
    assert len(names) == sum(len(set(item) & set(METHODS)) for item in document["paths"].values())


def test_every_reference_of_the_openapi_document_resolves(document):
    def references(part):
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            for each in part.values():
                yield from references(each)
        elif isinstance(part, list):
            for each in part:
                yield from references(each)

    found = set(references(document))
    assert len(found) > 10
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_responses_match_the_openapi_document(served):
    """With a validator of JSON Schema, if one is installed."""
    jsonschema = pytest.importorskip("jsonschema")
    document, wire = served
    for path in ("/health", "/session/list", "/cameras", "/videos"):
        answer = document["paths"][path]["get"]["responses"]["200"]
        schema = answer["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(wire.get(path).json())
    for model in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(model)


def test_the_openapi_request_schemas_are_as_strict_as_the_server(document):
    models = document["components"]["schemas"]
    record = models["RecordRequest"]
    assert record["additionalProperties"] is False
    assert set(record["required"]) == {"duration"}
    assert record["oneOf"] == [{"required": ["session_id"]}, {"required": ["camera_id"]}]
    length, none = record["properties"]["duration"]["anyOf"]
    assert (length["type"], length["minimum"], length["maximum"]) == ("integer", 1, 86400)
    assert none == {"type": "null"}
