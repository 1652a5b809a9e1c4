"""What commands print: tables, lines in a pipe, JSON, and names that an encoding cannot write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from camrec.cli.encoding import LEGIBLE
from support.cameras.rtsp import RtspCamera
from support.command_line import run, run_all

pytestmark = pytest.mark.spread

NAMES = ["Dépôt – Nº 3 鳥 日本 café.mp4", f"{'a very long name of a camera ' * 4}.mp4"]
# The first word is the encoding; a pipe on Windows has code page 1252 or 850.
ENCODINGS = ["ascii", "latin-1", "cp1252:strict", "cp850:strict", "cp437", "utf-8", "utf-16"]


@pytest.fixture
def folder(place, film) -> Path:
    """A videos folder with those names in it."""
    folder = place / "elsewhere"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(film[0], folder / name)
        film[1].write((folder / name).with_suffix(".json"))
    return folder


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_and_json_are_printed_in_any_output_encoding(place, folder, encoding):
    where = ("--videos", str(folder))
    done = run_all(
        place,
        ("videos", *where),
        ("verify", NAMES[0], *where),
        ("--help",),
        ("videos", "--json", *where),
        ("verify", "--json", NAMES[0], *where),
        language="fr_FR",
        encoding=encoding,
        columns=80,
    )
    assert [code for code, _, _ in done] == [0] * len(done), done
    videos, verified, help_, listed, checked = (out for _, out, _ in done)
    assert "aaa" not in videos and "a very long name" in videos
    written = encoding.partition(":")[0]
    said = NAMES[0].encode(written, LEGIBLE).decode(written)
    assert said.endswith(".mp4") and "?" not in said
    assert said in videos and said in verified
    assert "\\" not in help_, "French help has only letters that can be read"
    assert {each["filename"] for each in json.loads(listed)["videos"]} == set(NAMES)
    assert listed.isascii() == (encoding != "utf-8"), "a utf-8 reader needs no escapes"
    assert Path(json.loads(checked)["path"]).name == NAMES[0]


def test_the_videos_command_prints_one_line_per_video_into_a_pipe(place, folder):
    _, out, _ = run(place, "videos", "--videos", str(folder))
    lines = out.splitlines()
    assert len(lines) == 1 + len(NAMES)
    for name in NAMES:
        assert any(line.startswith(name) for line in lines)


@pytest.mark.slow(15)
def test_every_command_takes_the_settings_and_the_folder(place, folder):
    settings = place / "other.yaml"
    (place / "config.yaml").rename(settings)
    (place / "config.yaml").write_text("this: is not read\n")
    options = ("--config", str(settings), "--videos", str(folder))
    quick = ["videos"], ["verify", NAMES[1]], ["binaries", "--check"]
    for code, _, err in run_all(place, *([*command, *options] for command in quick)):
        assert code == 0, err
    with RtspCamera() as camera:
        assert run(place, "probe", camera.url, *options)[0] == 0
        assert run(place, "record", camera.url, "--duration", "1", *options)[0] == 0
    assert run(place, "demo", "--seconds", "1", *options)[0] == 0
    assert len(list(folder.glob("*.mp4"))) == len(NAMES) + 3
    assert not (place / "videos").exists()


def test_a_path_may_be_typed_as_a_file_url_or_from_the_home_folder(place, folder, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder.parent))
    verified, (code, out, _) = run_all(
        place,
        ("verify", (folder / NAMES[0]).as_uri()),
        ("videos", "--json", "--videos", f"~/{folder.name}"),
    )
    assert verified[0] == code == 0 and {
        each["filename"] for each in json.loads(out)["videos"]
    } == set(NAMES)


def test_probe_prints_the_stream_as_json(place):
    with RtspCamera(audio="aac") as camera:
        code, out, err = run(place, "probe", camera.url, "--json")
    told = json.loads(out)
    assert code == 0, err
    assert told["video"]["width"] == 320 and told["audio"]["codec"] == "aac"
    assert told["url"] == camera.address and told["figures"]["frames"] > 0


def test_verify_prints_its_result_as_json(place, film):
    file = place / "film.mp4"
    shutil.copy(film[0], file)
    film[1].write(file.with_suffix(".json"))
    short = place / "short.mp4"
    short.write_bytes(file.read_bytes()[:-5000])
    film[1].write(short.with_suffix(".json"))
    verify = ("verify", "--json")
    whole, faulty, missing = run_all(
        place, (*verify, "film.mp4"), (*verify, "short.mp4"), ("verify", "nothing.mp4")
    )
    told = json.loads(whole[1])
    assert whole[0] == 0 and told["faults"] == {} and told["frames"] == film[1].frames
    assert told["receipt"] == film[1].model_dump(mode="json")
    assert faulty[0] == 1 and "sha256" in json.loads(faulty[1])["faults"]
    assert missing[0] == 2 and "nothing.mp4" in missing[2]


def test_binaries_prints_programs_and_missing_ones_as_json(place, binaries, monkeypatch):
    code, out, _ = run(place, "binaries", "--check", "--json")
    told = json.loads(out)
    assert code == 0 and told["missing"] == {}
    assert {each["name"]: each["path"] for each in told["binaries"]} == {
        name: str(path) for name, path in vars(binaries).items()
    }
    for name in ("XDG_CACHE_HOME", "PATH"):
        monkeypatch.setenv(name, str(place / "empty"))
    missing = place / "missing.yaml"
    missing.write_text(json.dumps(binaries.settings | {"go2rtc_path": str(place / "nothing")}))
    code, out, _ = run(place, "binaries", "--check", "--json", "--config", str(missing))
    assert code == 1 and "code" in json.loads(out)["missing"]["go2rtc"]
