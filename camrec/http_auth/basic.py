"""Basic authentication (RFC 7617)."""

from __future__ import annotations

import base64

from camrec.redaction import Credential


class BasicAuth:
    """Sends user and password with each request."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def authorization(self, method: str, uri: str) -> str:
        """Return the value of the Authorization header, which is the same for each request."""
        pair = f"{self._credential.user}:{self._credential.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
