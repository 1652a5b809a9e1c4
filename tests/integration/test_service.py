"""camrec is installed at log-in and removed, with a stand-in for the system's own tool.

The stand-in remembers what it was asked, because the tests must not change what the machine that
they run on starts. Checkers of the files are real.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from camrec.errors import ServiceError
from camrec.service import Installer, Launch, Launchd, Systemd, TaskScheduler
from camrec.service import installer as installer_module
from camrec.service.installer import running_since
from support.cameras.provision import apt
from support.command_line import run
from support.units_made import until

pytestmark = pytest.mark.spread
with_shell = pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in is a shell script, which Windows cannot run"
)

STAND_IN = """#!/bin/sh
echo "$*" >> "{folder}/asked"
case "$*" in
  *{failing}*) echo "the tool’s reason" >&2; exit 5 ;;
  *enable\\ camrec.service|*bootstrap*|/Create*) touch "{folder}/installed" ;;
  *disable*|*bootout*|/Delete*) rm -f "{folder}/installed" ;;
  *is-enabled*|print*|/Query*) test -e "{folder}/installed" ;;
esac
"""


@pytest.fixture(params=["systemd", "launchd", "task scheduler"])
def manager(request, tmp_path):
    folder = tmp_path / "system"
    if request.param == "systemd":
        return Systemd(folder)
    if request.param == "launchd":
        return Launchd(folder, 501)
    return TaskScheduler("me", "PC", folder)


@pytest.fixture
def installer(manager, tmp_path, monkeypatch):
    """With a log in a folder of the test. Nothing is started, so nothing is waited for."""
    monkeypatch.setattr(installer_module, "START_TIMEOUT_S", 0)
    write_stand_in(manager.tool, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "tools"), prepend=os.pathsep)
    return Installer(manager, tmp_path / "state" / "log" / "service.log")


def write_stand_in(tool: str, folder: Path, failing: str = "nothing fails") -> None:
    script = folder / "tools" / tool
    script.parent.mkdir(exist_ok=True)
    script.write_text(STAND_IN.format(folder=folder, failing=failing.replace(" ", "\\ ")), "utf-8")
    script.chmod(0o700)


def launch(tmp_path: Path) -> Launch:
    return Launch.of_this_camrec(tmp_path / "state" / "log" / "service.log", None, None)


def left(tmp_path: Path) -> set[Path]:
    """The files that are left, without those of the stand-in."""
    found = {each for each in tmp_path.rglob("*") if each.is_file()}
    return found - {tmp_path / "asked"} - set((tmp_path / "tools").iterdir())


@with_shell
def test_a_service_is_installed_twice_and_removed_without_a_trace(installer, manager, tmp_path):
    for _ in range(2):
        status = installer.install_service(launch(tmp_path))
        assert status.is_installed
        assert status.running_since is None
        kept = {manager.definition_path} if not isinstance(manager, TaskScheduler) else set()
        assert left(tmp_path) == {tmp_path / "installed", *kept}
        for name in ("service.log", "service.log.1"):
            (tmp_path / "state" / "log" / name).touch()
            (tmp_path / "state" / "log" / name).unlink()
    (tmp_path / "state" / "log" / "service.log").touch()
    (tmp_path / "state" / "log" / "service.log.1").touch()
    installer.remove_service()
    assert not installer.status().is_installed
    assert left(tmp_path) == set()
    assert not (tmp_path / "state").exists()
    installer.remove_service()
    asked = (tmp_path / "asked").read_text().splitlines()
    # An earlier service is ended before the new one is made known.
    first_start = asked.index(" ".join(manager.start[0].argv[1:]))
    assert asked[first_start - 1] == " ".join(manager.stop[-1].argv[1:])


@with_shell
def test_an_installation_that_fails_names_the_command_and_leaves_nothing(
    installer, manager, tmp_path
):
    write_stand_in(manager.tool, tmp_path, " ".join(manager.start[-1].argv[1:3]))
    with pytest.raises(ServiceError, match="the tool’s reason") as caught:
        installer.install_service(launch(tmp_path))
    assert caught.value.code == "service_failed"
    assert manager.tool in str(caught.value)
    assert left(tmp_path) == set()
    assert not (tmp_path / "state").exists()


@with_shell
def test_a_system_without_the_tool_is_told_what_to_start_instead(manager, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (Installer.status, Installer.remove_service):
        with pytest.raises(ServiceError, match="-m camrec serve --no-browser") as caught:
            call(Installer(manager, tmp_path / "log"))
        assert caught.value.code == "service_tool_missing"


def test_the_process_is_found_by_its_log_and_says_since_when_it_runs(tmp_path):
    log = tmp_path / "mon journal" / "service.log"
    assert running_since(log) is None
    before = time.time()
    command = [sys.executable, "-c", "input()", "serve", "--log", str(log)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        until(lambda: running_since(log) is not None)
        assert before - 2 <= running_since(log) <= time.time() + 2
        process.stdin.close()
    until(lambda: running_since(log) is None)


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is of Linux")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    checker = apt("systemd", program="systemd-analyze")
    folder = tmp_path / "vidéos d'été 50% à $HOME"
    folder.mkdir()
    made = Launch((sys.executable, *launch(tmp_path).argv[1:]), folder, tmp_path / "log", "/bin")
    definition = Systemd(tmp_path).definition(made)
    definition.path.parent.mkdir(parents=True)
    definition.path.write_bytes(definition.content)
    checked = subprocess.run(
        [checker, "verify", "--user", str(definition.path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.skipif(sys.platform != "darwin", reason="plutil is of macOS")
def test_macos_finds_nothing_wrong_with_the_agent(tmp_path):
    definition = Launchd(tmp_path, 501).definition(launch(tmp_path))
    definition.path.parent.mkdir(parents=True)
    definition.path.write_bytes(definition.content)
    subprocess.run([shutil.which("plutil"), "-lint", str(definition.path)], check=True)


def test_errors_of_a_camrec_without_a_terminal_are_in_its_log(place):
    log = place / "journal été" / "service.log"
    code, out, err = run(place, "serve", "--log", str(log), "--config", "missing.yaml")
    assert (code, out, err) == (1, "", "")
    assert "missing.yaml does not exist" in log.read_text("utf-8")


def test_the_status_says_that_nothing_is_installed_and_where_the_log_would_be(place, monkeypatch):
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(place))
    code, out, err = run(place, "service", "status", language="fr_FR.UTF-8")
    assert (code, err) == (1, "")
    assert "service.log" in out
    assert "en marche" in out
