"""Settings: read from YAML or JSON, an unknown or wrong one is an error."""

from __future__ import annotations

import pytest

from camrec.config import Config
from camrec.errors import InputError


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = Config.load()
    assert (config.port, config.max_sessions, config.mediamtx_port) == (8000, 3, 8554)
    assert config.videos == tmp_path / "videos"


def test_the_working_folder_s_yaml_comes_before_its_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text('{"max_sessions": 5}')
    assert Config.load().max_sessions == 5
    (tmp_path / "config.yaml").write_text("max_sessions: 7\n")
    assert Config.load().max_sessions == 7


def test_the_document_s_five_keys_are_read(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(
        '{"log_level": "info", "max_sessions": 3, "mediamtx_port": 8554,'
        ' "go2rtc_port": 8555, "ffmpeg_path": "ffmpeg"}'
    )
    assert Config.load(file).ffmpeg_path == "ffmpeg"


def test_paths_count_from_the_file_and_overrides_win(tmp_path):
    file = tmp_path / "sub" / "config.yaml"
    file.parent.mkdir()
    file.write_text("videos_dir: kept\nport: 1\n")
    config = Config.load(file, port=2, host=None)
    assert config.videos == tmp_path / "sub" / "kept"
    assert (config.port, config.host) == (2, "127.0.0.1")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("nosuch: 1", "config_unknown"),
        ("port: many", "config_value"),
        ("port: 70000", "config_value"),
        ("max_sessions: 0", "config_value"),
        ("log_level: loud", "config_value"),
        ("- a", "config_unreadable"),
        ("a: [", "config_unreadable"),
        ("1: 2", "config_unreadable"),
    ],
)
def test_a_bad_file_is_a_clear_error(tmp_path, written, code):
    file = tmp_path / "config.yaml"
    file.write_text(written)
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert refused.value.code == code
    assert str(file) in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError) as refused:
        Config.load(tmp_path / "none.yaml")
    assert refused.value.code == "config_missing"


def test_a_wrong_token_is_not_printed(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("token: [s3cret]\n")
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert "s3cret" not in str(refused.value)
