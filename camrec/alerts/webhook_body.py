"""What the webhook gets: exactly this, and nothing else."""

from __future__ import annotations

import json

from camrec.alerts.alert import Alert
from camrec.clock import format_iso
from camrec.i18n import translate
from camrec.redaction import redact


def webhook_body(alert: Alert, language: str) -> bytes:
    """An alert as JSON. It contains no address and no password, and no picture."""
    return _to_json(
        kind=alert.kind,
        alert_id=alert.alert_id,
        at=format_iso(alert.at),
        until=None if alert.until is None else format_iso(alert.until),
        camera=alert.public_camera(language),
        camera_id=alert.camera_id,
        recording_id=alert.recording_id,
        plan_id=alert.plan_id,
        code=alert.code,
        message=alert.public_message(language),
    )


def trial_body(now: int, language: str) -> bytes:
    """What the webhook gets when somebody tries it, with the same keys."""
    return _to_json(
        kind="test",
        alert_id=None,
        at=format_iso(now),
        until=None,
        camera=None,
        camera_id=None,
        recording_id=None,
        plan_id=None,
        code="test",
        message=translate("alerts.test", language),
    )


def _to_json(**values: str | None) -> bytes:
    shown = {key: None if value is None else redact(value) for key, value in values.items()}
    return json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")
