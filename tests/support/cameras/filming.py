"""HTTP MJPEG cameras that film a page of a real Chromium, and deliver its images late.

Chromium's screencast says when each image was on the screen. A camera takes some of these images,
sees them from its own side, blurred and with noise, and sends each of them as long after that
moment as it was told.
"""

from __future__ import annotations

import base64
import bisect
import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from support.cameras.mjpeg import MjpegCamera
from support.filmed_clock import Camera

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEPT_IMAGES = 400
# All cameras have this delay too: by then the screencast has delivered every image.
COMMON_DELAY_S = 0.4


class Screencast:
    """The newest images of a page, with the UTC at which each was shown. For any thread."""

    def __init__(self, page: Page) -> None:
        self._lock = threading.Lock()
        self._shown: list[tuple[float, bytes]] = []
        self._session = page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._take)
        self._session.send("Page.startScreencast", {"format": "jpeg", "quality": 80})

    def stop(self) -> None:
        self._session.send("Page.stopScreencast")

    def first_after(self, at: float) -> tuple[float, bytes] | None:
        with self._lock:
            place = bisect.bisect_left(self._shown, (at, b""))
            return self._shown[place] if place < len(self._shown) else None

    def _take(self, event: dict) -> None:
        self._session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
        image = base64.b64decode(event["data"])
        with self._lock:
            self._shown.append((event["metadata"]["timestamp"], image))
            del self._shown[:-KEPT_IMAGES]


class FilmingCamera(MjpegCamera):
    """A camera that sends what a screencast showed, `delay` seconds later.

    screen : set it before anybody watches the camera.
    """

    def __init__(self, look: Camera, delay: float, rate: float, phase: float) -> None:
        super().__init__(size=look.size, rate=rate)
        self.screen: Screencast | None = None
        self._look, self._delay, self._phase = look, delay, phase

    def _send_frames(self) -> None:
        due = time.time() + self._phase
        while not self._over.is_set():
            image = self._image_at(due)
            due += 1 / self._rate
            shown_at, jpeg = image
            send_at = shown_at + COMMON_DELAY_S + self._delay
            if self._over.wait(max(0.0, send_at - time.time())):
                return
            self._numbers += 1
            with self._lock:
                viewers = list(self._viewers.values())
            for frames in viewers:
                with contextlib.suppress(queue.Full):
                    frames.put_nowait((self._numbers, jpeg))

    def _image_at(self, due: float) -> tuple[float, bytes]:
        """The first image that is shown from `due` on, or a dark one if there is no screen yet."""
        self._over.wait(max(0.0, due + COMMON_DELAY_S / 2 - time.time()))
        found = self.screen.first_after(due) if self.screen is not None else None
        if found is None or found[0] > due + COMMON_DELAY_S / 2:
            shown_at, page = due, np.full((300, 300), 60, np.uint8)
        else:
            shown_at, jpeg = found
            page = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        return shown_at, cv2.imencode(".jpg", self._look.look_at(_square(page)))[1].tobytes()


def _square(page: np.ndarray) -> np.ndarray:
    """The upper part of a page, as high as it is wide: the clock, without the text below it."""
    side = min(page.shape)
    return page[:side, :side]
