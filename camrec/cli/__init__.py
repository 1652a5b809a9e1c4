"""The command line. Each command only calls the station or another package."""

import sys


def main() -> None:
    """Run the command line.

    The exit code is 0 after success, 1 after an error, 2 after wrong arguments, and 130 after
    Ctrl+C, even while the libraries are being loaded.
    """
    try:
        from camrec.cli.commands import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
