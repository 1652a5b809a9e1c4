"""The banner above the cameras.

It says that no further camera may be opened, or that camrec does not answer. On a phone it also has
the Record all button.
"""

from __future__ import annotations

from typing import ClassVar

import param

from camrec.dashboard.component import Component


class Banner(Component):
    full = param.Boolean(default=False, doc="No further camera may be opened.")
    open = param.Integer(default=0, doc="Cameras that are open.")
    most = param.Integer(default=3, doc="Cameras that may be open.")
    recordable = param.Integer(default=0, doc="Live cameras that are not being recorded.")

    _script: ClassVar[str] = "components/banner.js"
