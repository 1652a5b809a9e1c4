"""The strip at the bottom of the page: is everything well, and how long can be recorded."""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.dashboard.component import Component


class StatusBar(Component):
    facts = param.Dict(default={}, doc="The board's `health`.")

    _script: ClassVar[str] = "components/status_bar.js"
