"""Videos as data: when each picture was taken, any picture by its number or time, several videos by
the moment, all as lazy arrays.
"""

from camrec.frames.frame_access import VideoFrames
from camrec.frames.positions import Position

__all__ = ["VideoFrames", "Position"]
