"""Describes an endpoint of the REST API: its path, its handler, and each operation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from camrec.web.handlers.base import ApiHandler

JsonSchema = Mapping[str, object]

SEGMENT_PATTERN = "([^/]*)"  # one segment of a path; a slash in it is written as %2F


@dataclass(frozen=True)
class Operation:
    """One method of an endpoint.

    method : such as ``get``.
    summary : one sentence for the OpenAPI document.
    request : the model of the body that the client sends.
    reply : the model of the JSON in the response.
    media : the content type of a response that is not JSON.
    status : the status of a response without an error.
    query : the JSON schema of each query parameter.
    required : the query parameters that must be present.
    error_statuses : the statuses of errors, besides those that the guard sends.
    """

    method: str
    summary: str
    request: type[BaseModel] | None = None
    reply: type[BaseModel] | None = None
    media: str | None = None
    status: int = 200
    query: Mapping[str, JsonSchema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    error_statuses: tuple[int, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """A path, with ``{names}`` for the variable segments, and its handler.

    A variable segment matches no slash. Of two endpoints that match a path, the first one counts.
    """

    path: str
    handler: type[ApiHandler]
    operations: tuple[Operation, ...]

    @property
    def pattern(self) -> str:
        """The path as a regular expression for Tornado, with a group for each name."""
        parts = re.split(r"(\{\w+\})", self.path)
        return "".join(
            SEGMENT_PATTERN if part.startswith("{") else re.escape(part) for part in parts
        )
