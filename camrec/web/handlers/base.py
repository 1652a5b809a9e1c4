"""The base of every handler: it calls the guard, and sends every error in the same form."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import ParamSpec, TypeVar

from pydantic import BaseModel
from tornado.web import HTTPError, MissingArgumentError, RequestHandler

from camrec import schema
from camrec.errors import CamrecError, InputError, MethodError, NotFoundError, internal_error
from camrec.i18n import best_language
from camrec.station import Station
from camrec.web.change_log import ChangeLog
from camrec.web.external_videos import ExternalVideos
from camrec.web.handlers.viewer_group import ViewerGroup
from camrec.web.request_models import FieldError, parse_request
from camrec.web.security.auth import RequestGuard
from camrec.web.security.server import SanitizedHeaders
from camrec.web.websocket_rules import OpenWebSocket

log = logging.getLogger(__name__)

CallP = ParamSpec("CallP")
ResultT = TypeVar("ResultT")
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class HandlerContext:
    """What all handlers of a server share.

    station : the station. Its calls block, so handlers run them in threads (`run_blocking`).
    guard : checks every request.
    pool : the threads.
    change_log : what has changed, for those who follow it.
    viewers : the WebSockets and the streams of changes that are open.
    viewer_groups : the viewers of each session, by its id.
    external_videos : the videos outside the videos folder that a page may get.
    """

    station: Station
    guard: RequestGuard
    pool: ThreadPoolExecutor
    change_log: ChangeLog
    viewers: set[OpenWebSocket] = field(default_factory=set)
    viewer_groups: dict[str, ViewerGroup] = field(default_factory=dict)
    external_videos: ExternalVideos = field(default_factory=ExternalVideos)

    @classmethod
    def of(cls, station: Station) -> HandlerContext:
        """Create the context for `station`, with a guard and threads of its own."""
        # Opening, closing and stopping wait for cameras and disks; quick calls need threads too.
        workers = 2 * station.config.max_sessions + 8
        guard = RequestGuard(station.config)
        pool = ThreadPoolExecutor(workers, "camrec-web")
        return cls(station, guard, pool, ChangeLog(station))

    async def run_blocking(
        self, function: Callable[CallP, ResultT], *args: CallP.args, **kwargs: CallP.kwargs
    ) -> ResultT:
        """Run a blocking call in a thread of the pool."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, partial(function, *args, **kwargs))


class ApiHandler(RequestHandler):
    """Checks a request with the guard, and sends replies and errors as JSON."""

    def initialize(self, context: HandlerContext) -> None:
        """Called by Tornado with the arguments of the route."""
        self.context = context
        self.station = context.station

    def set_default_headers(self) -> None:
        """Set the headers that every response has."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        """Check the request, before its method is called."""
        # A server that is not a `GuardedServer` has not called the guard yet.
        if not isinstance(self.request.headers, SanitizedHeaders):
            self.context.guard.check(self.request)

    def body(self, model: type[ModelT]) -> ModelT:
        """Return the request's JSON as `model`; raises InputError."""
        return parse_request(model, self.request.body)

    async def call(
        self, function: Callable[CallP, ResultT], *args: CallP.args, **kwargs: CallP.kwargs
    ) -> ResultT:
        """Run a blocking call of the station in a thread."""
        return await self.context.run_blocking(function, *args, **kwargs)

    @property
    def language(self) -> str:
        """The language that the client prefers."""
        return best_language(self.request.headers.get("Accept-Language"))

    def send_reply(self, reply: BaseModel, status: int = 200) -> None:
        """Respond with `reply` as JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(reply.model_dump_json())

    # Errors.

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Respond with an error; Tornado calls this with ``exc_info`` for an exception."""
        exc_info = kwargs.get("exc_info")
        exception = exc_info[1] if isinstance(exc_info, tuple) else None
        error = self._to_camrec_error(status_code, exception)
        if error.status == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        if error.status == 405:
            self.set_header("Allow", ", ".join(self._allowed_methods()))
        self.send_reply(schema.ErrorReply.of(error, self.language), error.status)
        self.finish()

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log a defect as an error, and an expected error for debugging only."""
        if isinstance(value, (CamrecError, HTTPError)):
            log.debug("%s %s: %s", self.request.method, self.request.path, value)
        else:
            log.error("%s %s failed", self.request.method, self.request.path, exc_info=value)

    def _to_camrec_error(self, status: int, exception: object) -> CamrecError:
        if isinstance(exception, CamrecError):
            return exception
        if isinstance(exception, MissingArgumentError):
            return FieldError(exception.arg_name, "missing")
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
    """Responds with 404 to every method."""

    def prepare(self) -> None:
        """Check the request, then reject it."""
        super().prepare()
        raise NotFoundError("no_route", path=self.request.path[:200])
