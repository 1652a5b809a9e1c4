"""Where the next camera will appear."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, ClassVar

import param

from camrec.camera_address import validate_name
from camrec.dashboard.component import AskingComponent
from camrec.discovery import find_cameras, is_available
from camrec.redaction import Credential
from camrec.station import Station


class AddCamera(AskingComponent):
    """The address field; with no camera on the page it is the whole page.

    The address may hold a password, or one comes beside it: it is taken from the message and kept
    nowhere here.
    """

    cameras = param.Integer(default=0, doc="On the page, failed ones too.")
    open = param.Integer(default=0)
    most = param.Integer(default=3)
    demo = param.Boolean(default=True, doc="A demo camera is not open yet.")

    earlier = param.List(default=[], item_type=dict, doc="The board's `earlier`.")

    finds = param.Boolean(default=True, doc="Cameras on the network can be searched for.")

    _script: ClassVar[str] = "components/add_camera.js"

    def __init__(self, station: Station, **params: Any) -> None:
        super().__init__(**{"finds": is_available(), **params})
        self._station = station

    def fill_in(self, address: str, name: str = "", login: bool = False) -> None:
        """Put an address and a name into the fields, to be changed; `login` too."""
        self._send_msg({"address": address, "name": name, "login": login})

    def do_open(self, url: str, name: str = "", user: str = "", password: str = "") -> None:
        credential = Credential(str(user), str(password)) if user or password else None
        self.ask("open", self._open_camera, url, name or None, credential)

    def _open_camera(self, url: str, name: str | None, credential: Credential | None) -> None:
        validate_name(name)  # before a search that takes its time
        self._station.cameras.begin_open(
            self._station.cameras.resolve_address(url, credential), name
        )

    def do_demo(self) -> None:
        self.ask("demo", self._station.cameras.open_demo)

    def do_reopen(self, url: str) -> None:
        self.ask("reopen", self._station.cameras.reopen, url)

    def do_find(self) -> None:
        self.ask("find", lambda: json.dumps([asdict(camera) for camera in find_cameras()]))

    def do_forget(self, url: str) -> None:
        self.ask("forget", self._station.cameras.forget, url)
