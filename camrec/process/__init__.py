"""Child processes: one supervised child each, its stop, its end with ours, its output redacted."""

from camrec.process.child import ChildProcess
from camrec.process.orphans import PidFile, end_orphans
from camrec.process.stop_sequence import (
    QUIT_KEY_STOP_SEQUENCE,
    SERVER_STOP_SEQUENCE,
    STDIN_STOP_SEQUENCE,
    StopSequence,
    StopStep,
)
from camrec.process.supervisor import ProcessState, Supervisor

__all__ = [
    "STDIN_STOP_SEQUENCE",
    "SERVER_STOP_SEQUENCE",
    "QUIT_KEY_STOP_SEQUENCE",
    "ChildProcess",
    "StopSequence",
    "PidFile",
    "ProcessState",
    "StopStep",
    "Supervisor",
    "end_orphans",
]
