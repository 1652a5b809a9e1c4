"""How an address of the wire is described: its path, what answers, and each call on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from camrec.web.handlers.base import ApiHandler


@dataclass(frozen=True)
class Operation:
    """One method of an address.

    media : what is answered that is not JSON, as a content type.
    query : the parameters after the question mark, each with its JSON schema.
    required : those of them that must be given.
    error_statuses : the statuses of errors that this call has of its own.
    """

    method: str
    summary: str
    request: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media: str | None = None
    status: int = 200
    query: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    error_statuses: tuple[int, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """A path, with ``{names}`` for what varies, and what answers there."""

    path: str
    handler: type[ApiHandler]
    operations: tuple[Operation, ...]

    @property
    def pattern(self) -> str:
        parts = re.split(r"(\{\w+\})", self.path)
        return "".join("(.*)" if part.startswith("{") else re.escape(part) for part in parts)
