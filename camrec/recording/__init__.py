"""A camera written down for a time: parts, joined into a video with a receipt."""

from camrec.recording.encoding import Coding
from camrec.recording.recording import Recording, RecordingState
from camrec.recording.repair import Room
from camrec.recording.resume import Past

__all__ = ["Coding", "Past", "Recording", "RecordingState", "Room"]
