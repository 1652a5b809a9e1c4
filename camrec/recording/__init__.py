"""A camera written down for a time: parts, joined into a video with a receipt."""

from camrec.recording.encoding import EncodingPolicy
from camrec.recording.recording import ENDED_RECORDING_STATES, RecordingJob, RecordingState
from camrec.recording.repair import DiskAllowance
from camrec.recording.resume import ResumeState
from camrec.recording.verify import VerifyResult, verify_video

__all__ = [
    "ENDED_RECORDING_STATES",
    "EncodingPolicy",
    "ResumeState",
    "RecordingJob",
    "RecordingState",
    "DiskAllowance",
    "VerifyResult",
    "verify_video",
]
