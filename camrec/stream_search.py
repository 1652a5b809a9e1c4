"""Finds a camera's stream if only its host is known, by trying the usual paths.

It makes one connection at a time, tries one path after the other, and takes a limited time. It
stops if the camera requires a login: several wrong logins may lock an account.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import socket
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from camrec.camera_address import CameraAddress, parse_address
from camrec.camera_errors import (
    LOGIN_ERROR_CODES,
    create_camera_error,
    error_from_exception,
    login_error_code,
)
from camrec.clock import monotonic_s
from camrec.errors import CameraError
from camrec.http_auth import HttpLogin
from camrec.mjpeg_relay import inspect_stream
from camrec.network_policy import NetworkPolicy
from camrec.pasted_address import clean_pasted_address

log = logging.getLogger(__name__)

RTSP_PORTS = (554, 8554)
RTSP_PATHS = (
    "/",
    "/stream1",  # Tapo, and many others
    "/Streaming/Channels/101",  # Hikvision
    "/cam/realmonitor?channel=1&subtype=0",  # Dahua, Amcrest
    "/h264Preview_01_main",  # Reolink
    "/axis-media/media.amp",  # Axis
    "/videoMain",  # Foscam
    "/unicast/c1/s0/live",  # Uniview
    "/live/ch00_0",  # V380
    "/onvif1",  # Yoosee
    "/11",  # boards of HiSilicon
    "/live",
)
HTTP_PORTS = (80, 8080, 81)
HTTP_PATHS = (
    "/video",  # IP Webcam
    "/mjpg/video.mjpg",  # Axis
    "/axis-cgi/mjpg/video.cgi",
    "/?action=stream",  # mjpg-streamer
    "/videostream.cgi",  # Foscam
    "/stream",  # ESP32-CAM
    "/mjpeg",
)
SEARCH_CONNECT_TIMEOUT_S, SEARCH_RESPONSE_TIMEOUT_S, SEARCH_INSPECTION_TIMEOUT_S = 2.5, 3.0, 3.0
SEARCH_TIMEOUT_S = 40.0
MAX_DESCRIBE_BODY_BYTES = 1 << 16  # of one response
# How many connections to one port may get no response in a row. Many cameras close a connection
# after each response.
MAX_UNANSWERED_CONNECTIONS = 2

_BARE_HOST_PATTERN = re.compile(
    r"(\[[0-9A-Fa-f:.%\w]+\]|[A-Za-z0-9_]([\w.-]*[A-Za-z0-9])?)(:\d{1,5})?/?"
)


def parse_bare_host(address: str) -> CameraAddress | None:
    """A host without scheme and path, perhaps with a port and a login; None for anything else.

    Raises
    ------
    InputError
        As `parse_address`.
    """
    address = clean_pasted_address(address)
    with contextlib.suppress(ValueError):
        address = f"[{ipaddress.IPv6Address(address)}]"
    if "://" in address or not _BARE_HOST_PATTERN.fullmatch(address.rpartition("@")[2]):
        return None
    return parse_address(f"rtsp://{address.rstrip('/')}/")


def find_stream(host: CameraAddress, network_policy: NetworkPolicy | None = None) -> CameraAddress:
    """The first usual address of `host` that has video.

    Parameters
    ----------
    host
        As `parse_bare_host` returns it.
    network_policy
        In which networks the camera may be.

    Raises
    ------
    CameraError
        ``camera_asks_login``, ``camera_wrong_password``; ``stream_not_found``, ``camera_silent``,
        with what was tried.
    AccessError
        ``address_not_allowed``.
    """
    return _StreamSearch(host, network_policy or NetworkPolicy()).run()


@dataclass
class _TriedAddresses:
    """The addresses that were tried, for the error message.

    paths : the paths by scheme and port, as "rtsp:554:".
    closed : the ports that accepted no connection.
    spoke_rtsp : whether the camera has sent an RTSP response.
    """

    paths: dict[str, list[str]] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    spoke_rtsp: bool = False

    def add(self, scheme: str, port: int, path: str) -> None:
        self.paths.setdefault(f"{scheme}:{port}:", []).append(path)

    def __str__(self) -> str:
        return "; ".join(f"{where} {', '.join(paths)}" for where, paths in self.paths.items())


class _StreamSearch:
    """One search, with its deadline."""

    def __init__(self, host: CameraAddress, network_policy: NetworkPolicy) -> None:
        self._host = host
        self._network_policy = network_policy
        self._port = urlsplit(host.url).port  # None for the usual ones
        self._tried = _TriedAddresses()
        self._deadline = monotonic_s() + SEARCH_TIMEOUT_S

    def run(self) -> CameraAddress:
        self._network_policy.check(self._host)
        for port in [self._port] if self._port else RTSP_PORTS:
            if found := self._find_rtsp_path(port):
                return self._source_at("rtsp", port, found)
        for port in [self._port] if self._port else HTTP_PORTS:
            if found := self._find_http_path(port):
                return self._source_at("http", port, found)
        facts = {"host": self._host.host, "port": self._host.port}
        if self._tried.paths:
            raise CameraError("stream_not_found", **facts, tried=str(self._tried))
        ports = ", ".join(map(str, dict.fromkeys(self._tried.closed)))
        raise CameraError("camera_silent", **facts, ports=ports)

    def _source_at(self, scheme: str, port: int, path: str) -> CameraAddress:
        host = self._host.host
        is_usual = {"rtsp": 554, "http": 80}[scheme] == port and self._port is None
        bracketed = f"[{host}]" if ":" in host else host
        found = parse_address(f"{scheme}://{bracketed}{'' if is_usual else f':{port}'}{path}")
        return replace(found, credential=self._host.credential)

    @property
    def _is_timed_out(self) -> bool:
        return monotonic_s() > self._deadline

    def _find_rtsp_path(self, port: int) -> str | None:
        """The path that has video, with as few connections as the camera permits."""
        left, unanswered = list(RTSP_PATHS), 0
        while left and unanswered < MAX_UNANSWERED_CONNECTIONS:
            connection = self._connect(port)
            if connection is None:
                return None
            with connection:
                describe = _DescribeRequest(connection, self._source_at("rtsp", port, "/"))
                if found := self._try_paths(describe, left):
                    return found
            unanswered = 0 if describe.response_count else unanswered + 1
        return None

    def _try_paths(self, describe: _DescribeRequest, left: list[str]) -> str | None:
        """The path that has video. Removes from `left` the paths that need not be tried again."""
        while left:
            path = left[0]
            if self._is_timed_out:
                left.clear()
                return None
            try:
                found = describe.has_video(path)
            except ValueError:  # the response is not RTSP
                left.clear()
                found = False
            except (OSError, EOFError) as error:
                log.debug("%s: %s: %s", self._host.host, path, type(error).__name__)
                if describe.response_count:
                    return None  # closed after the previous response: try this path again
                found = False
            self._tried.add("rtsp", describe.source.port, path)
            self._tried.spoke_rtsp = self._tried.spoke_rtsp or describe.response_count > 0
            if found:
                return path
            del left[:1]
            if not describe.response_count:
                return None
        return None

    def _connect(self, port: int) -> socket.socket | None:
        if self._is_timed_out:
            return None
        try:
            return self._network_policy.connect((self._host.host, port), SEARCH_CONNECT_TIMEOUT_S)
        except (socket.gaierror, UnicodeError):
            raise create_camera_error(self._host, "camera_unknown_host") from None
        except OSError as error:
            if not isinstance(error, ConnectionError | TimeoutError):
                raise error_from_exception(self._host, error) from None  # no route, at any port
            self._tried.closed.append(port)
            return None

    def _find_http_path(self, port: int) -> str | None:
        connection = self._connect(port)
        if connection is None:
            return None
        connection.close()
        for path in HTTP_PATHS:
            if self._is_timed_out:
                return None
            self._tried.add("http", port, path)
            try:
                inspect_stream(
                    self._source_at("http", port, path),
                    SEARCH_INSPECTION_TIMEOUT_S,
                    self._network_policy,
                )
                return path
            except CameraError as error:
                if error.code in LOGIN_ERROR_CODES and not self._tried.spoke_rtsp:
                    raise _login_error(self._host) from None
                if error.code in ("camera_no_answer", "camera_refused"):
                    return None
        return None


class _DescribeRequest:
    """Sends DESCRIBE requests, one path after the other, over one RTSP connection.

    source : the camera, with the path "/".
    response_count : how many responses arrived.
    """

    def __init__(self, connection: socket.socket, source: CameraAddress) -> None:
        self.source = source
        self._socket = connection
        self.response_count = 0
        self._cseq = 0
        self._buffer = bytearray()
        credential = source.credential
        self._login = HttpLogin(credential) if credential is not None else None

    def has_video(self, path: str) -> bool:
        """Whether there is video at a path.

        Raises
        ------
        CameraError
            The camera requires a login, or rejects the one it got.
        OSError, EOFError
            The connection broke.
        ValueError
            The response is not RTSP.
        """
        scheme_and_host = self.source.url.removesuffix("/")
        status, headers, body = self._request(f"{scheme_and_host}{path}")
        for _ in range(2):
            if status != 401:
                break
            challenges = headers.get("www-authenticate", [])
            if self._login is None or not self._login.accept_challenge(challenges):
                raise _login_error(self.source)
            status, headers, body = self._request(f"{scheme_and_host}{path}")
        if status == 401:
            raise _login_error(self.source)
        return status == 200 and re.search(r"^m=video ", body, re.M) is not None

    def _request(self, url: str) -> tuple[int, dict[str, list[str]], str]:
        self._cseq += 1
        lines = [f"DESCRIBE {url} RTSP/1.0", f"CSeq: {self._cseq}", "User-Agent: camrec"]
        lines.append("Accept: application/sdp")
        authorization = self._login.authorization("DESCRIBE", url) if self._login else None
        if authorization is not None:
            lines.append(f"Authorization: {authorization}")
        self._socket.settimeout(SEARCH_RESPONSE_TIMEOUT_S)
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
        return self._read_response()

    def _read_response(self) -> tuple[int, dict[str, list[str]], str]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._receive()
            if not b"RTSP/".startswith(self._buffer[:5]):
                raise ValueError("not RTSP")
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        found = re.match(r"RTSP/\d\.\d (\d{3})", first)
        if found is None:
            raise ValueError("not RTSP")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        length = 0
        with contextlib.suppress(ValueError):
            length = int(headers.get("content-length", ["0"])[0])
        if not 0 <= length <= MAX_DESCRIBE_BODY_BYTES:
            raise ValueError("not RTSP")
        while len(self._buffer) < length:
            self._receive()
        body = self._buffer[:length].decode("utf-8", "replace")
        del self._buffer[:length]
        self.response_count += 1
        return int(found[1]), headers, body

    def _receive(self) -> None:
        received = self._socket.recv(4096)
        if not received:
            raise EOFError
        self._buffer += received
        if len(self._buffer) > 2 * MAX_DESCRIBE_BODY_BYTES:
            raise ValueError("not RTSP")


def _login_error(source: CameraAddress) -> CameraError:
    """The error if the camera requires a login, or rejects the one it got."""
    return create_camera_error(source, login_error_code(source))
