"""Every word and number of the page, in both languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from camrec import views
from camrec.i18n import LANGUAGES, catalogue, text
from camrec.units import AudioCodec, VideoCodec
from camrec.views.board import CODECS
from camrec.views.bundler import bundle
from camrec.views.component import texts
from camrec.web.schema import AudioFacts

VIEWS = Path(views.__file__).parent
STATIC = VIEWS / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
NBSP = "\u00a0"
ROOMS = ("page", "videos", "warnings")
KEY = re.compile(r"""["'`]((?:page|videos|warnings)\.(?!js\b|css\b|html\b)[a-z_]*)(\$?)""")
# What the page puts together from a beginning and a name, and where the names stand.
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
    """The keys that the code names, and the beginnings of those that it puts together."""
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
def test_apostrophes_are_curly_and_spaces_that_must_not_break_do_not(language):
    for key, found in catalogue(language).items():
        for form in forms(found):
            assert not re.search(r"(\d|\}) (?:s|min|h|fps|i/s|MB|Mo|ms)\b", form), key
            assert "'" not in form, f"{key}: a straight apostrophe"
            if language == "fr":
                told = outside_of_code(form)
                assert not re.search(rf"[^{NBSP}?!][;?!]|[^{NBSP}]:(?=\s|$)| »|« ", told), key


def outside_of_code(form: str) -> str:
    """Without addresses, times and what is to be typed as it stands."""
    typed = r"\w+://\S*|\d\d:\d\d\S*|Authorization: Bearer|Content-Type:|keyring: false"
    return re.sub(typed, "", form)


def test_every_codec_has_a_name_and_may_go_over_the_wire():
    for codec in (*get_args(VideoCodec), *get_args(AudioCodec)):
        assert CODECS[codec]
    for codec in get_args(AudioCodec):
        assert AudioFacts(codec=codec).codec == codec


def test_one_and_many():
    told = {"most": 3, "length": "2 s"}
    assert [text("page.gaps", "en", count=n, **told) for n in (0, 1, 2)] == [
        "0 gaps, 2 s",
        "1 gap, 2 s",
        "2 gaps, 2 s",
    ]
    assert text("page.open_of", "fr", count=0, **told).startswith(f"0{NBSP}caméra ")
    assert text("page.open_of", "fr", count=2, **told).startswith(f"2{NBSP}caméras ")


MEASURES = {
    "en": {
        "size": {0: "0 bytes", 999: "999 bytes", 1500: "2 kB", 394e6: "394 MB", 1.24e9: "1.2 GB"},
        "length": {
            0: "0 s", 12: "12 s", 59.6: "1 min", 60: "1 min", 135: "2 min 15", 3600: "1 h",
            5400: "1 h 30", 35_999: "10 h", 414_000: "115 h", 86_400: "24 h",
        },
        "left": {4.2: "5 s", 61: "2 min", 4667: "1 h 18", 2667: "45 min"},
        "timer": {0: "00:00:00", 751.9: "00:12:31", 90_000: "25:00:00"},
        "duration": {7: "00:07", 300: "05:00", 5400: "01:30:00"},
        "rate": {4_100_000: "4.1 Mbit/s", 0: "0.0 Mbit/s"},
    },
    "fr": {
        "size": {999: "999 octets", 2000: "2 ko", 1.24e9: "1,2 Go", 212.3e9: "212 Go"},
        "rate": {4_100_000: "4,1 Mbit/s"},
    },
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_said_as_people_say_them(language, chromium):
    """The kit's own code, in a browser."""
    with chromium.new_context() as context:
        tab = context.new_page()
        tab.evaluate(f"() => {{ window.kit = {bundle('kit/locale.js')} }}")
        say = "([texts, how, value]) => kit.createLocale(texts)[how](value)"
        spoken = texts(language, "page")
        for how, examples in MEASURES[language].items():
            for value, said in examples.items():
                assert tab.evaluate(say, [spoken, how, value]) == said.replace(" ", NBSP), value
        plural = "([texts, count]) => kit.createLocale(texts).t('page.open_of', {count, most: 3})"
        for count in (0, 1, 2):
            known = text("page.open_of", language, count=count, most=3)
            assert tab.evaluate(plural, [spoken, count]) == known
        unknown = "([texts, ...more]) => kit.createLocale(texts).t('page.nonsense', ...more)"
        assert tab.evaluate(unknown, [spoken]) == "page.nonsense"
        assert tab.evaluate(unknown, [spoken, {}, "otherwise"]) == "otherwise"
