"""The wire beside an app of ``panel serve``: ``panel serve ... --plugins camrec.web.plugin``.

What Panel serves by itself stands behind the same guard.
"""

from camrec.station import shared_station
from camrec.web import HandlerContext, install_guard, make_routes

_desk = HandlerContext.of(shared_station())
ROUTES = make_routes(_desk)
install_guard(_desk.guard, _desk.station.config)
