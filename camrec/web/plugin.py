"""Adds the REST API to ``panel serve ... --plugins camrec.web.plugin``.

The guard then checks the requests to Panel's own pages too.
"""

from camrec.station import shared_station
from camrec.web import HandlerContext, install_guard, make_routes

_context = HandlerContext.of(shared_station())
ROUTES = make_routes(_context)
install_guard(_context.guard, _context.station.config)
