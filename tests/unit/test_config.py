"""Settings are read from YAML or JSON; unknown or wrong ones are errors."""

from __future__ import annotations

import pytest

from camrec.config import Config
from camrec.errors import InputError, ServiceError
from camrec.library import RetentionPolicy
from camrec.station import Station
from support.private_files import is_private


def test_the_settings_without_a_file_are_the_defaults(tmp_path, monkeypatch):
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


def test_the_time_zone_and_the_place_of_plans_are_read(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("timezone: Europe/Paris\nplace: [48.85, 2]\n")
    config = Config.load(file)
    assert (config.timezone, config.place) == ("Europe/Paris", [48.85, 2])


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
        ("disk_floor: 1", "config_renamed"),
        ("keep_days: 1", "config_renamed"),
        ("port: many", "config_value"),
        ("port: 70000", "config_value"),
        ("max_sessions: 0", "config_value"),
        ("log_level: loud", "config_value"),
        ("timezone: Mars/Base", "config_value"),
        ("timezone: ../etc", "config_value"),
        ("timezone: Europe", "config_value"),
        ("timezone: 1", "config_value"),
        ("place: [1]", "config_value"),
        ("place: [90.5, 2]", "config_value"),
        ("place: [1, -180.5]", "config_value"),
        ("place: [.nan, 2]", "config_value"),
        ("place: [true, 2]", "config_value"),
        ("place: Paris", "config_value"),
        ("- a", "config_unreadable"),
        ("a: [", "config_unreadable"),
        ("1: 2", "config_unreadable"),
    ],
)
def test_a_bad_settings_file_is_rejected_with_its_code(tmp_path, written, code):
    file = tmp_path / "config.yaml"
    file.write_text(written)
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert refused.value.code == code
    assert str(file) in str(refused.value)


def test_a_missing_settings_file_is_named_in_the_error(tmp_path):
    with pytest.raises(InputError) as refused:
        Config.load(tmp_path / "none.yaml")
    assert refused.value.code == "config_missing"


@pytest.mark.parametrize("host", ["cam.lan", "192.0.2.1", "2001:db8::1", "Entrée_1"])
def test_a_host_that_may_open_the_page_is_a_name_or_an_address(tmp_path, host):
    file = tmp_path / "config.yaml"
    file.write_text(f'allowed_hosts: ["{host}"]', "utf-8")
    assert Config.load(file).allowed_hosts == [host]


@pytest.mark.parametrize(
    "host", ["cam.lan:8000", "http://cam.lan", "cam.lan/", "[2001:db8::1]", "", "a b", "a,b"]
)
def test_a_host_with_a_port_or_a_scheme_is_no_setting(tmp_path, host):
    file = tmp_path / "config.yaml"
    for given in (f'["{host}"]', f'"{host}"'):
        file.write_text(f"allowed_hosts: {given}")
        with pytest.raises(InputError) as refused:
            Config.load(file)
        assert refused.value.code == "config_value"
        assert "camera-pc.lan" in refused.value.facts["wants"]


@pytest.mark.parametrize("token", ['"s3cret "', '" s3cret"', "|\n  s3cret\n", '"s3\\ncret"', '" "'])
def test_a_token_that_no_client_could_send_is_no_setting(tmp_path, token):
    file = tmp_path / "config.yaml"
    file.write_text(f"token: {token}\n")
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert (refused.value.code, refused.value.facts["value"]) == ("config_value", "***")
    assert refused.value.facts["wants"] == "a-long-word-of-your-own"


def test_an_invalid_token_setting_is_not_printed(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("token: [s3cret]\n")
    with pytest.raises(InputError) as refused:
        Config.load(file)
    assert "s3cret" not in str(refused.value)


def test_saving_a_setting_keeps_the_rest_of_the_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("# mine\nport: 1  # taken: 8000\nmax_sessions: 3  # the usual\n", "utf-8")
    awkward = str(tmp_path / "a #b")
    Config.load(file).save(max_sessions=5, videos_dir=awkward)
    assert file.read_text("utf-8") == (
        f"# mine\nport: 1  # taken: 8000\nmax_sessions: 5  # the usual\nvideos_dir: '{awkward}'\n"
    )
    config = Config.load(file)
    assert (config.max_sessions, config.port, str(config.videos_dir)) == (5, 1, awkward)
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_saving_a_setting_keeps_multi_line_values_and_json(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("videos_dir:\n  films\nport: 1\n")
    moved = tmp_path / "other"
    Config.load(file).save(videos_dir=str(moved))
    assert (Config.load(file).videos_dir, Config.load(file).port) == (moved, 1)
    other = tmp_path / "config.json"
    other.write_text('{"port": 1}')
    Config.load(other).save(max_sessions=2)
    assert (Config.load(other).max_sessions, Config.load(other).port) == (2, 1)


def test_saving_settings_creates_the_file_and_fails_without_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Config.load().save(max_sessions=4)
    assert Config.load().max_sessions == 4
    lost = Config.load()
    lost.file = tmp_path / "gone" / "config.yaml"
    with pytest.raises(ServiceError) as refused:
        lost.save(max_sessions=4)
    assert refused.value.code == "config_unwritable"


def test_changed_limits_of_the_videos_are_those_of_the_library_and_in_the_file(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("retention_days: 3\n")
    station = Station(Config.load())
    station.settings.change_retention(10**12)
    assert station.library.retention == RetentionPolicy(10**12, 3)
    station.settings.change_retention(max_days=0.5)
    assert station.library.retention == RetentionPolicy(10**12, 0.5)
    assert Config.load().retention_bytes == 10**12
    assert Config.load().retention_days == 0.5
    for limits in ((-1, None), (1.5, None), (None, -1), (None, float("nan")), (None, "2")):
        with pytest.raises(InputError):
            station.settings.change_retention(*limits)
    assert station.library.retention == RetentionPolicy(10**12, 0.5)


def test_what_happens_on_a_full_disk_can_be_changed_while_camrec_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    station = Station(Config(videos_dir=tmp_path / "videos"))
    assert not station.recordings.disk.deletes_oldest
    station.settings.change_when_full("delete_oldest")
    assert station.recordings.disk.deletes_oldest
    assert Config.load().when_full == "delete_oldest"
    with pytest.raises(InputError):
        station.settings.change_when_full("sometimes")
    assert station.config.when_full == Config.load().when_full == "delete_oldest"


def test_how_much_stays_free_can_be_changed_while_camrec_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    station = Station(Config(videos_dir=tmp_path / "videos"))
    station.settings.change_min_free_bytes(2**62)
    assert station.recordings.disk.low
    station.settings.change_min_free_bytes(0)
    assert not station.recordings.disk.low
    assert station.config.min_free_bytes == Config.load().min_free_bytes == 0
    for wrong in (-1, 1.5, True, "2", None):
        with pytest.raises(InputError):
            station.settings.change_min_free_bytes(wrong)
    assert station.config.min_free_bytes == station.library.disk_space.min_free_bytes == 0


def test_the_station_validates_changed_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    station = Station(Config())
    for most in (0, 65, True, 2.5, "3"):
        with pytest.raises(InputError) as refused:
            station.settings.change(max_sessions=most)
        assert refused.value.code == "bad_most"
    with pytest.raises(InputError) as refused:
        station.settings.change(videos_dir="films")
    assert refused.value.code == "bad_folder"
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError):
        station.settings.change(videos_dir=str(tmp_path / "file" / "films"))
    for token in ("short", "a tab\tin it", " at the end ", "x" * 201):
        with pytest.raises(InputError) as refused:
            station.settings.change(token=token)
        assert refused.value.code == "bad_token"
    assert not (tmp_path / "config.yaml").exists()
    station.settings.change(max_sessions=6, videos_dir=str(tmp_path / "films"))
    assert (station.config.max_sessions, station.settings.next_videos_dir) == (
        6,
        tmp_path / "films",
    )
    assert station.config.videos == tmp_path / "videos", "until the next start"
    assert Config.load().videos == tmp_path / "films"


def test_a_saved_token_makes_the_settings_file_private(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "config.yaml"
    file.write_text("# mine\nport: 8123  # free here\n")
    file.chmod(0o644)
    assert not is_private(file)
    station = Station(Config.load())
    station.settings.change(token="à deviner: #1")
    assert Config.load().token == station.config.token == "à deviner: #1"
    assert file.read_text("utf-8").startswith("# mine\nport: 8123  # free here\n")
    assert is_private(file)
    station.settings.change(max_sessions=5)
    assert is_private(file)
    station.settings.change(token="")
    assert Config.load().token == station.config.token == ""


def test_a_settings_file_that_others_may_read_stays_so_without_a_token(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("port: 8123\n")
    file.chmod(0o644)
    Config.load(file).save(max_sessions=5)
    assert not is_private(file)


def test_the_token_of_a_page_open_to_other_machines_cannot_be_removed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    station = Station(Config(host="0.0.0.0", token="12345678"))
    with pytest.raises(InputError) as refused:
        station.settings.change(token="")
    assert refused.value.code == "host_needs_token"
    assert station.config.token == "12345678"


@pytest.mark.parametrize(
    "line",
    [
        "webhook: ftp://ntfy.example.org/my-S3cret-topic",
        "webhook: ntfy.example.org/my-S3cret-topic",
        "webhook: http://ntfy.example.org:99999/my-S3cret-topic",
        "webhook_secret: [S3cret]",
    ],
)
def test_a_wrong_webhook_is_rejected_without_repeating_it(tmp_path, line):
    file = tmp_path / "config.yaml"
    file.write_text(line)
    with pytest.raises(InputError) as wrong:
        Config.load(file)
    assert wrong.value.code == "config_value"
    assert "S3cret" not in wrong.value.text() + str(wrong.value.facts)


def test_only_known_occasions_can_be_sent_to_the_webhook(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("webhook_when: [camera_lost, webhook_failed]")
    with pytest.raises(InputError) as wrong:
        Config.load(file)
    assert wrong.value.code == "config_value"
    assert "camera_lost | ended_early" in wrong.value.facts["wants"]


def test_the_error_of_a_webhook_says_how_an_address_begins(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("webhook: example.org")
    with pytest.raises(InputError) as wrong:
        Config.load(file)
    assert wrong.value.facts["wants"] == "http://… | https://…"


def test_the_page_s_webhook_is_saved_privately_and_on_one_line(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("# mine\nwebhook_when: [camera_lost] # some\nport: 0\n")
    config = Config.load(file)
    settings = Station(config).settings
    url = "https://ntfy.example.org/topic"
    settings.change(webhook=f" {url} ", webhook_when=["well_again", "ended_early"])
    secret = settings.webhook_secret()
    text = file.read_text()
    assert text.startswith("# mine\nwebhook_when: [ended_early, well_again] # some\nport: 0\n")
    assert is_private(file)
    loaded = Config.load(file)
    assert (loaded.webhook, loaded.webhook_secret) == (url, secret)
    assert settings.webhook_secret() == secret
    for values, code in (
        ({"webhook": "x"}, "bad_webhook"),
        ({"webhook_when": ["x"]}, "bad_webhook_when"),
    ):
        with pytest.raises(InputError) as wrong:
            settings.change(**values)
        assert wrong.value.code == code
    assert url not in repr(config)
