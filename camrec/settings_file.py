"""Reads a settings file, and changes single settings in it.

An editor on Windows may write it as UTF-8 with a byte order mark, as UTF-16, and with CRLF. A
change keeps that form, and the comments.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.reader import ReaderError

from camrec.errors import InputError, describe_os_error
from camrec.i18n import Phrase

# What a file begins with, and how Python calls what follows.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}

# Backslashes in double quotes that are meant as escapes, also in a path.
_ESCAPE_PATTERN = re.compile(r"\\\\|\\/|\\x[0-9A-F]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")


@dataclass(frozen=True)
class TextForm:
    """How a text file is written.

    mark : its byte order mark; empty: none.
    newline : what most of its lines end with.
    """

    encoding: str = "utf-8"
    mark: bytes = b""
    newline: str = "\n"

    def encode(self, text: str) -> bytes:
        """Return the bytes of a file with this text, whose line ends stay as they are."""
        return self.mark + text.encode(self.encoding)


def decode_text(data: bytes) -> tuple[str, TextForm]:
    """Return the text of a file without its byte order mark, and its form.

    Raises UnicodeDecodeError.
    """
    mark, encoding = next(
        (each for each in _BYTE_ORDER_MARKS.items() if data.startswith(each[0])), (b"", "utf-8")
    )
    text = data[len(mark) :].decode(encoding)
    windows_lines = text.count("\r\n")
    newline = "\r\n" if windows_lines * 2 > text.count("\n") else "\n"
    return text, TextForm(encoding, mark, newline)


def read_settings(path: Path, path_settings: frozenset[str]) -> dict[str, object]:
    """Return the keys and values of a settings file.

    path_settings : the settings that are paths. Backslashes in them must not be escapes by mistake.
    Raises InputError (``config_missing``, ``config_unreadable``); it names the line.
    """
    text, _ = _read_text(path)
    return _parse(path, text, path_settings)


def changed_file(path: Path, values: Mapping[str, object], path_settings: frozenset[str]) -> bytes:
    """Return the content of a settings file after `values` are changed in it.

    A file that does not exist counts as empty. Raises InputError (``config_unreadable``).
    """
    text, form = "", TextForm()
    wanted = dict(values)
    if path.exists():
        text, form = _read_text(path)
        wanted = {**_parse(path, text, path_settings), **values}
    if path.suffix.lower() == ".json":
        text = json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
        return form.encode(text.replace("\n", form.newline))
    return form.encode(_edit_yaml(text, values, wanted, form.newline))


def _read_text(path: Path) -> tuple[str, TextForm]:
    """Return the text of a file and its form. Raises InputError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("config_missing", file=str(path)) from None
    except OSError as error:
        reason = describe_os_error(error)
        raise InputError("config_unreadable", file=str(path), reason=reason) from None
    try:
        return decode_text(data)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        phrase = Phrase("reasons.settings_encoding", line=line)
        raise InputError("config_unreadable", file=str(path), reason=phrase) from None


def _parse(path: Path, text: str, path_settings: frozenset[str]) -> dict[str, object]:
    """Return the keys and values in the text of the file `path`. Raises InputError."""
    is_json = path.suffix.lower() == ".json"
    if mistake := _find_backslash_mistake(text, path_settings, is_json):
        raise InputError("config_unreadable", file=str(path), reason=mistake)
    try:
        values = json.loads(text) if is_json else yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = _describe_syntax_error(error, text, path_settings)
        raise InputError("config_unreadable", file=str(path), reason=reason) from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InputError("config_unreadable", file=str(path), reason=Phrase("reasons.not_settings"))
    return values


def _find_backslash_mistake(
    text: str, path_settings: frozenset[str], is_json: bool
) -> Phrase | None:
    r"""Find a path such as ``"C:\new"``, in which YAML and JSON read ``\n`` as the end of a line.

    Most paths of this kind are errors of their own, but the message would not help.
    """
    keys = "|".join(sorted(path_settings))
    begin = "" if is_json else r"^[ \t]*"
    pattern = rf"""{begin}(["']?)({keys})\1[ \t]*:[ \t]*"([^"\r\n]*)\"?"""
    for found in re.finditer(pattern, text, re.M):
        key, value = found[2], found[3]
        if "\\" in _ESCAPE_PATTERN.sub("", value):
            line = text.count("\n", 0, found.start(2)) + 1
            right = _right_json(key, value) if is_json else _right_yaml(key, value)
            return Phrase("reasons.settings_backslash", line=line, right=right)
    return None


def _describe_syntax_error(
    error: Exception, text: str, path_settings: frozenset[str]
) -> Phrase | str:
    """Why YAML or JSON is wrong, with the line, and for a path with what is right."""
    if isinstance(error, json.JSONDecodeError):
        return Phrase("reasons.settings_line", line=error.lineno, problem=error.msg)
    if isinstance(error, ReaderError):  # a control character
        line = text.count("\n", 0, error.position) + 1
        return Phrase("reasons.settings_line", line=line, problem=error.reason)
    mark = _mark_of(error)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return " ".join(str(error).split())
    line = mark.line + 1
    lines = text.splitlines()
    keys = "|".join(sorted(path_settings))
    typed = lines[mark.line] if mark.line < len(lines) else ""
    if found := re.match(rf"[ \t]*({keys})[ \t]*:[ \t]*([^\"'\[{{|>].*)$", typed):
        right = _right_yaml(found[1], re.sub(r"[ \t]+#.*", "", found[2]).strip())
        return Phrase("reasons.settings_path", line=line, right=right)
    return Phrase("reasons.settings_line", line=line, problem=error.problem or error.context)


def _mark_of(error: Exception) -> yaml.Mark | None:
    """Where a YAML error is; of quotes without an end, where they begin."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return None
    is_quoted = "quoted scalar" in (error.context or "")
    return error.context_mark if is_quoted and error.context_mark else error.problem_mark


def _right_yaml(key: str, value: str) -> str:
    quoted = _with_single_backslashes(value).replace("'", "''")
    return f"{key}: '{quoted}'"


def _right_json(key: str, value: str) -> str:
    doubled = _with_single_backslashes(value).replace("\\", "\\\\")
    return f'"{key}": "{doubled}"'


def _with_single_backslashes(path: str) -> str:
    r"""The path that was meant, if only some backslashes of it were doubled: ``C:\\a\new``.

    The two at the start of a share (``\\server``) stay.
    """
    return re.sub(r"(?<!^)(?<!\\)\\+", r"\\", path)


def _edit_yaml(
    text: str, values: Mapping[str, object], wanted: Mapping[str, object], newline: str
) -> str:
    """`text` with each of `values` in place of the old value, or on a line at the end.

    If the result does not read as `wanted` (an old value spanned several lines, for example), the
    whole file is written again, without its comments.
    """
    for key, value in values.items():
        flow = None if isinstance(value, list) else False  # a list on the line of its setting
        line = yaml.safe_dump(
            {key: value}, allow_unicode=True, width=10_000, default_flow_style=flow
        ).strip()
        old = re.compile(
            rf"""^(?P<quote>["']?){key}(?P=quote)[ \t]*:[^\r\n]*?"""
            r"(?P<comment>[ \t]+\#[^\r\n]*)?(?=\r?$)",
            re.M,
        )
        # If a file has a setting twice, the last one counts.
        if matches := list(old.finditer(text)):
            found = matches[-1]
            text = text[: found.start()] + line + (found["comment"] or "") + text[found.end() :]
        else:
            text += ("" if text.endswith("\n") or not text else newline) + line + newline
    try:
        is_right = yaml.safe_load(text) == wanted
    except yaml.YAMLError:
        is_right = False
    if is_right:
        return text
    whole = yaml.safe_dump(dict(wanted), allow_unicode=True, sort_keys=False)
    return whole.replace("\n", newline)
