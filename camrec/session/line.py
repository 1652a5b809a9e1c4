"""The way from a camera to us: a path of a proxy, and a reader of what it offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Protocol

from camrec.clock import Clock
from camrec.errors import CameraError
from camrec.network_policy import Reach
from camrec.proxies import Go2rtc, MediaMTX, Relay, Way, answers_tls, look
from camrec.readers import Go2rtcReader, RtspReader, StreamError
from camrec.sources import Source
from camrec.units import Unit


class Reader(Protocol):
    """A local stream as units; `close` may come from any thread.

    unheard : the codec of its sound, where it has some that cannot be read; known with the first
        unit.
    """

    unheard: str

    def batches(self) -> Iterator[Sequence[Unit]]: ...

    def rest(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class Line(ABC):
    """One session's path of a proxy. It is opened and closed any number of times.

    reach : where the camera may be.
    """

    def __init__(self, source: Source, path: str, clock: Clock, reach: Reach | None = None) -> None:
        self.source = source
        self.path = path
        self._clock = clock
        self._reach = reach or Reach()

    @property
    @abstractmethod
    def local_url(self) -> str:
        """What the proxy offers to other programs on this machine."""

    @abstractmethod
    def open(self) -> None:
        """Give the camera to the proxy, anew if it has it already."""

    @abstractmethod
    def close(self) -> None:
        """Take the camera away from the proxy."""

    @abstractmethod
    def reader(self) -> Reader:
        """A fresh reader: each is used once."""

    @abstractmethod
    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        """Why nothing came, as far as the proxy knows it since a monotonic moment (ns)."""

    def _named(self, code: str, **facts: str) -> CameraError:
        return CameraError(code, host=self.source.host, port=self.source.port, **facts)


class RtspLine(Line):
    """RTSP cameras, through MediaMTX."""

    def __init__(
        self, source: Source, path: str, clock: Clock, proxy: MediaMTX, reach: Reach | None = None
    ) -> None:
        super().__init__(source, path, clock, reach)
        self._proxy = proxy

    @property
    def local_url(self) -> str:
        return self._proxy.local_url(self.path)

    def open(self) -> None:
        self._reach.check(self.source)
        if self.source.url.startswith("rtsps:"):
            answers_tls(self.source, self._reach)
        self._proxy.ensure_ready()
        # MediaMTX tries a source every 5 s only; a path added anew is tried at once.
        self._proxy.remove(self.path)
        self._proxy.add(self.path, self.source)

    def close(self) -> None:
        self._proxy.remove(self.path)

    def reader(self) -> RtspReader:
        return RtspReader(self.local_url, self._clock)

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if error is not None and error.reason == "codec":
            return self._named("camera_codec", codec=error.detail)
        return self._proxy.reason(self.path, since)


class MjpegLine(Line):
    """HTTP MJPEG cameras, through go2rtc; those that it cannot read come to it by a relay."""

    def __init__(
        self, source: Source, path: str, clock: Clock, proxy: Go2rtc, reach: Reach | None = None
    ) -> None:
        super().__init__(source, path, clock, reach)
        self._proxy = proxy
        self._relay: Relay | None = None

    @property
    def local_url(self) -> str:
        return self._proxy.local_url(self.path)

    @property
    def way(self) -> Way:
        """How the camera comes to go2rtc since it was last opened."""
        return Way.DIRECT if self._relay is None else Way.RELAYED

    def open(self) -> None:
        # go2rtc asks a camera that it cannot read hundreds of times a second: look first.
        self._reach.check(self.source)
        way = look(self.source, reach=self._reach)
        self._proxy.ensure_ready()
        if way is Way.DIRECT:
            self._proxy.add(self.path, self.source)
            self._end_relay()
        else:
            if self._relay is None:
                self._relay = Relay(self.source, self._reach).start()
            self._proxy.add(self.path, self._relay.source)

    def close(self) -> None:
        self._proxy.remove(self.path)
        self._end_relay()

    def reader(self) -> Go2rtcReader:
        return Go2rtcReader(*self._proxy.stream(self.path), self._clock)

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        if self._relay is not None and (told := self._relay.reason(since)) is not None:
            return told
        if error is not None and error.reason == "message":
            return self._proxy.reason(self.source, error.detail)
        return None

    def _end_relay(self) -> None:
        if self._relay is not None:
            self._relay.close()
            self._relay = None
