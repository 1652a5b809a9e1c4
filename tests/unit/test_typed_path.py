"""Paths as people type and paste them, on this system and as Windows reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from camrec.typed_path import expand_path, parse_path

VARIABLES = {"USERPROFILE": r"C:\Users\Léa", "A": "b"}


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        (r"%USERPROFILE%\Videos", r"C:\Users\Léa\Videos"),
        (r"D:\%A%\50 % off\%NOTHING%", r"D:\b\50 % off\%NOTHING%"),
        (r'"C:\My videos"', r"C:\My videos"),
        ('C:\\My videos"', r"C:\My videos"),
        (r"C:\$Recycle.Bin\x", r"C:\$Recycle.Bin\x"),
        ("C:relative", "C:relative"),
        ("C:/forward/slashes", "C:/forward/slashes"),
        (r"\\server\share\été", r"\\server\share\été"),
        ("file:///C:/My%20videos/%C3%A9t%C3%A9.mp4", "C:/My videos/été.mp4"),
        ("FILE://localhost/C:/a.mp4", "C:/a.mp4"),
        ("file://server/share/a.mp4", "//server/share/a.mp4"),
    ],
)
def test_a_path_typed_on_windows_is_expanded(typed, path):
    assert expand_path(typed, is_windows=True, environment=VARIABLES) == path


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/a/%A%/$A", "/a/%A%/$A"),
        ('a "quoted" name', 'a "quoted" name'),
        ("file:///home/l%C3%A9a/a.mp4", "/home/léa/a.mp4"),
        ("file.mp4", "file.mp4"),
        ("file://[x/a#b?c.mp4", "/a#b?c.mp4"),
    ],
)
def test_a_path_typed_on_other_systems_keeps_what_its_shell_left(typed, path):
    assert expand_path(typed, is_windows=False, environment=VARIABLES) == path


@pytest.mark.parametrize("is_windows", [False, True])
def test_a_tilde_is_the_home_folder_only_at_the_start(is_windows):
    found = expand_path("~/films", is_windows=is_windows)
    assert Path(found) == Path.home() / "films"
    assert expand_path("a~/films", is_windows=is_windows) == "a~/films"


def test_a_typed_path_is_a_path():
    assert parse_path("~") == Path.home()
