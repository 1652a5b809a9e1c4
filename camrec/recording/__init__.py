"""Records a camera: FFmpeg writes segments, which are joined into a video with a receipt."""

from camrec.recording.encoding import EncodingPolicy
from camrec.recording.followed_recording import FOLLOW_HISTORY_S, FollowedRecording, TakeTurn
from camrec.recording.options import (
    DiskAllowance,
    RecordingJournal,
    RecordingOptions,
    RecordingServices,
    SaveVideo,
)
from camrec.recording.recording import RecordingJob
from camrec.recording.recording_state import (
    ENDED_RECORDING_STATES,
    GROWING_RECORDING_STATES,
    RUNNING_RECORDING_STATES,
    RecordingState,
)
from camrec.recording.resume import ResumeState
from camrec.recording.saved_segments import remove_saved_segments
from camrec.recording.series import (
    AnyRecording,
    RecordingSeries,
    create_recording,
    first_of_series,
    follow_recording,
)
from camrec.recording.verify import VerifyResult, verify_video

__all__ = [
    "ENDED_RECORDING_STATES",
    "FOLLOW_HISTORY_S",
    "GROWING_RECORDING_STATES",
    "RUNNING_RECORDING_STATES",
    "AnyRecording",
    "DiskAllowance",
    "EncodingPolicy",
    "FollowedRecording",
    "RecordingJob",
    "RecordingJournal",
    "RecordingOptions",
    "RecordingSeries",
    "RecordingServices",
    "RecordingState",
    "ResumeState",
    "SaveVideo",
    "TakeTurn",
    "VerifyResult",
    "create_recording",
    "first_of_series",
    "follow_recording",
    "remove_saved_segments",
    "verify_video",
]
