"""A camera that does not work, as a file that can be passed on: its dialogue, packets and log."""

from camrec.camera_report.log_capture import captured_log
from camrec.camera_report.recording_policy import RecordingPolicy
from camrec.camera_report.report import Findings, write_report
from camrec.camera_report.transcript import Transcript

__all__ = ["Findings", "RecordingPolicy", "Transcript", "captured_log", "write_report"]
