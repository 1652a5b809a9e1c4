"""Videos as data: when each picture was taken, any picture by its number or time, several videos by
the moment, all as lazy arrays.
"""

from camrec.frames.frame_access import Footage
from camrec.frames.positions import Place

__all__ = ["Footage", "Place"]
