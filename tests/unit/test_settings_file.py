"""Settings files as editors on Windows write them: byte order marks, CRLF, backslashes."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from camrec.config import Config
from camrec.errors import InputError

FORMS = {
    "utf-8": (b"", "utf-8"),
    "utf-8 with BOM": (codecs.BOM_UTF8, "utf-8"),
    "utf-16 of PowerShell 5": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16 big endian": (codecs.BOM_UTF16_BE, "utf-16-be"),
}
WINDOWS_PATH = r"C:\Users\Léa\new videos"


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("form", FORMS)
def test_a_changed_setting_keeps_the_form_of_the_file(tmp_path, form, newline):
    mark, encoding = FORMS[form]
    file = tmp_path / "config.yaml"
    lines = ["# à moi", "port: 8001  # free", f"ffmpeg_path: {WINDOWS_PATH}", ""]
    file.write_bytes(mark + newline.join(lines).encode(encoding))
    config = Config.load(file)
    assert (config.port, config.ffmpeg_path) == (8001, WINDOWS_PATH)
    config.save(port=8002, max_sessions=4, ffmpeg_path=r"D:\b")
    lines = ["# à moi", "port: 8002  # free", r"ffmpeg_path: D:\b", "max_sessions: 4", ""]
    assert file.read_bytes() == mark + newline.join(lines).encode(encoding)
    assert Config.load(file).port == 8002


@pytest.mark.parametrize("form", FORMS)
def test_a_json_file_keeps_its_form(tmp_path, form):
    mark, encoding = FORMS[form]
    file = tmp_path / "config.json"
    file.write_bytes(mark + '{\r\n  "port": 8001\r\n}\r\n'.encode(encoding))
    Config.load(file).save(ffmpeg_path=WINDOWS_PATH)
    content = file.read_bytes()
    assert content.startswith(mark)
    text = content[len(mark) :].decode(encoding)
    assert text.count("\n") == text.count("\r\n") == 4
    assert json.loads(text) == {"port": 8001, "ffmpeg_path": WINDOWS_PATH}


def test_saving_a_setting_reads_its_file_once(tmp_path, monkeypatch):
    """What an editor writes between two reads would make the file a mixture of both."""
    file = tmp_path / "config.yaml"
    file.write_text("port: 1  # mine\n", "utf-8")
    config = Config.load(file)
    read_bytes, reads = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read_bytes(path))
    config.save(port=2)
    assert reads == [file]
    assert file.read_text("utf-8") == "port: 2  # mine\n"


@pytest.mark.parametrize("first", ['"port": 1', "'port': 1", "port : 1", "port: 1"])
def test_a_changed_setting_has_one_line_however_its_name_was_written(tmp_path, first):
    file = tmp_path / "config.yaml"
    file.write_bytes(codecs.BOM_UTF8 + f"{first}\r\nhost: localhost\r\n".encode())
    Config.load(file).save(port=2)
    assert file.read_bytes() == codecs.BOM_UTF8 + b"port: 2\r\nhost: localhost\r\n"


def test_of_a_setting_that_is_there_twice_the_last_line_counts(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("port: 1\nport: 2  # this one\n", "utf-8")
    Config.load(file).save(port=3)
    assert file.read_text("utf-8") == "port: 1\nport: 3  # this one\n"


@pytest.mark.parametrize(
    "written",
    [
        f"ffmpeg_path: {WINDOWS_PATH}",
        f"ffmpeg_path: '{WINDOWS_PATH}'",
        "ffmpeg_path: " + json.dumps(WINDOWS_PATH, ensure_ascii=False),
        "ffmpeg_path: " + json.dumps(WINDOWS_PATH),
        r'ffmpeg_path: "C:\\Users\\L\xE9a\\new videos"',
    ],
    ids=["bare", "single quotes", "doubled backslashes", "escapes", "escapes of YAML"],
)
def test_a_windows_path_is_read_as_it_is_meant(tmp_path, written):
    file = tmp_path / "config.yaml"
    file.write_text(f"port: 1\n{written}\n", "utf-8")
    assert Config.load(file).ffmpeg_path == WINDOWS_PATH


def reason(file, content: str | bytes, language: str = "en") -> str:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert refused.value.code == "config_unreadable" and str(file) in str(refused.value)
    return refused.value.text(language)


@pytest.mark.parametrize(
    "path", [r"C:\Videos", r"C:\new\temp", r"C:\bin", "D:\\", r"\\server\share", r"C:\Users\Léa"]
)
def test_backslashes_in_double_quotes_are_rejected_with_the_right_form(tmp_path, path):
    said = reason(tmp_path / "config.yaml", f'port: 1\r\nvideos_dir: "{path}"  # mine\r\n')
    assert "line 2" in said and f"videos_dir: '{path}'" in said
    said = reason(tmp_path / "config.json", f'{{"port": 1,\n "videos_dir": "{path}"}}')
    assert "line 2" in said
    right = said.partition("Write ")[2].partition(")")[0]
    assert json.loads(f"{{{right}}}") == {"videos_dir": path}


def test_the_french_error_shows_the_right_form_too(tmp_path):
    said = reason(tmp_path / "config.yaml", 'videos_dir: "C:\\Videos"', "fr")
    assert "ligne 1" in said and r"videos_dir: 'C:\Videos'" in said


def test_backslashes_in_a_comment_or_another_setting_are_no_mistake(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text('# videos_dir: "C:\\new"\ntoken: "a\\tb\\u0041"\n', "utf-8")
    assert Config.load(file).token == "a\tbA"


@pytest.mark.parametrize("value", [r"%USERPROFILE%\Videos", "D:", "@home"])
def test_a_bare_path_that_yaml_rejects_is_shown_in_single_quotes(tmp_path, value):
    said = reason(tmp_path / "config.yaml", f"port: 1\nvideos_dir: {value}  # mine\n")
    assert "line 2" in said and f"videos_dir: '{value}'" in said


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("config.yaml", "port: 1\n\thost: x\n", 2),
        ("config.yaml", "port: 1\nhost: 'x\n", 2),
        ("config.json", '{"port": 1,\n"host" "x"}', 2),
        ("config.yaml", "port: 1\r\nvideos_dir: été\r\n".encode("cp1252"), 2),
        ("config.yaml", "port: 1\nhost: x\x00\n", 2),
        ("config.yaml", "port: 1\r\n".encode("utf-16-le"), 1),
    ],
    ids=["a tab", "no end of the quotes", "JSON", "code page 1252", "a NUL", "UTF-16 without BOM"],
)
def test_an_error_names_the_line(tmp_path, name, content, line):
    assert f"line {line}" in reason(tmp_path / name, content)


def test_folders_of_the_settings_may_begin_with_a_tilde(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("videos_dir: ~/camrec films\nffmpeg_path: ~/ffmpeg\n", "utf-8")
    config = Config.load(file)
    assert "~" not in str(config.videos) and "~" not in config.ffmpeg_path
    assert config.videos.name == "camrec films"
