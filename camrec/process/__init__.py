"""Runs child processes: supervises and stops them, redacts their output, ends them with camrec."""

from camrec.process.child import ChildProcess
from camrec.process.command_lines import iterate_command_lines
from camrec.process.orphans import PidFile, end_orphans, end_writers
from camrec.process.signals import at_exit, handle_signals, save_when_ended
from camrec.process.stop_sequence import (
    SERVER_STOP_SEQUENCE,
    STDIN_STOP_SEQUENCE,
    StopSequence,
    StopStep,
)
from camrec.process.supervisor import UNHEALTHY_PROCESS_STATES, ProcessState, Supervisor
from camrec.process.tcp_bytes import count_received_bytes

__all__ = [
    "SERVER_STOP_SEQUENCE",
    "STDIN_STOP_SEQUENCE",
    "UNHEALTHY_PROCESS_STATES",
    "ChildProcess",
    "PidFile",
    "ProcessState",
    "StopSequence",
    "StopStep",
    "Supervisor",
    "at_exit",
    "count_received_bytes",
    "end_orphans",
    "end_writers",
    "handle_signals",
    "iterate_command_lines",
    "save_when_ended",
]
