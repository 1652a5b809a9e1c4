"""Lab Streaming Layer: the times of frames as streams, and the markers of streams as events.

Needs ``camrec[lsl]``: importing this package imports pylsl, which loads liblsl. Only
``camrec serve --lsl`` and ``--lsl-markers`` import it.
"""

from camrec.lsl.bridge import LslBridge

__all__ = ["LslBridge"]
