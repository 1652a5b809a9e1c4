"""HTTP requests that carry a token, made without asking the environment for advice.

`requests` by itself follows ``http_proxy`` and replaces an Authorization header by what
``~/.netrc`` knows of the host: either way the token would go to another program.
"""

from __future__ import annotations

import os
from typing import Any

import requests

# Whose certificates are trusted may be told; it leads nothing elsewhere.
CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def request(method: str, url: str, **more: Any) -> requests.Response:
    """As ``requests.request``, to the host of `url` itself and with the given headers only.

    Redirects are not followed. Raises requests.RequestException.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_bundle() or True
        return session.request(method, url, auth=_keep_request, allow_redirects=False, **more)


def ca_bundle() -> str | None:
    """The file of trusted certificates that the environment names; None: the usual ones."""
    return next(filter(None, (os.environ.get(name) for name in CA_BUNDLE_VARIABLES)), None)


def _keep_request(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from taking a login out of the address."""
    return prepared
