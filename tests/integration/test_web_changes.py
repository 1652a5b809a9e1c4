"""What changes, as server-sent events."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import get_args

import pytest

from camrec.config import Config
from camrec.station import (
    AlertsChanged,
    LibraryChanged,
    SettingsChanged,
    Station,
    StationChange,
)
from camrec.web import LocalServer
from camrec.web.change_log import MAX_KEPT_CHANGES, describe_change
from camrec.web.handlers.changes import MAX_FOLLOWERS
from support.units_made import until
from support.wire import Wire, serving


class Follower:
    """A client of ``GET /changes``; a context manager.

    read_buffer : how little the system buffers before it is read.
    """

    def __init__(self, wire: Wire, last_id: str = "", read_buffer: int | None = None) -> None:
        self._socket = socket.socket()
        if read_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
        self._socket.settimeout(60)
        host, port = wire.host.split(":")
        self._socket.connect((host, int(port)))
        header = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self._socket.sendall(f"GET /changes HTTP/1.1\r\nHost: {wire.host}\r\n{header}\r\n".encode())
        self._stream = self._socket.makefile("rb")
        self.last_id = last_id
        self.status = int(self._stream.readline().split()[1])
        self.headers = dict(self._header_lines())
        if self.status == 200:
            self.retry = self._block()

    def _header_lines(self) -> Iterator[list[str]]:
        while (line := self._stream.readline()) not in (b"\r\n", b""):
            yield line.decode().strip().split(": ", 1)

    def _block(self) -> dict[str, str] | None:
        """The fields of one block; None at the end. Comments are left out."""
        fields: dict[str, str] = {}
        while True:
            line = self._line()
            if line is None:
                return None
            if not line and fields:
                self.last_id = fields.get("id", self.last_id)
                return fields
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value

    def _line(self) -> str | None:
        """The next line of the body, whose chunks end with whole lines."""
        while True:
            line = self._stream.readline()
            if not line:
                return None
            if line.endswith(b"\r\n"):  # the size of a chunk, or its end
                if line == b"0\r\n":
                    return None
                continue
            return line.decode().rstrip("\n")

    def read(self) -> dict[str, object] | None:
        """The next change; None at the end."""
        block = self._block()
        return None if block is None else json.loads(block["data"])

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("changes")
    config = Config(
        videos_dir=folder / "videos", bin_dir=folder / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with Station(config) as station:
        server = LocalServer(station)
        try:
            yield station, Wire(server.root), server._viewers
        finally:
            server.stop()


@pytest.fixture
def changing(served) -> tuple[Station, Wire]:
    """A station and its server, which nobody follows."""
    station, wire, followers = served
    until(lambda: not followers)
    return station, wire


def test_every_change_of_a_station_has_a_kind_of_its_own():
    changes = [each(*["x"] * len(each.__dataclass_fields__)) for each in get_args(StationChange)]
    described = [describe_change(each) for each in changes]
    assert len({kind for kind, _ in described}) == len(changes)
    assert all(
        subject_id == ("x" if each.__dataclass_fields__ else None)
        for each, (_, subject_id) in zip(changes, described, strict=True)
    )


def test_a_change_is_sent_as_it_happens(changing):
    station, wire = changing
    with Follower(wire) as follower:
        assert follower.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert follower.headers["Cache-Control"] == "no-store"
        assert int(follower.retry["retry"]) > 0
        station.changed.emit(AlertsChanged("a1"))
        assert follower.read() == {"kind": "alert", "id": "a1"}
        station.changed.emit(SettingsChanged())
        assert follower.read() == {"kind": "settings", "id": None}


def test_what_was_missed_is_sent_to_a_client_that_comes_back(changing):
    station, wire = changing
    with Follower(wire) as follower:
        last_id = follower.last_id
    names = [f"é {number}.mp4" for number in range(MAX_KEPT_CHANGES)]
    for name in names:
        station.changed.emit(LibraryChanged(name))
    with Follower(wire, last_id) as again:
        assert [again.read()["id"] for _ in names] == names
        newest_id = again.last_id
        station.changed.emit(AlertsChanged("a2"))
        assert again.read() == {"kind": "alert", "id": "a2"}
    with Follower(wire, newest_id) as third:
        assert third.read() == {"kind": "alert", "id": "a2"}


def test_a_client_that_missed_too_much_or_comes_from_another_run_reads_everything_again(changing):
    station, wire = changing
    with Follower(wire) as follower:
        old_id = follower.last_id
    for _ in range(MAX_KEPT_CHANGES + 1):
        station.changed.emit(SettingsChanged())
    run_id = old_id.partition("-")[0]
    for last_id in (
        old_id,
        "00000000-1",
        f"{run_id}-{'9' * 30}",
        f"{run_id}-x",
        "x",
        f"{run_id}-²",
    ):
        with Follower(wire, last_id.encode().decode("latin-1")) as follower:
            assert follower.read() == {"kind": "reset", "id": None}, last_id
            station.changed.emit(AlertsChanged("after"))
            assert follower.read() == {"kind": "alert", "id": "after"}, last_id


def test_a_client_that_does_not_read_is_dropped_and_the_others_notice_nothing(
    served, changing, monkeypatch
):
    monkeypatch.setattr("camrec.web.handlers.changes.MAX_WRITE_S", 0.5)
    monkeypatch.setattr("camrec.web.handlers.changes.CHANGES_BATCH_S", 0.0)
    station, wire, followers = served
    with Follower(wire, read_buffer=4096), Follower(wire) as other:
        assert len(followers) == 2

        def is_dropped() -> bool:
            for _ in range(200):
                station.changed.emit(LibraryChanged("x" * 2000))
            read = [other.read() for _ in range(200)]
            assert read == [{"kind": "video", "id": "x" * 2000}] * 200
            return len(followers) == 1

        until(is_dropped, 60)
        station.changed.emit(AlertsChanged("last"))
        assert other.read() == {"kind": "alert", "id": "last"}


def test_the_number_of_followers_is_limited_and_those_who_leave_make_room(changing):
    _, wire = changing
    followers = [Follower(wire) for _ in range(MAX_FOLLOWERS)]
    try:
        reply = wire.get("/changes")
        assert (reply.status, reply.code) == (429, "too_many_followers")
    finally:
        for follower in followers:
            follower.__exit__()

    def is_let_in() -> bool:
        with Follower(wire) as follower:
            return follower.status == 200

    until(is_let_in)


def test_changes_are_guarded_like_everything_else(changing):
    _, wire = changing
    reply = wire.ask("GET", "/changes", headers={"Host": "evil.example"})
    assert reply.status == 403
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert wire.ask("GET", "/changes", headers=foreign).status == 403


def test_a_server_that_stops_ends_the_connection(binaries, tmp_path):
    config = Config(
        videos_dir=tmp_path / "videos", bin_dir=tmp_path / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with serving(config) as (_, wire):
        follower = Follower(wire)
    with follower:
        assert follower.read() is None
