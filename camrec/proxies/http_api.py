"""The HTTP API of a proxy of ours."""

from __future__ import annotations

import base64
import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

API_USER = "ctl"


class ApiTimeout(ConnectionError):
    """It runs, and does not answer."""


class ProxyApi:
    """Calls to one proxy on 127.0.0.1, each on a connection of its own.

    Bare http.client, because it logs nothing: go2rtc takes a camera's credential in the query.
    """

    def __init__(self, port: int, password: str, timeout: float = 10.0) -> None:
        self.port = port
        self.password = password
        self._timeout = timeout

    def call(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: Any = None
    ) -> tuple[int, str]:
        """Status and text of the answer.

        Raises
        ------
        ConnectionError
            It does not answer (`ApiTimeout`), or not as HTTP; its text says nothing of what was
            asked.
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
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except TimeoutError:
            raise ApiTimeout from None
        except (OSError, HTTPException) as error:
            raise ConnectionError(type(error).__name__) from None
        finally:
            connection.close()
