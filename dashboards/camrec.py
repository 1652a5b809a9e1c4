"""The page for ``panel serve dashboards/camrec.py --index camrec --plugins camrec.web.plugin``.

The plugin brings camrec's own routes, and has started the station that both share.
"""

from camrec.dashboard import page
from camrec.station import shared

page(shared()).servable(title="camrec")
