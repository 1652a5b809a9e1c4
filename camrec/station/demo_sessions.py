"""Opens the built-in cameras, each with a session."""

from __future__ import annotations

from camrec.errors import NotFoundError, StateError
from camrec.session import Session
from camrec.station.built_in_cameras import BuiltInCameras
from camrec.station.cameras import StationCameras


class DemoSessions:
    """Opens the built-in cameras. All calls block and may come from any thread."""

    def __init__(self, built_in: BuiltInCameras, cameras: StationCameras) -> None:
        self._built_in = built_in
        self._cameras = cameras

    @property
    def has_unopened(self) -> bool:
        """Whether a built-in camera is not open."""
        urls = self._built_in.urls
        return not urls or not urls <= self._open_urls()

    def addresses(self) -> dict[str, str]:
        """The addresses of the built-in cameras by name. They are started on the first call.

        Raises
        ------
        ServiceError (``binary_missing``, ``proxy_failed``)
        """
        return self._built_in.ensure_started()

    def open_all(self) -> list[Session]:
        """Start to open the built-in cameras that are not open, up to the limit of sessions.

        Raises
        ------
        StateError
            ``sessions_full``: none of them could be opened.
        ServiceError (``binary_missing``, ``proxy_failed``)
        """
        open_urls = self._open_urls()
        opened: list[Session] = []
        for name, url in self.addresses().items():
            if url in open_urls:
                continue
            try:
                opened.append(self._cameras.begin_open(url, name))
            except StateError:
                if not opened:
                    raise
        return opened

    def open(self, camera_id: str) -> Session:
        """Start to open one of the built-in cameras.

        Raises
        ------
        NotFoundError
            ``no_camera``: there is no built-in camera with this id.
        StateError (``sessions_full``), ServiceError (``binary_missing``, ``proxy_failed``)
        """
        for name, url in self.addresses().items():
            if self._built_in.camera_id(url) == camera_id:
                return self._cameras.begin_open(url, name)
        raise NotFoundError("no_camera", camera_id=camera_id)

    def _open_urls(self) -> frozenset[str]:
        return frozenset(session.source.url for session in self._cameras.sessions())
