"""Run on its own between us and a program: ties the program's life to ours, then becomes it.

``python -I -S parent_death.py PARENT PROGRAM ARGUMENT...``, on Linux. It imports nothing of
camrec. A process of its own, because code between fork and exec in a program with threads may hang.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # Had the parent died before that call, no signal would ever come.
    if os.getppid() != parent:
        sys.exit(1)
    try:
        os.execv(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
