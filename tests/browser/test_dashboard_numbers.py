"""Numbers as the page formats them: the kit's own code, in a browser."""

from __future__ import annotations

import pytest

from camrec.dashboard.bundler import bundle
from camrec.dashboard.component import catalogue_texts
from camrec.i18n import LANGUAGES, translate

pytestmark = pytest.mark.browser

NBSP = "\u00a0"
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_formatted_for_the_language(language, chromium):
    """Numbers are formatted as people say them."""
    with chromium.new_context() as context:
        tab = context.new_page()
        tab.evaluate(f"() => {{ window.kit = {bundle('kit/locale.js')} }}")
        say = "([texts, how, value]) => kit.createLocale(texts)[how](value)"
        spoken = catalogue_texts(language, "page")
        for how, examples in MEASURES[language].items():
            for value, said in examples.items():
                assert tab.evaluate(say, [spoken, how, value]) == said.replace(" ", NBSP), value
        plural = "([texts, count]) => kit.createLocale(texts).t('page.open_of', {count, most: 3})"
        for count in (0, 1, 2):
            known = translate("page.open_of", language, count=count, most=3)
            assert tab.evaluate(plural, [spoken, count]) == known
        unknown = "([texts, ...more]) => kit.createLocale(texts).t('page.nonsense', ...more)"
        assert tab.evaluate(unknown, [spoken]) == "page.nonsense"
        assert tab.evaluate(unknown, [spoken, {}, "otherwise"]) == "otherwise"
