"""Child processes: one supervised child each, its stop, its end with ours, its output redacted."""

from camrec.process.child import Child
from camrec.process.orphans import Lease, sweep
from camrec.process.stop_sequence import FEEDING, POLITE, QUITTING, Ladder, Rung
from camrec.process.supervisor import ProcessState, Supervisor

__all__ = [
    "FEEDING",
    "POLITE",
    "QUITTING",
    "Child",
    "Ladder",
    "Lease",
    "ProcessState",
    "Rung",
    "Supervisor",
    "sweep",
]
