"""The wire described for programs: OpenAPI 3.1, made from the table and the models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http.client import responses
from typing import Any

from pydantic.json_schema import models_json_schema

from camrec import __version__, schema
from camrec.web.endpoint import Address, Call

REF = "#/components/schemas/{model}"
ALWAYS = (401, 403, 429)  # the guard's


def document(table: Sequence[Address]) -> dict[str, Any]:
    calls = [call for address in table for call in address.calls]
    models = [(call.request, "validation") for call in calls if call.request]
    models += [(call.answer, "serialization") for call in calls if call.answer]
    models.append((schema.ErrorReply, "serialization"))
    _, definitions = models_json_schema(models, ref_template=REF)
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
                "parameters": [_parameter("path", name) for name in _names(address.path)],
                **{call.method: _operation(address, call) for call in address.calls},
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


def _operation(address: Address, call: Call) -> dict[str, Any]:
    words = re.findall(r"\w+", f"{call.method} {address.path}")
    operation: dict[str, Any] = {
        "operationId": "_".join(words),
        "summary": call.summary,
        "parameters": [
            _parameter("query", name, of, name in call.required) for name, of in call.query.items()
        ],
        "responses": {
            str(call.status): _answer(call),
            **{str(status): _error(status) for status in (*ALWAYS, *call.refusals)},
            "default": _error(None),
        },
    }
    if call.request is not None:
        operation["requestBody"] = {"required": True, "content": _json(call.request)}
    return operation


def _answer(call: Call) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": responses[call.status]}
    if call.answer is not None:
        answer["content"] = _json(call.answer)
    elif call.media is not None:
        answer["content"] = {call.media: {}}
    return answer


def _error(status: int | None) -> dict[str, Any]:
    description = responses[status] if status else "Any other error"
    return {"description": description, "content": _json(schema.ErrorReply)}


def _json(model: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _parameter(
    place: str, name: str, of: dict[str, Any] | None = None, required: bool = True
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": of or {"type": "string"}}


def _names(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)
