"""Calls the HTTP API of MediaMTX or go2rtc."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

API_USER = "ctl"


class ApiTimeout(ConnectionError):
    """The proxy runs but does not respond."""


class ProxyApi:
    """Sends requests to one proxy on 127.0.0.1, each on its own connection.

    It uses http.client, which logs nothing: a query may contain the address of a camera.

    Parameters
    ----------
    port
        The port of the API.
    password
        The password of `API_USER`.
    timeout
        Seconds to wait for a response.
    """

    def __init__(self, port: int, password: str, timeout: float = 10.0) -> None:
        self.port = port
        self.password = password
        self._timeout = timeout

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> tuple[int, str]:
        """Return status and text of the response.

        Raises
        ------
        ConnectionError
            There is no response (`ApiTimeout`), or it is not HTTP. The text of the error contains
            nothing of the request.
        """
        token = base64.b64encode(f"{API_USER}:{self.password}".encode()).decode()
        target = f"{path}?{urlencode(query)}" if query else path
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self._timeout)
        try:
            connection.request(
                method,
                target,
                None if body is None else json.dumps(body),
                {"Authorization": f"Basic {token}"},
            )
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8", "replace")
        except TimeoutError:
            raise ApiTimeout from None
        except (OSError, HTTPException) as error:
            raise ConnectionError(type(error).__name__) from None
        finally:
            connection.close()
