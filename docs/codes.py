"""Writes the last table of docs/troubleshooting.md, all codes of errors, from the catalogue.

python docs/codes.py
"""

from __future__ import annotations

import re
from pathlib import Path

from camrec.i18n import catalogue

PAGE = Path(__file__).with_name("troubleshooting.md")
HEAD = "## All other codes\n"


def main() -> None:
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """The whole page with its last table as it should be."""
    written, _, _ = PAGE.read_text("utf-8").partition(HEAD)
    rows = [f"| `{code}` | {message} |" for code, message in others(written)]
    return "\n".join([f"{written}{HEAD}", "| code | message |", "|---|---|", *rows, ""])


def others(written: str) -> list[tuple[str, str]]:
    """The codes that no row of `written` explains, each with its message."""
    explained = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|[^|]*\|", written, re.M))))
    found = []
    for key, message in sorted(catalogue("en").items()):
        room, _, code = key.partition(".")
        if room == "errors" and code not in explained:
            found.append((code, " ".join(message.split()).replace("|", "\\|")))
    return found


if __name__ == "__main__":
    main()
