"""Digest authentication (RFC 7616, and RFC 2069 if a challenge has no qop)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Protocol

from camrec.http_auth.challenge import Challenge
from camrec.redaction import Credential


class _Hash(Protocol):
    def hexdigest(self) -> str: ...


_HASH_FUNCTIONS: dict[str, Callable[[bytes], _Hash]] = {
    "MD5": partial(hashlib.md5, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-512-256": partial(hashlib.new, "sha512_256"),
}
_ALGORITHM_ALIASES = {"": "MD5", "SHA256": "SHA-256", "SHA-512/256": "SHA-512-256"}


class DigestAuth:
    """Answers one challenge, for any number of requests.

    Header text is latin-1 in both directions: the camera's values are sent back unchanged. User and
    password are sent as UTF-8.

    algorithm : ``MD5``, ``SHA-256`` or ``SHA-512-256``.
    strength : sorts digests from weak to strong: by algorithm, then by qop and `per_session`.
    kind : the algorithm and `per_session`. A camera that rejects one login of a kind rejects all.
    per_session : whether it is the ``-sess`` variant of the algorithm.
    request_count : how many requests were authorized.
    stale : whether the challenge says that only the previous nonce was too old.

    Parameters
    ----------
    challenge
        A ``digest`` challenge.

    Raises
    ------
    ValueError
        The challenge requires an unknown algorithm or qop.
    """

    def __init__(self, challenge: Challenge, credential: Credential) -> None:
        name = challenge.value("algorithm").strip().upper()
        self.per_session = name.endswith("-SESS")
        name = name.removesuffix("-SESS")
        self.algorithm = _ALGORITHM_ALIASES.get(name, name)
        qops = set(re.split(r"[\s,]+", challenge.value("qop").lower())) - {""}
        if self.algorithm not in _HASH_FUNCTIONS or (qops and not qops & {"auth", "auth-int"}):
            raise ValueError("unknown kind of digest")
        # auth-int also hashes the body, which requests of camrec do not have.
        self.qop = "" if not qops else "auth" if "auth" in qops else "auth-int"
        self.stale = challenge.value("stale").lower() == "true"
        self.request_count = 0
        self.challenge = challenge
        self._realm = challenge.value("realm").encode("latin-1", "replace")
        self._nonce = challenge.value("nonce").encode("latin-1", "replace")
        self._user = credential.user.encode()
        self._password = credential.password.encode()
        self._cnonce = secrets.token_hex(8)
        self._hash(b"")  # raises ValueError if OpenSSL does not have the algorithm
        self.kind = (self.algorithm, self.per_session)
        # Without a body auth-int protects no more than auth, and fewer cameras support it.
        qop_rank = ("", "auth-int", "auth").index(self.qop)
        self.strength = (list(_HASH_FUNCTIONS).index(self.algorithm), qop_rank, self.per_session)

    def authorization(self, method: str, uri: str) -> str:
        """Return the Authorization header of a request without a body.

        uri : as in the first line of the request.
        """
        self.request_count += 1
        count = f"{self.request_count:08x}"
        parameters = self.challenge.parameters
        fields = [f"username={self._username_field()}", f'realm="{parameters.get("realm", "")}"']
        fields += [f'nonce="{parameters.get("nonce", "")}"', f"uri={_quote(uri)}"]
        fields += [f'response="{self._response(method, uri, count)}"']
        if "opaque" in parameters:
            fields.append(f'opaque="{parameters["opaque"]}"')
        if parameters.get("algorithm"):
            fields.append(f"algorithm={parameters['algorithm']}")
        if self.qop:
            fields += [f"qop={self.qop}", f"nc={count}"]
        if self.qop or self.per_session:
            fields.append(f'cnonce="{self._cnonce}"')
        if self._uses_userhash:
            fields.append("userhash=true")
        return "Digest " + ", ".join(fields)

    @property
    def _uses_userhash(self) -> bool:
        return self.challenge.value("userhash").lower() == "true"

    def _username_field(self) -> str:
        if self._uses_userhash:
            return f'"{self._hash(self._user + b":" + self._realm)}"'
        return _quote(self._user.decode("latin-1"))

    def _response(self, method: str, uri: str, count: str) -> str:
        first = self._hash(b":".join((self._user, self._realm, self._password)))
        if self.per_session:
            first = self._hash(b":".join((first.encode(), self._nonce, self._cnonce.encode())))
        request = f"{method}:{uri}".encode("latin-1", "replace")
        if self.qop == "auth-int":
            request += b":" + self._hash(b"").encode()
        middle = [self._nonce]
        if self.qop:
            middle += [count.encode(), self._cnonce.encode(), self.qop.encode()]
        return self._hash(b":".join((first.encode(), *middle, self._hash(request).encode())))

    def _hash(self, data: bytes) -> str:
        return _HASH_FUNCTIONS[self.algorithm](data).hexdigest()


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
