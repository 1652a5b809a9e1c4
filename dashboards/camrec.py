"""The page for ``panel serve dashboards/camrec.py --index camrec --plugins camrec.web.plugin``.

The plugin brings camrec's own routes, and has started the station that both share.
"""

from camrec.dashboard import make_page
from camrec.station import shared_station

make_page(shared_station()).servable(title="camrec")
