"""Videos as data: when each picture was taken, any picture by its number or time, several videos by
the moment, all as lazy arrays.
"""

from camrec.footage.footage import Footage
from camrec.footage.places import Place

__all__ = ["Footage", "Place"]
