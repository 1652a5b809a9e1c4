"""Sends HTTP requests with a token, without proxies and logins from the environment.

`requests` uses ``http_proxy``, and replaces the Authorization header with a login from ``~/.netrc``
if there is one for the host. In both cases another program would get the token.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import requests

# These variables only say which certificates are trusted, so they are used.
CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def request(
    method: str,
    url: str,
    *,
    timeout: float | tuple[float, float],
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    json: object = None,
    stream: bool = False,
) -> requests.Response:
    """Send a request to the host of `url` itself, with these headers only.

    The other parameters are those of ``requests.request``. Redirects are not followed. Raises
    requests.RequestException.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_bundle() or True
        return session.request(
            method,
            url,
            auth=_keep_request,
            allow_redirects=False,
            timeout=timeout,
            headers=headers,
            data=data,
            json=json,
            stream=stream,
        )


def ca_bundle() -> str | None:
    """The file of trusted certificates in the environment; None: those of `requests`."""
    return next(filter(None, (os.environ.get(name) for name in CA_BUNDLE_VARIABLES)), None)


def default_ca_bundle() -> str:
    """The file of certificates that `requests` trusts."""
    return str(requests.utils.DEFAULT_CA_BUNDLE_PATH)


def _keep_request(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authentication that changes nothing, so that `requests` uses no login in the address."""
    return prepared
