"""Lab Streaming Layer: the times of frames as streams, and the markers of streams as events.

Needs ``camrec[lsl]``: importing this package imports pylsl, which loads liblsl. Nothing else in
camrec imports it, except the command that is asked for it.
"""

from camrec.lsl.bridge import LslBridge

__all__ = ["LslBridge"]
