"""A camera written down for a time: parts, joined into a video with a receipt."""

from camrec.recording.encoding import EncodingPolicy
from camrec.recording.options import (
    DiskAllowance,
    RecordingJournal,
    RecordingOptions,
    RecordingServices,
    SaveVideo,
)
from camrec.recording.recording import (
    ENDED_RECORDING_STATES,
    RUNNING_RECORDING_STATES,
    RecordingJob,
    RecordingState,
)
from camrec.recording.resume import ResumeState
from camrec.recording.verify import VerifyResult, verify_video

__all__ = [
    "ENDED_RECORDING_STATES",
    "RUNNING_RECORDING_STATES",
    "DiskAllowance",
    "EncodingPolicy",
    "RecordingJob",
    "RecordingJournal",
    "RecordingOptions",
    "RecordingServices",
    "RecordingState",
    "ResumeState",
    "SaveVideo",
    "VerifyResult",
    "verify_video",
]
