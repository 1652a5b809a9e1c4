"""What axe-core finds on a page."""

from __future__ import annotations

import json

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

AXE = AXE_FILE_PATH.read_text("utf-8")
GRAVE = ("serious", "critical")


def faults(page: Page, *rules: str) -> list[str]:
    """What axe-core calls serious or critical, by `rules` or by all, each with its place."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    only = {"runOnly": list(rules)} if rules else {}
    found = page.evaluate("how => axe.run(how)", {"resultTypes": ["violations"], **only})
    assert found["passes"], "it has looked at something"
    return [
        f"{fault['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
