"""Every text is legible in every encoding of an output: no error, and no escapes in sentences."""

from __future__ import annotations

import io
import json
import sys

import pytest

from camrec.cli import console
from camrec.cli.encoding import LEGIBLE, make_legible, make_output_legible
from camrec.cli.number_format import format_decimal, format_megabytes
from camrec.i18n import LANGUAGES, catalogue

ENCODINGS = ["ascii", "cp437", "cp850", "cp1252", "latin-1", "utf-8", "utf-16"]


class Stream(io.TextIOWrapper):
    """An output that is no terminal; its name is that of stdout or stderr."""

    def __init__(self, encoding: str, errors: str = "strict", name: str = "<stdout>") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, errors=errors, write_through=True)
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def text(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_camrec_is_written_in_every_encoding(encoding, language):
    for found in catalogue(language).values():
        for text in found.values() if isinstance(found, dict) else [found]:
            # The text may have its own backslash, as in a Windows path.
            written = text.encode(encoding, LEGIBLE).decode(encoding)
            assert written.count("\\") == text.count("\\"), written
            assert "?" not in written.replace("?", "", text.count("?"))


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        ("日本 café.mp4", "cp1252", "\\u65e5\\u672c café.mp4"),
        ("日本 café.mp4", "ascii", "\\u65e5\\u672c cafe.mp4"),
        ("l’été… → ✓", "cp850", "l'été... -> OK"),
        ("« Œuvre »", "cp437", "« OEuvre »"),
        ("½ Ĳ \udc80", "ascii", "\\xbd IJ \\udc80"),
        ("🎥", "cp1252", "\\U0001f3a5"),
    ],
)
def test_what_an_encoding_cannot_write_is_replaced_legibly(text, encoding, written):
    assert text.encode(encoding, LEGIBLE).decode(encoding) == written


def test_a_replacement_is_ascii():
    for number in range(0x80, 0x3000):
        assert make_legible(chr(number)).isascii()


@pytest.mark.parametrize(
    ("name", "errors", "then"),
    [
        ("<stdout>", "strict", LEGIBLE),
        ("<stdout>", "surrogateescape", LEGIBLE),
        ("<stdout>", "replace", "replace"),
        ("<stderr>", "backslashreplace", LEGIBLE),
        ("<stderr>", "namereplace", "namereplace"),
    ],
)
def test_an_error_handler_that_the_user_chose_is_kept(monkeypatch, name, errors, then):
    stream = Stream("cp1252", errors, name)
    monkeypatch.setattr(sys, name.strip("<>"), stream)
    make_output_legible()
    assert (stream.encoding, stream.errors) == ("cp1252", then)


def test_a_process_without_a_console_has_no_output_to_change(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    make_output_legible()
    console.print_message("nobody reads this")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_valid_in_every_encoding(monkeypatch, encoding):
    stream = Stream(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    make_output_legible()
    value = {"filename": "日本 café ’ \udc80.mp4"}
    console.print_json(value)
    assert json.loads(stream.text) == value


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_tables_and_progress_bars_are_written_in_every_encoding(monkeypatch, encoding):
    out, err = Stream(encoding), Stream(encoding, "backslashreplace", "<stderr>")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    make_output_legible()
    table = console.make_facts_table()
    table.add_row("日本 Door", "l’été…")
    console.print_table(table)
    with console.recording_progress_bar() as progress:
        progress.add_task("日本 Door", total=2, completed=1, size="1,5 Mo")
    assert "Door" in out.text and "Door" in err.text


def test_numbers_have_a_decimal_comma_in_french():
    assert [format_decimal(1234.5, 2, each) for each in ("en", "fr")] == ["1234.50", "1234,50"]
    assert [format_megabytes(1_500_000, each) for each in ("en", "fr")] == [
        "1.5\u00a0MB",
        "1,5\u00a0Mo",
    ]
