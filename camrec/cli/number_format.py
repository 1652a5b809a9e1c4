"""Numbers and sizes as people write them in their language: 1.5 MB, and 1,5 Mo in French."""

from __future__ import annotations

from camrec.i18n import translate


def format_decimal(number: float, digits: int, language: str) -> str:
    """Format a number with so many digits after the decimal point, which is a comma in French."""
    text = f"{number:.{digits}f}"
    return text.replace(".", ",") if language == "fr" else text


def format_megabytes(size: int, language: str) -> str:
    """Format a size in bytes as megabytes."""
    return translate("cli.megabytes", language, size=format_decimal(size / 1e6, 1, language))
