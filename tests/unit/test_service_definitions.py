"""The files and commands with which each system starts camrec at log-in, as text."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from camrec.errors import InputError
from camrec.service import Launch, Launchd, Systemd, TaskScheduler
from camrec.service.task_scheduler import NAMESPACE

# Spaces, accents, quotes, percent and dollar signs, as they occur in folders and settings files.
ODD = ("/été à la mer/50% l'eau/$HOME", 'a "quoted" name', "back\\slash\\", "plain")
FOLDER = Path("/home/rené/vidéos d'été 100%")


def launch(*arguments: str, folder: Path = FOLDER, program: str = "/opt/python") -> Launch:
    return Launch((program, *arguments), folder, Path("/log"), "/usr/bin:/été/50%/bin")


@pytest.fixture
def scheduler(tmp_path):
    return TaskScheduler("René", "PC-1", tmp_path)


def task(manager: TaskScheduler, of: Launch) -> ElementTree.Element:
    content = manager.definition(of).content
    assert content.startswith(b"\xff\xfe")
    return ElementTree.fromstring(content.decode("utf-16"))


# What Microsoft's documentation ("Task Scheduler Schema") allows below each element, in any order,
# except below a trigger, where this order is required.
ALLOWED = {
    "Task": {"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"},
    "RegistrationInfo": {"URI", "Date", "Author", "Version", "Description", "Documentation"},
    "Triggers": {"LogonTrigger", "TimeTrigger", "BootTrigger", "RegistrationTrigger"},
    "LogonTrigger": ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "UserId", "Delay"],
    "TimeTrigger": ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "RandomDelay"],
    "Repetition": {"Interval", "Duration", "StopAtDurationEnd"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "Settings": {
        "AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy",
        "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate",
        "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden",
        "IdleSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle",
    },
    "IdleSettings": {"Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"},
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}  # fmt: skip


def test_the_task_has_only_elements_that_its_schema_allows_in_their_order(scheduler):
    for element in task(scheduler, launch(*ODD)).iter():
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        assert name != element.tag
        children = [each.tag.removeprefix(f"{{{NAMESPACE}}}") for each in element]
        allowed = ALLOWED.get(name, ())
        assert set(children) <= set(allowed), name
        assert len(set(children)) == len(children), name
        if isinstance(allowed, list):
            assert children == sorted(children, key=allowed.index)
        assert children or element.text, name


def test_the_task_is_the_users_own_and_runs_on_battery_without_an_end(scheduler):
    found = task(scheduler, launch())
    names = {"t": NAMESPACE}

    def text(path: str) -> str:
        return found.findtext(path.replace("/", "/t:").replace("./t:", "./t:"), "", names)

    assert text("./Triggers/LogonTrigger/UserId") == "PC-1\\René"
    assert text("./Triggers/TimeTrigger/Repetition/Interval") == "PT1M"
    assert text("./Principals/Principal/LogonType") == "InteractiveToken"
    assert text("./Principals/Principal/RunLevel") == "LeastPrivilege"
    assert text("./Settings/ExecutionTimeLimit") == "PT0S"
    assert text("./Settings/DisallowStartIfOnBatteries") == "false"
    assert text("./Settings/StopIfGoingOnBatteries") == "false"
    assert text("./Settings/IdleSettings/StopOnIdleEnd") == "false"
    assert text("./Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert found.find("./t:Principals/t:Principal", names).get("id") == "Author"
    assert found.find("./t:Actions", names).get("Context") == "Author"
    assert {each.argv[3] for each in (*scheduler.stop, *scheduler.start)} == {"camrec-René"}


def test_the_arguments_of_the_task_are_those_that_windows_takes_apart(scheduler):
    found = task(scheduler, launch(*ODD))
    line = found.findtext(f".//{{{NAMESPACE}}}Arguments")
    assert line == ('"/été à la mer/50% l\'eau/$HOME" "a \\"quoted\\" name" back\\slash\\ plain')
    assert found.findtext(f".//{{{NAMESPACE}}}WorkingDirectory") == str(FOLDER)
    if sys.platform == "win32":
        assert _split_as_windows(f"program {line}") == ["program", *ODD]


def _split_as_windows(line: str) -> list[str]:
    import ctypes

    split = ctypes.windll.shell32.CommandLineToArgvW
    split.restype = ctypes.POINTER(ctypes.c_wchar_p)
    count = ctypes.c_int()
    found = split(line, ctypes.byref(count))
    try:
        return found[: count.value]
    finally:
        ctypes.windll.kernel32.LocalFree(ctypes.cast(found, ctypes.c_void_p))


def test_the_task_runs_the_python_without_a_window_if_there_is_one(scheduler, tmp_path):
    program = str(tmp_path / "python.exe")
    assert _command(scheduler, program) == program
    (tmp_path / "pythonw.exe").touch()
    assert _command(scheduler, program) == str(tmp_path / "pythonw.exe")


def _command(scheduler: TaskScheduler, program: str) -> str:
    return task(scheduler, launch(program=program)).findtext(f".//{{{NAMESPACE}}}Command")


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (("C:\\%CAMREC_TEST%\\a",), "C:\\a"),
        (("C:\\100%b%CAMREC_TEST%\\a",), "C:\\a"),
        ((), "C:\\%CAMREC_TEST%"),
        ((), "C:\\" + "a" * 260),
    ],
)
def test_a_path_that_task_scheduler_would_change_is_rejected(
    scheduler, monkeypatch, arguments, folder
):
    monkeypatch.setenv("CAMREC_TEST", "something")
    with pytest.raises(InputError, match="cannot be started at log-in") as caught:
        scheduler.definition(launch(*arguments, folder=Path(folder)))
    assert caught.value.code == "service_path"


def test_a_control_character_in_a_path_is_rejected(tmp_path):
    with pytest.raises(InputError) as caught:
        Launch.of_this_camrec(tmp_path / "log", tmp_path / "a\nb.yaml", None)
    assert caught.value.code == "service_path"


def test_the_service_runs_this_python_in_this_folder_with_these_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Launch.of_this_camrec(tmp_path / "log", Path("my settings.yaml"), Path("vidéos"))
    assert made.argv[:4] == (sys.executable, "-m", "camrec", "serve")
    assert made.argv[4:] == (
        *("--no-browser", "--log", str(tmp_path / "log")),
        *("--config", str(tmp_path / "my settings.yaml"), "--videos", str(tmp_path / "vidéos")),
    )
    assert made.folder == tmp_path


def test_the_unit_quotes_what_systemd_would_replace():
    text = Systemd(Path("/settings")).definition(launch(*ODD)).content.decode()
    lines = dict(each.split("=", 1) for each in text.splitlines() if "=" in each)
    assert lines["ExecStart"] == (
        '"/opt/python" "/été à la mer/50%% l\'eau/$$HOME" "a \\"quoted\\" name" '
        '"back\\\\slash\\\\" "plain"'
    )
    assert lines["WorkingDirectory"] == str(FOLDER).replace("%", "%%")
    assert lines["Environment"] == '"PATH=/usr/bin:/été/50%%/bin"'


def test_the_agent_is_a_property_list_with_the_command_as_it_is():
    manager = Launchd(Path("/Users/rené"), 501)
    definition = manager.definition(launch(*ODD))
    found = plistlib.loads(definition.content)
    assert found["ProgramArguments"] == ["/opt/python", *ODD]
    assert found["WorkingDirectory"] == str(FOLDER)
    assert found["RunAtLoad"] is True
    assert found["KeepAlive"] == {"SuccessfulExit": False}
    path = Path("/Users/rené/Library/LaunchAgents/camrec.plist")
    assert definition.path == path
    assert manager.start[-1].argv == ("launchctl", "bootstrap", "gui/501", str(path))
