"""An alert: something that needed a person."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from camrec.i18n import translate

AlertKind = Literal[
    "camera_lost",
    "ended_early",
    "plan_missed",
    "disk_full_soon",
    "clock_jumped",
    "webhook_failed",
]
# They last until they get their `until`; the others are over when they are noticed.
LASTING_ALERT_KINDS: tuple[AlertKind, ...] = ("camera_lost", "disk_full_soon", "webhook_failed")


@dataclass(frozen=True)
class AlertSubject:
    """What an alert is about; the fields are those of `Alert`."""

    camera_id: str | None = None
    camera: str | None = None
    is_named_by_address: bool = False
    recording_id: str | None = None
    plan_id: str | None = None


NO_SUBJECT = AlertSubject()


class Alert(BaseModel):
    """Something that needed a person. Times are UTC nanoseconds.

    The file contains what is needed for the sentence in any language, and no address.

    at : when it began.
    until : when it was over. For `ended_early`, when the recording would have ended; for
        `plan_missed`, when its time was over. None: it lasts, or nobody knows.
    code : which sentence says it, in ``alerts.json``.
    camera_id, recording_id, plan_id : what it is about.
    camera : the camera's name then.
    is_named_by_address : whether that name contains the camera's address.
    facts : the numbers in its sentence.
    """

    model_config = ConfigDict(frozen=True)

    alert_id: str
    kind: AlertKind
    at: int
    code: str
    until: int | None = None
    camera_id: str | None = None
    camera: str | None = None
    is_named_by_address: bool = False
    recording_id: str | None = None
    plan_id: str | None = None
    facts: dict[str, int] = {}
    seen: bool = False

    @classmethod
    def create(
        cls,
        kind: AlertKind,
        code: str,
        at: int,
        until: int | None = None,
        subject: AlertSubject = NO_SUBJECT,
        facts: dict[str, int] | None = None,
    ) -> Alert:
        """A new alert with an id of its own."""
        return cls(
            alert_id=secrets.token_hex(8),
            kind=kind,
            at=at,
            until=until,
            code=code,
            camera_id=subject.camera_id,
            camera=subject.camera,
            is_named_by_address=subject.is_named_by_address,
            recording_id=subject.recording_id,
            plan_id=subject.plan_id,
            facts=facts or {},
        )

    @property
    def lasts(self) -> bool:
        """Whether it is not over yet."""
        return self.kind in LASTING_ALERT_KINDS and self.until is None

    def message(self, language: str) -> str:
        """What happened, in `language`: "en" or "fr"."""
        return self._message(language, self.camera)

    def public_camera(self, language: str) -> str | None:
        """The camera's name for others: without its address."""
        if self.camera is not None and self.is_named_by_address:
            return translate("alerts.a_camera", language)
        return self.camera

    def public_message(self, language: str) -> str:
        """What happened, without the address of a camera."""
        return self._message(language, self.public_camera(language))

    def _message(self, language: str, camera: str | None) -> str:
        key = f"alerts.{self.code}"
        count = next(iter(self.facts.values()), 0)
        return translate(key, language, camera=camera or "", count=count, **self.facts)
