"""The lines above the cameras: all are open, the page has lost camrec; on a phone, Record all."""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.dashboard.component import Component


class Banner(Component):
    full = param.Boolean(default=False, doc="No further camera may be opened.")
    open = param.Integer(default=0)
    most = param.Integer(default=3)
    recordable = param.Integer(default=0, doc="Cameras that deliver and are not being recorded.")

    _script: ClassVar[str] = "components/banner.js"
