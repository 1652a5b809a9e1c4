"""The form that opens a camera."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import ClassVar

import param

from camrec.camera_address import validate_name
from camrec.camera_clock import ClockChoice
from camrec.dashboard.component import AskingComponent
from camrec.discovery import find_cameras, is_available
from camrec.redaction import Credential
from camrec.station import Station


class AddCamera(AskingComponent):
    """The form that opens a camera. It fills the page while there are no cameras.

    The message from the browser may contain a password, in the address or separately. This
    component does not store it.
    """

    cameras = param.Integer(default=0, doc="Cameras on the page, failed ones too.")
    open = param.Integer(default=0, doc="Cameras that are open.")
    most = param.Integer(default=3, doc="Cameras that may be open.")
    demo = param.Boolean(default=True, doc="A demo camera is not open yet.")
    recent_cameras = param.List(default=[], item_type=dict, doc="The state's `recent_cameras`.")
    can_discover = param.Boolean(default=True, doc="The network can be searched for cameras.")

    _script: ClassVar[str] = "components/add_camera.js"

    def __init__(self, station: Station, **params: object) -> None:
        super().__init__(**{"can_discover": is_available(), **params})
        self._station = station

    def fill_in(
        self, address: str, name: str = "", login: bool = False, own_clock: bool = False
    ) -> None:
        """Put an address and a name into the fields, so that the user can change them.

        Parameters
        ----------
        login
            Whether to show the fields for a user and a password, too.
        own_clock
            Whether the camera's own clock is to date its frames.
        """
        self._send_msg({"address": address, "name": name, "login": login, "own_clock": own_clock})

    def do_open(
        self,
        url: str,
        name: str = "",
        user: str = "",
        password: str = "",
        stays: bool = False,
        own_clock: bool = False,
    ) -> None:
        credential = Credential(str(user), str(password)) if user or password else None
        # A camera that is opened again keeps a choice that is not made here.
        clock: ClockChoice | None = "camera" if own_clock else None
        self.ask(
            "open", self._open_camera, url, name or None, credential, clock, bool(stays) or None
        )

    def _open_camera(
        self,
        url: str,
        name: str | None,
        credential: Credential | None,
        clock: ClockChoice | None,
        stays: bool | None,
    ) -> None:
        validate_name(name)  # before the search for the stream, which takes time
        address = self._station.cameras.resolve_address(url, credential)
        self._station.cameras.begin_open(address, name, clock, stays=stays)

    def do_demo(self) -> None:
        self.ask("demo", self._station.demo.open_all)

    def do_reopen(self, id: str) -> None:
        self.ask("reopen", self._station.known_cameras.reopen, id)

    def do_find(self) -> None:
        self.ask("find", lambda: json.dumps([asdict(camera) for camera in find_cameras()]))

    def do_forget(self, id: str) -> None:
        self.ask("forget", self._station.known_cameras.remove, id)
