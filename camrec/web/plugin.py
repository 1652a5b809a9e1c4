"""The wire beside an app of ``panel serve``: ``panel serve ... --plugins camrec.web.plugin``."""

from camrec.station import shared
from camrec.web import routes

ROUTES = routes(shared())
