"""What every handler is made of: the guard, and one shape for every error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel
from tornado.web import HTTPError, MissingArgumentError, RequestHandler

from camrec import schema
from camrec.errors import CamrecError, InputError, MethodError, NotFoundError, internal
from camrec.i18n import best_language
from camrec.station import Station
from camrec.web.handlers.viewer_group import Audience
from camrec.web.request_models import FieldError, read
from camrec.web.security.auth import Guard
from camrec.web.security.server import Passed

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class Desk:
    """What handlers work with. The station's calls block, so they run in the pool's threads.

    viewers : the WebSockets that are open.
    audiences : those of them that watch a session, by its id.
    """

    station: Station
    guard: Guard
    pool: ThreadPoolExecutor
    viewers: set[Any] = field(default_factory=set)
    audiences: dict[str, Audience] = field(default_factory=dict)

    @classmethod
    def of(cls, station: Station) -> Desk:
        # Opening, closing and stopping wait for cameras and disks: quick calls need room beside.
        workers = 2 * station.config.max_sessions + 8
        guard = Guard(station.config)
        return cls(station, guard, ThreadPoolExecutor(workers, "camrec-web"))


class Handler(RequestHandler):
    """Passes the guard, answers in JSON, and puts every error into one shape."""

    def initialize(self, desk: Desk) -> None:
        self.desk = desk
        self.station = desk.station

    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        # In a server that is not ours nobody has asked the guard yet.
        if not isinstance(self.request.headers, Passed):
            self.desk.guard.check(self.request)

    def body(self, model: type[R]) -> R:
        """The request's JSON as `model`; raises InputError."""
        return read(model, self.request.body)

    async def call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a blocking call of the station in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.desk.pool, partial(function, *args, **kwargs))

    @property
    def language(self) -> str:
        return best_language(self.request.headers.get("Accept-Language"))

    def answer(self, reply: BaseModel, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(reply.model_dump_json())

    # Errors.

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = self._as_ours(status_code, kwargs.get("exc_info", (None, None, None))[1])
        if error.status == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        if error.status == 405:
            self.set_header("Allow", ", ".join(self._methods()))
        self.answer(schema.ErrorReply.of(error, self.language), error.status)
        self.finish()

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, (CamrecError, HTTPError)):
            log.debug("%s %s: %s", self.request.method, self.request.path, value)
        else:
            log.error(
                "%s %s failed",
                self.request.method,
                self.request.path,
                exc_info=(typ, value, tb),
            )

    def _as_ours(self, status: int, error: BaseException | None) -> CamrecError:
        if isinstance(error, CamrecError):
            return error
        if isinstance(error, MissingArgumentError):
            return FieldError(error.arg_name, "missing")
        if status == 404:
            return NotFoundError("no_route", path=self.request.path[:200])
        if status == 405:
            return MethodError("method_not_allowed", method=self.request.method)
        if 400 <= status < 500:
            return InputError("bad_request")
        return internal()

    def _methods(self) -> list[str]:
        return [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(type(self), method.lower()) is not getattr(RequestHandler, method.lower())
        ]


class NothingHandler(Handler):
    """There is nothing here, for whichever method."""

    def prepare(self) -> None:
        super().prepare()
        raise NotFoundError("no_route", path=self.request.path[:200])
