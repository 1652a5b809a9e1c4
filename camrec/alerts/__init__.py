"""Alerts: what needs a person, the file that keeps it, and the webhook that gets it.

Nothing here watches anything: `camrec.station` gathers the facts, and this package decides.
"""

from camrec.alerts.alert import LASTING_ALERT_KINDS, Alert, AlertKind, AlertSubject
from camrec.alerts.alert_file import ALERT_FILE_NAME, AlertFile
from camrec.alerts.alert_store import MAX_ALERT_AGE_DAYS, MAX_ALERTS, AlertStore
from camrec.alerts.disk_warning import judge_disk
from camrec.alerts.ended_recordings import EndedFacts, EndVerdict, judge_end
from camrec.alerts.lost_cameras import (
    LOST_AFTER_NS,
    CameraLossBegin,
    CameraLossEnd,
    CameraSilence,
    LostCameraTracker,
)
from camrec.alerts.missed_plans import DELAYS_BY_PERSON, WaitingTime, missed_code
from camrec.alerts.recorded_time import RecordedTime, sum_recorded_time
from camrec.alerts.repeated_losses import group_losses
from camrec.alerts.webhook_body import trial_body, webhook_body
from camrec.alerts.webhook_post import SIGNATURE_HEADER, WebhookAnswer, post_webhook
from camrec.alerts.webhook_sender import ATTEMPTS_BEFORE_ALERT, Webhook, WebhookSender

__all__ = [
    "ALERT_FILE_NAME",
    "ATTEMPTS_BEFORE_ALERT",
    "DELAYS_BY_PERSON",
    "LASTING_ALERT_KINDS",
    "LOST_AFTER_NS",
    "MAX_ALERTS",
    "MAX_ALERT_AGE_DAYS",
    "SIGNATURE_HEADER",
    "Alert",
    "AlertFile",
    "AlertKind",
    "AlertStore",
    "AlertSubject",
    "CameraLossBegin",
    "CameraLossEnd",
    "CameraSilence",
    "EndVerdict",
    "EndedFacts",
    "LostCameraTracker",
    "RecordedTime",
    "WaitingTime",
    "Webhook",
    "WebhookAnswer",
    "WebhookSender",
    "group_losses",
    "judge_disk",
    "judge_end",
    "missed_code",
    "post_webhook",
    "sum_recorded_time",
    "trial_body",
    "webhook_body",
]
