"""The bar at the bottom of the page: problems, and how long the cameras can still be recorded."""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.dashboard.component import Component


class StatusBar(Component):
    facts = param.Dict(default={}, doc="The state's `StatusFields`.")

    _script: ClassVar[str] = "components/status_bar.js"
