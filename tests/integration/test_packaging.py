"""What pip installs: on which versions of Python, which files, and where Python finds them."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling import build

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

pytestmark = pytest.mark.spread

ROOT = Path(__file__).parents[2]
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
# Published as source only, which pip builds: pure Python.
SOURCE_ONLY = ["WSDiscovery"]
EXTENSION = ["package.json", "static/remoteEntry.js"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture
def in_the_root(monkeypatch):
    """A build backend is called in the project's folder."""
    monkeypatch.chdir(ROOT)


# The versions need nearly the same pages of the index: each is fetched once in a run.
UV_SETTINGS = """
[[index]]
url = "https://pypi.org/simple"
default = true
cache-control = { api = "max-age=600", files = "max-age=600" }
"""


@pytest.mark.index
@pytest.mark.slow(60)
def test_pip_finds_wheels_of_camrec_and_of_every_extra(tmp_path):
    settings = tmp_path / "uv.toml"
    settings.write_text(UV_SETTINGS, "utf-8")
    for python in PYTHONS:
        resolved = resolve(python, settings)
        assert resolved["av"].split(".")[0] == ("17" if python == "3.10" else "18"), python


def resolve(python: str, settings: Path) -> dict[str, str]:
    """The version of each package that would be installed on that version of Python."""
    sources = [option for name in SOURCE_ONLY for option in ("--no-binary", name)]
    asked = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
        + ["--python-version", python, "--only-binary", ":all:", *sources]
        + ["--config-file", str(settings), "--all-extras", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    unreachable = asked.returncode != 0 and "ailed to fetch" in asked.stderr
    if unreachable and os.environ.get("CI") != "true":
        pytest.skip("the package index cannot be reached")
    assert asked.returncode == 0, f"{python}: {asked.stderr}"
    return dict(line.split("==") for line in asked.stdout.splitlines() if "==" in line)


def test_a_wheel_contains_every_file_of_the_package(in_the_root, tmp_path):
    with zipfile.ZipFile(tmp_path / build.build_wheel(str(tmp_path))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (entries,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        points = configparser.ConfigParser()
        points.read_string(wheel.read(entries).decode())
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "camrec").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    extension = "share/jupyter/labextensions/camrec"
    placed = {f"camrec-{PROJECT['version']}.data/data/{extension}/{name}" for name in EXTENSION}
    assert names == sources | placed
    assert dict(points["console_scripts"]) == PROJECT["scripts"]
    kind = "jupyter_serverproxy_servers"
    assert dict(points[kind]) == PROJECT["entry-points"][kind]


def test_an_editable_install_is_imported_from_its_clone(in_the_root, tmp_path):
    site, holder = tmp_path / "site", tmp_path / "holder"
    holder.mkdir()
    (holder / "camrec").mkdir()  # called as a clone is: it could be taken for the package
    with zipfile.ZipFile(tmp_path / build.build_editable(str(tmp_path))) as wheel:
        wheel.extractall(site)
    (data,) = site.glob("*.data/data")
    for name in EXTENSION:
        assert (data / "share/jupyter/labextensions/camrec" / name).is_file()
    # Without the site-packages of this Python, which may contain another editable camrec.
    script = f"import site; site.addsitedir({str(site)!r}); import camrec; print(camrec.__file__)"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    found = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=holder,
        env=clean,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert Path(found.stdout.strip()) == ROOT / "camrec/__init__.py"
