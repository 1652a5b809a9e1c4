"""A ``camrec serve`` that is running, with the same objects."""

from __future__ import annotations

import atexit

from camrec.api.camera import Camera, camera_for
from camrec.api.library import Library
from camrec.api.remote import RemoteBackend


def connect(url: str = "http://127.0.0.1:8000", token: str | None = None) -> Connection:
    """Use the camrec that runs there.

    Parameters
    ----------
    url
        Of its page, with the path where it is below one.
    token
        The settings' `token`, where one is set.

    Raises
    ------
    ServiceError
        ``no_camrec``: nothing answers there, or something else.
    AccessError
        ``token_wrong``.
    """
    return Connection(RemoteBackend(url, token))


class Connection:
    """A camrec that runs elsewhere: its cameras, recordings and videos.

    What is open and recorded there goes on when this ends.
    """

    def __init__(self, wire: RemoteBackend) -> None:
        self._backend = wire
        atexit.register(self.close)

    def open(self, url: str, name: str | None = None) -> Camera:
        """As `camrec.open`, with the same `url`, `name` and errors, there.

        One that is open there already comes back as it is, whoever opened it.
        """
        return camera_for(self._backend, self._backend.open(url, name))

    def cameras(self) -> list[Camera]:
        """Those that are open there, whoever opened them."""
        return [camera_for(self._backend, each) for each in self._backend.cameras()]

    def videos(self) -> Library:
        """The finished videos there, newest first. A file is fetched when its `path` is used."""
        return Library(self._backend.videos(), self._backend)

    def close(self) -> None:
        """Live video in this process's pages stops; nothing is closed there."""
        atexit.unregister(self.close)
        self._backend.end()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connection {self._backend.url}>"
