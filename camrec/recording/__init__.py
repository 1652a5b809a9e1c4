"""A camera written down for a time: parts, joined into a video with a receipt."""

from camrec.recording.coding import Coding
from camrec.recording.files import Room
from camrec.recording.past import Past
from camrec.recording.recording import Recording, RecordingState

__all__ = ["Coding", "Past", "Recording", "RecordingState", "Room"]
