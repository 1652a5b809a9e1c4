"""The page's JavaScript modules are inlined, with the style sheets next to them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from camrec.dashboard import bundler
from camrec.dashboard.component import Component

FILES = {
    "main.js": 'import { twice } from "./kit/numbers.js"\n\nexport const answer = twice(21)\n',
    "kit/numbers.js": (
        "// Numbers.\n"
        'import { one as unit } from "./one.js"\n\n'
        "const answer = 2 * unit\n"
        "/** @param {number} number */\n"
        "export const twice = (number) => answer * number\n"
    ),
    "kit/one.js": "const answer = 1\nexport const one = answer\n",
    "kit/numbers.css": ".number { color: red }\n",
    "main.css": ".main { color: blue }\n",
}


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder of modules in place of the dashboard's; calling it writes a module."""
    monkeypatch.setattr(bundler, "STATIC", tmp_path)
    functions = (bundler.bundle, bundler.styles, bundler.modules, bundler._source)
    for each in functions:
        each.cache_clear()

    def write(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)

    yield write
    for each in functions:
        each.cache_clear()


def run(script: str) -> str:
    """The output of a script in Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node; the page's own tests run the modules in Chromium")
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_bundle_gives_what_its_entry_module_exports(static):
    static(**FILES)
    assert (
        run(f"console.log(Object.entries({bundler.bundle('main.js')}))") == "[ [ 'answer', 42 ] ]"
    )


def test_the_same_name_at_the_top_of_several_modules_does_not_collide(static):
    static(**FILES)
    text = bundler.bundle("main.js")
    assert len(re.findall(r"const answer\b", text)) == 3
    assert run(f"console.log({text}.answer)") == "42"


def test_each_module_is_inlined_once_after_its_imports(static):
    static(**FILES)
    assert bundler.modules("main.js") == ("kit/one.js", "kit/numbers.js", "main.js")
    static(
        **FILES | {"other.js": 'import { one } from "./kit/one.js"\nexport const three = 3 * one\n'}
    )
    static(**{"all.js": 'import { answer } from "./main.js"\nimport { three } from "./other.js"\n'})
    assert bundler.modules("all.js").count("kit/one.js") == 1


def test_comments_on_lines_of_their_own_are_left_out(static):
    static(**FILES)
    assert "//" not in bundler.bundle("main.js")
    assert "@param" not in bundler.bundle("main.js")


def test_style_sheets_follow_their_modules(static):
    static(**FILES)
    assert bundler.styles("main.js") == ".number { color: red }\n\n.main { color: blue }\n"


def test_modules_that_import_each_other_are_rejected(static):
    static(
        **{
            "main.js": 'import { one } from "./one.js"\n',
            "one.js": 'import { two } from "./two.js"\nexport const one = 1\n',
            "two.js": 'import { one } from "./one.js"\nexport const two = 2\n',
        }
    )
    with pytest.raises(ImportError, match=r"import each other: one\.js -> two\.js -> one\.js$"):
        bundler.bundle("main.js")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('import { two } from "./one.js"', "main.js imports two, which one.js does not export"),
        ('import { one } from "./none.js"', "there is no JavaScript module none.js"),
        ('import * as all from "./one.js"', "a statement that is not inlined: import * as all"),
        ('import "./one.js"', "a statement that is not inlined"),
        ("export default 1", "a statement that is not inlined: export default 1"),
        ("export let changing = 1", "a statement that is not inlined: export let changing = 1"),
        ('export { one } from "./one.js"', "a statement that is not inlined"),
    ],
)
def test_a_statement_that_cannot_be_inlined_is_rejected(static, statement, message):
    static(**{"main.js": f"{statement}\n", "one.js": "export const one = 1\n"})
    with pytest.raises(ImportError, match=re.escape(message)):
        bundler.bundle("main.js")


def components() -> list[type[Component]]:
    found = [Component]
    for each in found:
        found += each.__subclasses__()
    return [each for each in found if each._script]


def test_every_component_is_a_bundle_that_exports_render():
    assert len(components()) > 10
    for each in components():
        assert each._esm.startswith("export const { render } = (() => {")
        assert re.search(r"return \{ render \}\n\}\)\(\)\nreturn \$\w+\n\}\)\(\)$", each._esm)
        assert each._stylesheets[0].startswith("/* The tokens")


def test_every_module_and_style_sheet_is_part_of_some_bundle():
    entries = [*(each._script for each in components()), "page.js", "kit/notebook_loader.js"]
    used = {module for entry in entries for module in bundler.modules(entry)}
    files = {path.relative_to(bundler.STATIC) for path in bundler.STATIC.rglob("*.js")}
    assert {file.as_posix() for file in files} == used
    for sheet in bundler.STATIC.rglob("*.css"):
        assert sheet.with_suffix(".js").exists(), f"{sheet} styles no module"
