"""The wire beside an app of ``panel serve``: ``panel serve ... --plugins camrec.web.plugin``.

What Panel serves by itself stands behind the same guard.
"""

from camrec.station import shared
from camrec.web import Desk, install, routes_of

_desk = Desk.of(shared())
ROUTES = routes_of(_desk)
install(_desk.guard, _desk.station.config)
