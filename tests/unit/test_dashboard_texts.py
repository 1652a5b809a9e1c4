"""Every text and number of the page, in both languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from camrec import dashboard
from camrec.dashboard.session_rows import CODEC_LABELS
from camrec.i18n import LANGUAGES, catalogue, translate
from camrec.media import AudioCodec, VideoCodec
from camrec.schema import AudioTrackReply

VIEWS = Path(dashboard.__file__).parent
STATIC = VIEWS / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
NBSP = "\u00a0"
ROOMS = ("page", "plan_page", "videos", "warnings")
KEY = re.compile(
    r"""["'`]((?:page|plan_page|videos|warnings)\.(?!js\b|css\b|html\b)[a-z_]*)(\$?)"""
)
# Keys that the page builds from a prefix and a name, and where the names are.
NAMES = {
    "videos.": ("videos/receipt_panel.js", r"""\bline\("(\w+)"""),
    "page.badge_": ("live/picture_overlay.js", r"""\bchip\("\w+", "\w*", "(\w+)\""""),
    "page.key_": ("kit/help.js", r"""\bkey\("(\w+)"\)"""),
}


@cache
def known(language: str) -> dict[str, object]:
    """The texts that the page has."""
    return {
        key: found for key, found in catalogue(language).items() if key.partition(".")[0] in ROOMS
    }


def forms(found: object) -> list[str]:
    return list(found.values()) if isinstance(found, dict) else [found]


def used() -> tuple[set[str], set[str]]:
    """The keys that the code names, and the prefixes of those that it builds."""
    whole, begun = set(), set()
    for file in [*SCRIPTS, *VIEWS.glob("*.py")]:
        for key, open_end in KEY.findall(file.read_text("utf-8").replace("{", "$")):
            (begun if open_end or key.endswith("_") else whole).add(key)
    return whole, begun


def test_a_text_of_several_lines_has_as_many_in_both_languages():
    for key, english in known("en").items():
        both = [*forms(english), *forms(known("fr")[key])]
        assert len({form.count("\n") for form in both}) == 1, key


def test_every_text_that_the_code_names_is_there_and_every_text_is_used():
    whole, begun = used()
    assert whole <= known("en").keys()
    assert all(any(key.startswith(start) for key in known("en")) for start in begun)
    assert not {key for key in known("en").keys() - whole if not key.startswith(tuple(begun))}


@pytest.mark.parametrize("start", NAMES)
def test_every_name_that_completes_a_key_has_its_text(start):
    file, pattern = NAMES[start]
    names = re.findall(pattern, (STATIC / file).read_text("utf-8"))
    assert names
    assert not [name for name in names if f"{start}{name}" not in known("en")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_apostrophes_are_curly_and_units_have_non_breaking_spaces(language):
    for key, found in catalogue(language).items():
        for form in forms(found):
            assert not re.search(r"(\d|\}) (?:s|min|h|fps|i/s|MB|Mo|ms)\b", form), key
            assert "'" not in form, f"{key}: a straight apostrophe"
            if language == "fr":
                told = outside_of_code(form)
                assert not re.search(rf"[^{NBSP}?!][;?!]|[^{NBSP}]:(?=\s|$)| »|« ", told), key


def outside_of_code(form: str) -> str:
    """The text without addresses, times and what has to be typed as it is."""
    typed = r"\w+://\S*|\d\d:\d\d\S*|Authorization: Bearer|Content-Type:|keyring: false|place: \["
    return re.sub(typed, "", form)


def test_every_codec_has_a_name_and_may_go_over_the_wire():
    for codec in (*get_args(VideoCodec), *get_args(AudioCodec)):
        assert CODEC_LABELS[codec]
    for codec in get_args(AudioCodec):
        assert AudioTrackReply(codec=codec).codec == codec


def test_a_count_of_one_has_its_own_text():
    told = {"most": 3, "length": "2 s"}
    assert [translate("page.gaps", "en", count=n, **told) for n in (0, 1, 2)] == [
        "0 gaps, 2 s",
        "1 gap, 2 s",
        "2 gaps, 2 s",
    ]
    assert translate("page.open_of", "fr", count=0, **told).startswith(f"0{NBSP}caméra ")
    assert translate("page.open_of", "fr", count=2, **told).startswith(f"2{NBSP}caméras ")
