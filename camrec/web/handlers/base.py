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
from camrec.errors import CamrecError, InputError, MethodError, NotFoundError, internal_error
from camrec.i18n import best_language
from camrec.station import Station
from camrec.web.handlers.viewer_group import ViewerGroup
from camrec.web.request_models import FieldError, parse_request
from camrec.web.security.auth import RequestGuard
from camrec.web.security.server import SanitizedHeaders

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class HandlerContext:
    """What handlers work with. The station's calls block, so they run in the pool's threads.

    viewers : the WebSockets that are open.
    viewer_groups : those of them that watch a session, by its id.
    """

    station: Station
    guard: RequestGuard
    pool: ThreadPoolExecutor
    viewers: set[Any] = field(default_factory=set)
    viewer_groups: dict[str, ViewerGroup] = field(default_factory=dict)

    @classmethod
    def of(cls, station: Station) -> HandlerContext:
        # Opening, closing and stopping wait for cameras and disks: quick calls need room beside.
        workers = 2 * station.config.max_sessions + 8
        guard = RequestGuard(station.config)
        return cls(station, guard, ThreadPoolExecutor(workers, "camrec-web"))


class ApiHandler(RequestHandler):
    """Passes the guard, answers in JSON, and puts every error into one shape."""

    def initialize(self, desk: HandlerContext) -> None:
        self.context = desk
        self.station = desk.station

    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        # In a server that is not ours nobody has asked the guard yet.
        if not isinstance(self.request.headers, SanitizedHeaders):
            self.context.guard.check(self.request)

    def body(self, model: type[ModelT]) -> ModelT:
        """The request's JSON as `model`; raises InputError."""
        return parse_request(model, self.request.body)

    async def call(self, function: Callable[..., ResultT], *args: Any, **kwargs: Any) -> ResultT:
        """Run a blocking call of the station in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.context.pool, partial(function, *args, **kwargs))

    @property
    def language(self) -> str:
        return best_language(self.request.headers.get("Accept-Language"))

    def answer(self, reply: BaseModel, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(reply.model_dump_json())

    # Errors.

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = self._to_camrec_error(status_code, kwargs.get("exc_info", (None, None, None))[1])
        if error.status == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        if error.status == 405:
            self.set_header("Allow", ", ".join(self._allowed_methods()))
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

    def _to_camrec_error(self, status: int, error: BaseException | None) -> CamrecError:
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
        return internal_error()

    def _allowed_methods(self) -> list[str]:
        return [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(type(self), method.lower()) is not getattr(RequestHandler, method.lower())
        ]


class NotFoundHandler(ApiHandler):
    """There is nothing here, for whichever method."""

    def prepare(self) -> None:
        super().prepare()
        raise NotFoundError("no_route", path=self.request.path[:200])
