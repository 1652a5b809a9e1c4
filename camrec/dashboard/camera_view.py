"""The live view of a camera, for a notebook cell or any other Panel page."""

from __future__ import annotations

from typing import ClassVar, Protocol

import param

from camrec.dashboard.notebook_view import CellComponent, CellView, width_params


class SessionLike(Protocol):
    """An open camera: a `Session` of this process, or a `Camera` of the Python API."""

    @property
    def session_id(self) -> str: ...

    @property
    def name(self) -> str: ...


class LivePicture(CellComponent):
    session_id = param.String()
    title = param.String(doc="The camera's name.")
    record_url = param.String(doc="As `base`, for recordings; empty: they cannot be started.")

    _script: ClassVar[str] = "components/camera_cell.js"


class CameraView(CellView):
    """The live view of a session, with controls below it that record the session.

    Parameters
    ----------
    session
        The open camera.
    base_url
        The base URL of ``/stream``, such as ``http://127.0.0.1:8000``.
    record_url
        The base URL of ``/record/start`` and ``/record/stop``. If it is empty, there are no
        controls.
    width
        Pixels; by default as wide as its container, at most 640.
    """

    def __init__(
        self,
        session: SessionLike,
        base_url: str,
        record_url: str = "",
        width: int | None = None,
        language: str = "en",
    ) -> None:
        picture = LivePicture(
            session_id=session.session_id,
            title=session.name,
            base=base_url,
            record_url=record_url,
            language=language,
            **width_params(width),
        )
        super().__init__(picture)
