"""What the documentation says is compared with the code."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import get_args

import pytest
import yaml

from camrec.config import Config
from camrec.i18n import catalogue
from camrec.planning.occurrence_reason import OccurrenceReasonKind

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_settings_page_shows_every_setting_with_its_default(tmp_path):
    block = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/settings.md").read_text("utf-8"), re.S)[1]
    assert set(yaml.safe_load(block)) == set(Config.param) - {"name"}
    file = tmp_path / "config.yaml"
    file.write_text(block, "utf-8")
    shown, default = Config.load(file), Config()
    for key in yaml.safe_load(block):
        value = getattr(shown, key)
        if key in ("bin_dir", "videos_dir"):
            value = value.relative_to(tmp_path)
        assert value == getattr(default, key), key


def test_every_example_of_the_settings_page_can_be_used(tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/settings.md").read_text("utf-8"), re.S)
    file = tmp_path / "config.yaml"
    assert any("\\" in block for block in blocks), "there is one with Windows paths"
    for block in blocks:
        file.write_text(block, "utf-8")
        Config.load(file)


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    for requirement in project["dependencies"] + project["optional-dependencies"]["data"]:
        name = re.match(r"[\w.-]+", requirement)[0]
        assert re.search(rf"^\| {re.escape(name)} \| .+ \|$", page, re.M), name
    for requirement in project["optional-dependencies"]["test"]:
        name = re.match(r"[\w.-]+", requirement)[0]
        assert f"`{name}`" in page or name == "camrec", name


def test_conda_brings_what_pip_brings():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    *entries, by_pip = entries
    brought = {re.match(r"[\w.-]+", each)[0] for each in [*entries, *by_pip["pip"]]}
    wanted = {re.match(r"[\w.-]+", each)[0] for each in project["dependencies"]}
    assert wanted <= brought


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_documentation_pages_has_a_target(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_table_row_of_an_invariant_names_a_test_that_exists():
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    page += (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    assert len(named) >= 10
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), f"{file}::{test}"


def test_the_timing_page_names_what_is_in_the_code():
    page = (ROOT / "docs/timing.md").read_text("utf-8")
    sources = {each: each.read_text("utf-8") for each in (ROOT / "camrec").rglob("*.py")}
    for path in re.findall(r"`([\w/]+\.py)`", page):
        assert ROOT / "camrec" / path in sources, path
    for name, attribute in re.findall(r"`([A-Z]\w+)(?:\.(\w+))?`", page):
        text = next(each for each in sources.values() if re.search(rf"^class {name}\b", each, re.M))
        assert re.search(rf"\b{attribute or name}\b", text), f"{name}.{attribute}"


def test_every_warning_of_a_receipt_has_its_row_with_its_facts():
    page = (ROOT / "docs/recordings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", page, re.M))
    for key, found in catalogue("en").items():
        room, _, code = key.partition(".")
        if room == "warnings":
            forms = found.values() if isinstance(found, dict) else [found]
            facts = set(re.findall(r"{(\w+)}", " ".join(forms)))
            assert set(re.findall(r"`(\w+)`", rows[code])) == facts, key


def test_the_wire_page_lists_the_codes_of_alerts_and_of_reasons():
    page = (ROOT / "docs/wire.md").read_text("utf-8")
    listed = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| `.*$", page, re.M))))
    alerts = {
        code
        for room, _, code in (key.partition(".") for key in catalogue("en"))
        if room == "alerts" and not code.startswith("tried_")
    }
    assert alerts - {"a_camera", "test"} <= listed
    assert _values(OccurrenceReasonKind) - {"failed"} <= listed  # that one has an error's code


def _values(literal) -> set[str]:
    found = set()
    for each in get_args(literal):
        found |= _values(each) if get_args(each) else {each}
    return found


codes = runpy.run_path(str(ROOT / "docs/codes.py"))


def test_every_code_of_an_error_has_its_row_and_the_title_that_the_page_shows():
    """`python docs/codes.py` generates the last table."""
    page = (ROOT / "docs/troubleshooting.md").read_text("utf-8")
    assert page == codes["page"]()
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.M)
    texts = catalogue("en")
    known = {key.partition(".")[2] for key in texts if key.startswith("errors.")}
    assert sorted(code for code, _ in rows if code in known) == sorted(known)
    titles = {code: row.split(" | ")[0] for code, row in rows}
    for code in known:
        if own := texts.get(f"page.failed_{code}"):
            assert titles[code] == own.partition("\n")[0]


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("LISEZMOI.md", "fr")])
def test_the_readme_names_the_field_of_a_camera_that_stays_as_the_page_does(page, language):
    text, texts = (ROOT / page).read_text("utf-8"), catalogue(language)
    for key in ("page.stays", "page.more_fields"):
        assert f"**{texts[key]}**" in text
