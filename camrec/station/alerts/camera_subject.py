"""Which camera an alert is about, and whether its name may leave this computer."""

from __future__ import annotations

from camrec.alerts import AlertSubject


def camera_subject(
    camera_id: str,
    name: str | None,
    host: str | None,
    *,
    recording_id: str | None = None,
    plan_id: str | None = None,
) -> AlertSubject:
    """A camera with its name; a name that contains its host is not sent to the webhook."""
    is_named_by_address = bool(name and host) and str(host).lower() in str(name).lower()
    return AlertSubject(camera_id, name, is_named_by_address, recording_id, plan_id)
