"""The wire described for programs: OpenAPI 3.1, made from the table and the models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http.client import responses
from typing import Any

from pydantic.json_schema import models_json_schema

from camrec import __version__, schema
from camrec.web.endpoint import Endpoint, Operation

SCHEMA_REF_TEMPLATE = "#/components/schemas/{model}"
GUARD_STATUSES = (401, 403, 429)  # the guard's


def build_document(table: Sequence[Endpoint]) -> dict[str, Any]:
    calls = [call for address in table for call in address.operations]
    models = [(call.request, "validation") for call in calls if call.request]
    models += [(call.answer, "serialization") for call in calls if call.answer]
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
        "paths": {
            address.path: {
                "parameters": [
                    _describe_parameter("path", name) for name in _path_parameters(address.path)
                ],
                **{call.method: _describe_operation(address, call) for call in address.operations},
            }
            for address in table
        },
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _describe_operation(address: Endpoint, call: Operation) -> dict[str, Any]:
    words = re.findall(r"\w+", f"{call.method} {address.path}")
    operation: dict[str, Any] = {
        "operationId": "_".join(words),
        "summary": call.summary,
        "parameters": [
            _describe_parameter("query", name, of, name in call.required)
            for name, of in call.query.items()
        ],
        "responses": {
            str(call.status): _describe_response(call),
            **{
                str(status): _describe_error(status)
                for status in (*GUARD_STATUSES, *call.error_statuses)
            },
            "default": _describe_error(None),
        },
    }
    if call.request is not None:
        operation["requestBody"] = {"required": True, "content": _json_content(call.request)}
    return operation


def _describe_response(call: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": responses[call.status]}
    if call.answer is not None:
        answer["content"] = _json_content(call.answer)
    elif call.media is not None:
        answer["content"] = {call.media: {}}
    return answer


def _describe_error(status: int | None) -> dict[str, Any]:
    description = responses[status] if status else "Any other error"
    return {"description": description, "content": _json_content(schema.ErrorReply)}


def _json_content(model: type) -> dict[str, Any]:
    return {
        "application/json": {"schema": {"$ref": SCHEMA_REF_TEMPLATE.format(model=model.__name__)}}
    }


def _describe_parameter(
    place: str, name: str, of: dict[str, Any] | None = None, required: bool = True
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": of or {"type": "string"}}


def _path_parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)
