"""The live picture for a notebook's cell, or any other Panel page."""

from __future__ import annotations

from typing import ClassVar, Protocol

import param

from camrec.dashboard.notebook_view import CellComponent, CellView, width_params


class SessionLike(Protocol):
    """An open camera: a `Session`, or a camera of another camrec."""

    @property
    def session_id(self) -> str: ...
    @property
    def name(self) -> str: ...


class LivePicture(CellComponent):
    session_id = param.String()
    title = param.String(doc="The camera's name.")
    records = param.String(doc="As `base`, where recordings are asked for; empty: they are not.")

    _script: ClassVar[str] = "components/camera_cell.js"


class CameraView(CellView):
    """The live picture of a session, with what records it below.

    Parameters
    ----------
    session
        Whatever has its `session_id` and `name`.
    base_url
        Of the server that has its ``/stream``, such as ``http://127.0.0.1:8000``.
    record_url
        Of the server that has its ``/record/start`` and ``/record/stop``; without it the picture
        stands alone.
    width
        In pixels; as wide as there is room, up to 640, by default.
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
            records=record_url,
            language=language,
            **width_params(width),
        )
        super().__init__(picture)
