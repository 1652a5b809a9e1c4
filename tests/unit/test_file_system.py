"""Files that Windows treats in its own way: in use, private, with names that it rejects."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from camrec import file_system
from camrec.errors import InputError, describe_os_error
from camrec.file_system import FileInUseError, PathProblem, in_use, names
from camrec.file_system.windows import WindowsFiles
from camrec.library import check_folder_length, filenames
from support.private_files import is_private


def windows_error(code: int, file: str = "part-1.mp4") -> PermissionError:
    """An error as Windows raises it; on other systems Python ignores the code of Windows."""
    error = PermissionError(13, "Access is denied", file, code)
    if not hasattr(error, "winerror"):
        error.winerror = code
    return error


class Waiting:
    """Stands in for the clock: a pause takes no time, and is noted."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def now(self) -> float:
        return sum(self.pauses)


class Failing:
    """A call that raises the given errors, one after the other, and then returns "done"."""

    def __init__(self, *errors: OSError) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


class Api:
    """Stands in for Windows' own calls, which Linux and macOS do not have."""

    def __init__(self, has_permissions: bool = True, refuses: OSError | None = None) -> None:
        self._has_permissions = has_permissions
        self._refuses = refuses
        self.calls: list[tuple[str, str]] = []

    def open_sharing_all(self, path: str, flags: int) -> int:
        self.calls.append(("open", Path(path).name))
        return os.open(path, flags)

    def create_for_user(self, path: str, flags: int) -> int:
        self.calls.append(("create", Path(path).name))
        if self._refuses is not None:
            raise self._refuses
        return os.open(path, flags, 0o600)

    def has_permissions(self, descriptor: int) -> bool:
        return self._has_permissions

    def copy_permissions(self, source: str, target: str) -> None:
        self.calls.append(("copy", Path(source).name))
        if self._refuses is not None:
            raise self._refuses

    def set_hidden(self, path: str) -> None:
        self.calls.append(("hide", Path(path).name))
        if self._refuses is not None:
            raise self._refuses


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_in_use_is_tried_again_until_it_is_free(code):
    waiting, call = Waiting(), Failing(*[windows_error(code)] * 4)
    done = file_system.retry_while_in_use(call, pause=waiting.pause, now=waiting.now)
    assert (done, call.calls) == ("done", 5)
    assert waiting.pauses == sorted(waiting.pauses) and len(waiting.pauses) == 4


def test_a_file_that_stays_in_use_is_named_in_the_error():
    waiting, call = Waiting(), Failing(*[windows_error(32, "Door.mp4")] * 99)
    with pytest.raises(FileInUseError) as refused:
        file_system.retry_while_in_use(call, 2.0, pause=waiting.pause, now=waiting.now)
    assert refused.value.file == Path("Door.mp4")
    assert 2.0 <= waiting.now() < 2.0 + in_use.MAX_PAUSE_S + 1e-9
    assert str(describe_os_error(refused.value)) == "another program has it open"


def test_a_missing_permission_is_not_called_a_file_in_use():
    waiting, call = Waiting(), Failing(*[windows_error(5)] * 99)
    with pytest.raises(PermissionError) as refused:
        file_system.retry_while_in_use(call, pause=waiting.pause, now=waiting.now)
    assert not isinstance(refused.value, FileInUseError)
    assert str(describe_os_error(refused.value)) == "permission denied"


@pytest.mark.parametrize(
    "error",
    [PermissionError(13, "Permission denied"), FileNotFoundError(2, "none"), OSError(5, "disk")],
)
def test_an_error_that_waiting_cannot_end_is_raised_at_once(error):
    waiting, call = Waiting(), Failing(error)
    with pytest.raises(type(error)):
        file_system.retry_while_in_use(call, pause=waiting.pause, now=waiting.now)
    assert (call.calls, waiting.pauses) == (1, [])


def test_a_file_in_use_may_be_waited_for_twice():
    """Saving a video waits longer than the rename that is a part of it."""
    waiting = Waiting()

    def rename() -> str:
        return file_system.retry_while_in_use(call, 1.0, pause=waiting.pause, now=waiting.now)

    call = Failing(*[windows_error(32)] * 20)
    assert file_system.retry_while_in_use(rename, 30.0, pause=waiting.pause, now=waiting.now) == (
        "done"
    )
    call = Failing(*[windows_error(32)] * 999)
    with pytest.raises(FileInUseError):
        file_system.retry_while_in_use(rename, 3.0, pause=waiting.pause, now=waiting.now)


def test_a_file_is_opened_for_sharing_on_windows(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    api = Api()
    with open(tmp_path / "a.mp4", "rb", opener=WindowsFiles(api).shared_opener) as file:
        assert file.read() == b"video"
    assert api.calls == [("open", "a.mp4")]


def test_a_replaced_file_that_is_open_is_named_on_windows(tmp_path):
    """Windows reports "access denied" for it, as for a missing permission."""
    source, target = tmp_path / ".a.new", tmp_path / "a.json"
    source.touch()

    def refuse(call: object) -> object:
        raise windows_error(5, str(source))

    files = WindowsFiles(Api(), refuse)
    with pytest.raises(PermissionError) as refused:
        files.replace(source, target)
    assert not isinstance(refused.value, FileInUseError), "there is no such file"
    target.touch()
    with pytest.raises(FileInUseError) as in_use_error:
        files.replace(source, target)
    assert in_use_error.value.file == target
    target.chmod(0o444)
    with pytest.raises(PermissionError) as refused:
        files.replace(source, target)
    assert not isinstance(refused.value, FileInUseError), "it is read-only"
    target.chmod(0o644)


def test_a_deleted_file_leaves_its_name_at_once_on_windows(tmp_path):
    """A reader may keep the file: then it stays under a hidden name, until camrec starts again."""
    file = tmp_path / "Door.mp4"
    file.write_bytes(b"video")
    seen: list[list[str]] = []

    def unlink_refused(call):
        if seen:
            raise windows_error(32)
        call()
        seen.append([path.name for path in tmp_path.iterdir()])

    WindowsFiles(Api(), unlink_refused).remove(file)
    [[leftover]] = seen
    assert leftover.startswith(".") and leftover.endswith(".gone") and "Door" not in leftover
    assert not filenames.is_video_filename(leftover)
    (tmp_path / ".keep").touch()
    file_system.remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".keep"]
    with pytest.raises(FileNotFoundError):
        WindowsFiles(Api()).remove(file)


def test_a_deleted_file_can_be_missing(tmp_path):
    file_system.remove(tmp_path / "none", missing_ok=True)
    with pytest.raises(FileNotFoundError):
        file_system.remove(tmp_path / "none")
    (tmp_path / "a").touch()
    file_system.remove(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_renamed_but_never_over_another_one(tmp_path):
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("a")
    target.write_text("b")
    with pytest.raises(FileExistsError):
        file_system.rename_no_overwrite(source, target)
    assert (source.read_text(), target.read_text()) == ("a", "b")
    file_system.replace(source, target)
    file_system.rename_no_overwrite(target, source)
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and source.read_text() == "a"


@pytest.mark.parametrize(
    "api",
    [Api(has_permissions=False), Api(refuses=OSError(22, "the owner is unknown here"))],
    ids=["a disk without lists", "a share without owners"],
)
def test_a_disk_without_permissions_is_used_and_named_once_in_the_log(tmp_path, caplog, api):
    caplog.set_level(logging.WARNING)
    files = WindowsFiles(api)
    for name in ("a.yml", "b.yml"):
        with open(tmp_path / name, "x", opener=files.create_private) as file:
            file.write("password")
    assert (tmp_path / "b.yml").read_text() == "password"
    [warning] = caplog.messages
    assert str(tmp_path) in warning and "a.yml" in warning


def test_a_private_file_is_private_before_anything_is_written_and_after_a_rename(tmp_path):
    (tmp_path / ".new").write_text("of an earlier camrec")
    (tmp_path / ".new").chmod(0o644)
    assert not is_private(tmp_path / ".new")
    with file_system.open_private(tmp_path / ".new") as file:
        assert is_private(tmp_path / ".new")
        file.write("pässword")
    (tmp_path / "a.yml").touch()
    file_system.replace(tmp_path / ".new", tmp_path / "a.yml")
    assert is_private(tmp_path / "a.yml")
    assert (tmp_path / "a.yml").read_text("utf-8") == "pässword"


def test_permissions_are_copied_as_they_are(tmp_path):
    public, private, copy = (tmp_path / name for name in ("public", "private", "copy"))
    public.touch(0o644)
    file_system.open_private(private).close()
    file_system.open_private(copy).close()
    file_system.copy_permissions(public, copy)
    assert not is_private(copy)
    file_system.copy_permissions(private, copy)
    assert is_private(copy)


def test_a_private_file_is_not_created_over_another_one_on_windows(tmp_path):
    (tmp_path / "a.yml").touch()
    with (
        pytest.raises(FileExistsError),
        open(tmp_path / "a.yml", "x", opener=WindowsFiles(Api()).create_private),
    ):
        pass


def test_permissions_and_hiding_that_a_disk_does_not_have_are_no_error(tmp_path, caplog):
    api = Api(refuses=OSError(22, "not supported"))
    files = WindowsFiles(api)
    files.copy_permissions(tmp_path / "config.yaml", tmp_path / "new")
    files.set_hidden(tmp_path)
    assert "config.yaml cannot be copied" in caplog.text
    assert [call for call, _ in api.calls] == ["copy", "hide"]


def test_only_new_folders_with_a_dot_are_hidden(tmp_path, monkeypatch):
    api = Api()
    monkeypatch.setattr("camrec.file_system.durable.CURRENT_PLATFORM", WindowsFiles(api))
    (tmp_path / ".old").mkdir()
    created = file_system.make_folder(tmp_path / ".old" / "videos" / ".parts" / "id")
    assert {path.name for path in created} == {"videos", ".parts", "id"}
    assert api.calls == [("hide", ".parts")]


@pytest.mark.parametrize(
    "name",
    [
        *("CON", "nul.mp4", "com1", "COM¹.txt", "lpt9 .mp4", "conin$", "aux.tar.gz"),
        *("a.", "a ", "a:b.mp4", "a?.mp4", "a*", 'a"', "a<b", "a>b", "a|b", "a\tb", "a/b", "a\\b"),
    ],
)
def test_names_that_windows_forbids_are_known(name):
    assert names.is_forbidden_on_windows(name)


@pytest.mark.parametrize(
    "name", ["console.mp4", "com", "com10.mp4", " a.mp4", ".hidden", "Hof Tür.mp4", "日本 📷.mp4"]
)
def test_names_that_windows_accepts_are_accepted(name):
    assert not names.is_forbidden_on_windows(name)


def test_a_path_that_windows_rejects_is_found_before_it_is_used(tmp_path):
    windows = WindowsFiles(Api())
    assert file_system.find_path_problem(tmp_path / "a.mp4", windows) is None
    found = file_system.find_path_problem(tmp_path / "aux" / "a.mp4", windows)
    assert found == PathProblem("name", "aux")
    fits = tmp_path / ("x" * (259 - len(str(tmp_path)) - 1))
    assert file_system.find_path_problem(fits, windows) is None
    longer = fits.with_name(f"{fits.name}x")
    assert file_system.find_path_problem(longer, windows) == PathProblem("length")
    emoji = fits.with_name("📷" * ((len(fits.name) + 1) // 2 + 1))
    assert file_system.find_path_problem(emoji, windows) == PathProblem("length")


def test_a_name_is_shortened_by_the_length_of_its_folder(monkeypatch):
    folder = Path("C:/videos")
    for remaining, longest in ((None, 150), (1000, 150), (100, 44), (71, 15), (0, -56)):
        monkeypatch.setattr(file_system, "remaining_path_chars", lambda _, left=remaining: left)
        assert filenames.max_name_chars(folder) == longest
    with pytest.raises(InputError) as refused:
        check_folder_length(folder)
    assert (refused.value.code, refused.value.facts["excess"]) == ("folder_too_long", 72)
    stem = filenames.video_stem("x" * 100, 0, 44)
    assert len(stem) == 44 + len(" 1970-01-01 00-00-00")
    assert len(filenames.safe_filename("📷" * 50, 43).encode("utf-16-le")) == 2 * 42
    assert filenames.safe_filename(f"{'x' * 40}. .", 42) == "x" * 40


@pytest.mark.parametrize("name", ["x" * 100, "é" * 100, "📷" * 100])
def test_every_file_of_a_video_fits_into_the_path_that_windows_allows(tmp_path, name):
    """Also with a number, and for what is written before it gets its final name."""
    folder = tmp_path / "videos"
    longest = 259 - names.utf16_length(str(folder)) - len(filenames._LONGEST_ADDITION)
    stem = filenames.numbered_stem(filenames.video_stem(name, 0, min(longest, 150)), 9999)
    for made in (
        folder / f"{stem}.mp4",
        folder / f".{stem}.json",
        folder / ".thumbnails" / f"{stem}.mp4.jpg.new",
        folder / ".indexes" / f"{stem}.mp4.npz.{2**32 - 1}",
    ):
        assert names.utf16_length(str(made)) <= 259


@pytest.mark.skipif(os.name != "nt", reason="other systems read these paths as one name")
def test_shares_and_the_roots_of_drives_are_accepted_on_windows():
    for path in ("D:\\", "D:\\videos\\Door.mp4", "\\\\server\\videos\\Hof Tür.mp4"):
        assert file_system.find_path_problem(Path(path)) is None
    found = file_system.find_path_problem(Path("\\\\server\\videos\\aux.mp4"))
    assert found == PathProblem("name", "aux.mp4")
