"""The command line: each command is a thin call of the station."""

import sys


def main() -> None:
    """Exit code 0 when it went well, 1 with the reason when not, 2 when it was called wrongly.

    130 after Ctrl+C, which is expected while the libraries are still being loaded too.
    """
    try:
        from camrec.cli.commands import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
