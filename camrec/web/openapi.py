"""Builds the OpenAPI 3.1 document from the endpoint table and the models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http.client import responses
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from camrec import __version__, schema
from camrec.web.endpoint import Endpoint, JsonSchema, Operation

SCHEMA_REF_TEMPLATE = "#/components/schemas/{model}"
GUARD_STATUSES = (401, 403, 429)  # every operation has these: the guard sends them

JsonObject = dict[str, object]


def build_document(endpoints: Sequence[Endpoint]) -> JsonObject:
    """Return the document as JSON-serializable objects."""
    operations = [operation for endpoint in endpoints for operation in endpoint.operations]
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
    models += [(each.request, "validation") for each in operations if each.request]
    models += [(each.reply, "serialization") for each in operations if each.reply]
    models.append((schema.ErrorReply, "serialization"))
    _, definitions = models_json_schema(models, ref_template=SCHEMA_REF_TEMPLATE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "camrec",
            "version": __version__,
            "description": "Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes.",
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}],
        "paths": {endpoint.path: _describe_endpoint(endpoint) for endpoint in endpoints},
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _describe_endpoint(endpoint: Endpoint) -> JsonObject:
    names = re.findall(r"\{(\w+)\}", endpoint.path)
    return {
        "parameters": [_describe_parameter("path", name) for name in names],
        **{each.method: _describe_operation(endpoint, each) for each in endpoint.operations},
    }


def _describe_operation(endpoint: Endpoint, operation: Operation) -> JsonObject:
    statuses = (*GUARD_STATUSES, *operation.error_statuses)
    description: JsonObject = {
        "operationId": "_".join(re.findall(r"\w+", f"{operation.method} {endpoint.path}")),
        "summary": operation.summary,
        "parameters": [
            _describe_parameter("query", name, parameter, name in operation.required)
            for name, parameter in operation.query.items()
        ],
        "responses": {
            str(operation.status): _describe_response(operation),
            **{str(status): _describe_error(status) for status in statuses},
            "default": _describe_error(None),
        },
    }
    if operation.request is not None:
        content = _json_content(operation.request)
        description["requestBody"] = {"required": True, "content": content}
    return description


def _describe_response(operation: Operation) -> JsonObject:
    description: JsonObject = {"description": responses[operation.status]}
    if operation.reply is not None:
        description["content"] = _json_content(operation.reply)
    elif operation.media is not None:
        description["content"] = {operation.media: {}}
    return description


def _describe_error(status: int | None) -> JsonObject:
    description = responses[status] if status else "Any other error"
    return {"description": description, "content": _json_content(schema.ErrorReply)}


def _json_content(model: type[BaseModel]) -> Mapping[str, object]:
    reference = SCHEMA_REF_TEMPLATE.format(model=model.__name__)
    return {"application/json": {"schema": {"$ref": reference}}}


def _describe_parameter(
    place: str, name: str, parameter: JsonSchema | None = None, required: bool = True
) -> JsonObject:
    value = parameter or {"type": "string"}
    return {"name": name, "in": place, "required": required, "schema": value}
