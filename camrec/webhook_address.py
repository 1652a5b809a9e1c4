"""The address of a webhook: a secret, because whoever knows it can send something there."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from camrec.redaction import Credential

# A shorter path occurs in too many lines of the log to be masked there.
MIN_SECRET_PATH_CHARS = 8
# What is not changed in a path or query that was typed.
_SAFE_CHARS = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class WebhookAddress:
    """Where alerts are sent to. It prints nothing of itself.

    target : path and query.
    authorization : the header for a user and a password in the address; None: there are none.
    """

    is_tls: bool
    host: str = field(repr=False)
    port: int = field(repr=False)
    target: str = field(repr=False)
    authorization: str | None = field(repr=False)

    @property
    def host_header(self) -> str:
        """The host, and the port if it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host.encode("idna").decode()
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"

    @classmethod
    def from_url(cls, url: str) -> WebhookAddress:
        """Raises ValueError, whose text contains nothing of `url`, if alerts cannot go there."""
        try:
            parts = urlsplit(url.strip())
            scheme, host, port = parts.scheme, parts.hostname, parts.port
        except ValueError:
            raise ValueError("no address") from None
        if scheme not in ("http", "https") or not host or not url.strip().isprintable():
            raise ValueError("no address of a webhook")
        try:
            host.encode("idna")
        except UnicodeError:
            raise ValueError("no host") from None
        if port is None:
            port = 443 if scheme == "https" else 80
        authorization = None
        if parts.username is not None or parts.password is not None:
            pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        target = quote(parts.path or "/", _SAFE_CHARS)
        if parts.query:
            target += f"?{quote(parts.query, _SAFE_CHARS)}"
        return cls(scheme == "https", host, port, target, authorization)


def is_webhook_address(url: str) -> bool:
    """Whether alerts can be sent to `url`."""
    try:
        WebhookAddress.from_url(url)
    except ValueError:
        return False
    return True


def mask_webhook(url: str, secret: str) -> tuple[Credential, ...]:
    """Keep address and secret out of all output, as long as the result exists."""
    words = [url, secret]
    try:
        address, parts = WebhookAddress.from_url(url), urlsplit(url.strip())
        words += [address.authorization or "", unquote(parts.password or "")]
        words += [
            each for each in (address.target, parts.path) if len(each) > MIN_SECRET_PATH_CHARS
        ]
    except ValueError:
        pass
    return tuple(Credential("", word) for word in dict.fromkeys(words) if word)
