"""The live picture for a notebook's cell, or any other Panel page."""

from __future__ import annotations

from typing import ClassVar

import param
from panel.viewable import Viewer

from camrec.session import Session
from camrec.views.component import Component


class LivePicture(Component):
    session_id = param.String()
    title = param.String(doc="The camera's name.")

    _shared: ClassVar[tuple[str, ...]] = ("packets.js", "live.js", "live.css")
    _script: ClassVar[str] = "camera.js"
    _styles: ClassVar[str] = "camera.css"


class CameraView(Viewer):
    """The live picture of a session.

    Parameters
    ----------
    base_url
        Of the server that has its ``/stream``, such as ``http://127.0.0.1:8000``.
    width
        In pixels; as wide as there is room, up to 640, by default.
    """

    def __init__(
        self, session: Session, base_url: str, width: int | None = None, language: str = "en"
    ) -> None:
        super().__init__()
        size = {"width": width} if width else {"sizing_mode": "stretch_width", "max_width": 640}
        self._picture = LivePicture(
            session_id=session.session_id,
            title=session.name,
            base=base_url,
            language=language,
            **size,
        )

    def __panel__(self) -> LivePicture:
        return self._picture
