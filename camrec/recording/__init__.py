"""A camera written down for a time: parts, joined into a video with a receipt."""

from camrec.recording.past import Past
from camrec.recording.recording import Recording, RecordingState

__all__ = ["Past", "Recording", "RecordingState"]
