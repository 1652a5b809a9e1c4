"""A script that ties a program's life to camrec's and then becomes that program (Linux).

``python -I -S parent_death.py PARENT_PID PROGRAM ARGUMENT...``. It imports nothing from camrec. It
runs as a process of its own because code between fork and exec may hang in a program with threads.
"""

import ctypes
import os
import signal
import sys

assert sys.platform == "linux"  # also tells mypy to check this script for Linux only

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Let the kernel kill this process when its parent dies, then run the program in it."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # If the parent died before that call, no signal will ever come.
    if os.getppid() != parent:
        sys.exit(1)
    try:
        os.execv(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
