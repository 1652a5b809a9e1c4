"""The page for ``panel serve dashboards/camrec.py --index camrec --plugins camrec.web.plugin``.

The plugin brings camrec's own routes, and has started the station that both share.
"""

from camrec.station import shared
from camrec.views import page

page(shared()).servable(title="camrec")
