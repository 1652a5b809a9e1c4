"""The source contains no key, token or password of anybody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSED_OVER = {".git", "bin", "videos", "__pycache__", ".pytest_cache", ".ruff_cache", "build"}
PASSED_OVER |= {"node_modules", ".mypy_cache", ".hypothesis", ".venv"}
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}",
    "an AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40}",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a PyPI token": r"\bpypi-[A-Za-z0-9_-]{50}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.",
    "a login in an address": r"https?://[\w.-]+:[^\s@/\"'{}<>*]{8,}@(?!127\.|localhost|\w+[./:\"'\s])",
}


def found(text: str) -> set[str]:
    return {what for what, pattern in SECRETS.items() if re.search(pattern, text)}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-----BEGIN RSA PRIVATE " + "KEY-----\n" + "A" * 64, "a private key"),
        ("key = 'AKIA" + "ABCDEFGHIJKLMNOP'", "an AWS key"),
        ("ghp_" + "a1" * 18, "a GitHub token"),
        ("pypi-" + "A" * 60, "a PyPI token"),
    ],
)
def test_the_scan_finds_a_secret_of_each_kind(text, what):
    assert found(text) == {what}


def test_no_secret_is_in_the_source():
    seen, told = 0, {}
    for path in ROOT.rglob("*"):
        if path.is_file() and not PASSED_OVER & set(path.relative_to(ROOT).parts):
            seen += 1
            if what := found(path.read_bytes().decode("utf-8", "replace")):
                told[str(path.relative_to(ROOT))] = what
    assert told == {}
    assert seen > 200
