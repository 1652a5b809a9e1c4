"""Writes a report about a camera that does not work: messages, media and log, without secrets."""

from camrec.camera_report.log_capture import capture_log
from camrec.camera_report.recording_policy import RecordingPolicy
from camrec.camera_report.report import CameraFindings, write_camera_report
from camrec.camera_report.transcript import Transcript

__all__ = ["CameraFindings", "RecordingPolicy", "Transcript", "capture_log", "write_camera_report"]
