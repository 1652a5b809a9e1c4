"""Every code in the source has its text in both catalogues, with its facts."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args

import pytest

from camrec.alerts.webhook_post import WebhookAnswerCode
from camrec.binaries.check import BinaryOrigin
from camrec.i18n import LANGUAGES, Phrase, PhraseList, catalogue
from camrec.planning.occurrence_reason import OccurrenceReasonKind
from camrec.planning.plan import Weekday
from camrec.planning.plan_calendar import CalendarState
from camrec.planning.plan_state import DelayReason
from camrec.process import ProcessState
from camrec.receipt import EndReason
from camrec.recording import RecordingState
from camrec.session import SessionState
from support.source import MODULES, PACKAGE, nodes

KINDS = {
    "RecordingWarning.of": "warnings",
    "Unusable": "binaries",
    "Phrase": "",
    **{
        f"{kind}Error": "errors"
        for kind in (
            "Camrec", "Input", "Access", "NotFound", "Method", "State", "Camera", "Service", "Disk",
        )
    },
}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """Where the source uses a code; `facts` is None if they are passed on as they come."""

    key: str
    facts: frozenset[str] | None
    where: str


@cache
def uses() -> tuple[Use, ...]:
    return tuple(_uses())


def _uses() -> Iterator[Use]:
    for file in MODULES:
        for node in nodes(file):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if not isinstance(node.args[0], ast.Constant):
                continue
            kind = ast.unparse(node.func)
            if kind not in KINDS:
                continue
            given = [each.arg for each in node.keywords]
            facts = None if None in given else frozenset(given)
            prefix = f"{KINDS[kind]}." if KINDS[kind] else ""
            where = f"{file.relative_to(PACKAGE)}:{node.lineno}"
            yield Use(f"{prefix}{node.args[0].value}", facts, where)


def forms(found: object) -> list[str]:
    return list(found.values()) if isinstance(found, dict) else [found]


def facts(found: object) -> set[str]:
    return {
        name for form in forms(found) for _, name, _, _ in string.Formatter().parse(form) if name
    }


def test_both_languages_have_the_same_texts_in_the_same_forms_with_the_same_facts():
    english, french = catalogue("en"), catalogue("fr")
    assert english.keys() == french.keys()
    for key, found in english.items():
        assert type(found) is type(french[key]), key
        assert facts(found) == facts(french[key]), key
        assert all(forms(found)) == all(forms(french[key])), key


def test_every_code_that_the_source_names_has_a_text_and_gives_its_facts():
    assert len({use.key for use in uses()}) > 80
    assert not {f"{use.key} {use.where}" for use in uses() if use.key not in catalogue("en")}
    for use in uses():
        if use.facts is not None:
            missing = facts(catalogue("en")[use.key]) - use.facts
            assert not missing, f"{use.where}: {use.key} lacks {missing}"


SHOWN = set(SessionState) - {SessionState.CLOSED}
# Codes that the source builds from a prefix and a value: all values that exist.
MADE = {
    "videos.ended_": get_args(EndReason),
    "page.proxy_is_": [state.value for state in ProcessState],
    "notebook.recording_": [state.value for state in RecordingState],
    "cli.origin.": get_args(BinaryOrigin),
    "cli.verify.fault.": ("unreadable", "undecodable", "backward", "frames", "sha256"),
    "alerts.tried_": get_args(WebhookAnswerCode),
    "alerts.": [code for code in get_args(WebhookAnswerCode) if code != "received"],
    "alerts.ended_": ("disk", "camera", "error", "crash"),
    "binaries.": ("download", "build", "wait"),
    "cli.plans.day_": get_args(Weekday),
    "plans.state_": get_args(CalendarState),
    "plans.reason_": get_args(OccurrenceReasonKind),
    "plans.lasting_": get_args(DelayReason),
    "web.": ("missing", "unknown", "wrong_type", "bad_value", "too_long", "one_id", "mode"),
    "page.state_": (*(state.value for state in SHOWN), "recording"),
}


@pytest.mark.parametrize("start", MADE)
def test_every_value_that_is_shown_has_its_text(start):
    for language in LANGUAGES:
        assert not [value for value in MADE[start] if f"{start}{value}" not in catalogue(language)]


@pytest.mark.parametrize("prefix", ["errors", "warnings", "reasons"])
def test_every_text_of_a_code_is_used(prefix):
    source = "".join(file.read_text("utf-8") for file in MODULES)
    known = {key.partition(".")[2] for key in catalogue("en") if key.startswith(f"{prefix}.")}
    named = {use.key.partition(".")[2] for use in uses()}
    named |= {code for code in known if f'"{code}"' in source}
    system = {code for code in known if prefix == "reasons" and re.fullmatch(r"e[a-z]{2,}", code)}
    old = {"text"} if prefix == "warnings" else set()
    assert not known - named - system - old


def test_a_phrase_within_a_phrase_is_translated_with_it():
    phrase = Phrase("reasons.not_started", reason=Phrase("reasons.enoent"))
    assert str(phrase) == "it cannot be started (no such file or folder)"
    assert phrase.text("fr") == "il ne peut pas être lancé (fichier ou dossier introuvable)"
    assert phrase == Phrase("reasons.not_started", reason=Phrase("reasons.enoent"))
    assert PhraseList([phrase, phrase]).text("fr") == f"- {phrase.text('fr')}"
