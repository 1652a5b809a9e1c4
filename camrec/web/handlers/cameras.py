"""The endpoints under ``/cameras``: the cameras that camrec knows, open or not."""

from __future__ import annotations

from camrec import schema
from camrec.replies import describe_camera
from camrec.web.handlers.base import ApiHandler
from camrec.web.request_models import CameraRequest


class CameraListHandler(ApiHandler):
    """``GET /cameras``"""

    async def get(self) -> None:
        """Send all cameras, the one that was opened last first."""
        self.send_reply(await self.call(self._list))

    def _list(self) -> schema.CameraListReply:
        known = self.station.known_cameras
        replies = [
            describe_camera(each, known.open_sessions(each.camera_id)) for each in known.all()
        ]
        return schema.CameraListReply(cameras=replies)


class CameraHandler(ApiHandler):
    """``/cameras/ID``"""

    async def patch(self, camera_id: str) -> None:
        """Rename a camera, or change what is known about it."""
        request = self.body(CameraRequest)
        self.send_reply(await self.call(self._apply_change, camera_id, request))

    def _apply_change(self, camera_id: str, request: CameraRequest) -> schema.CameraReply:
        known = self.station.known_cameras
        delay = request.to_delay(self.station.clock.utc_ns())
        camera = known.update(
            camera_id, request.name, request.url, request.clock, delay, request.stays
        )
        return describe_camera(camera, known.open_sessions(camera_id))

    async def delete(self, camera_id: str) -> None:
        """Remove a camera and its password; its videos stay."""
        await self.call(self.station.known_cameras.remove, camera_id)
        self.set_status(204)
