"""Digest authentication (RFC 7616, and RFC 2069 where a challenge names no qop)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from functools import partial

from camrec.http_auth.challenge import Challenge
from camrec.redaction import Credential

_HASH_FUNCTIONS: dict[str, Callable] = {
    "MD5": partial(hashlib.md5, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-512-256": partial(hashlib.new, "sha512_256"),
}
_ALGORITHM_ALIASES = {"": "MD5", "SHA256": "SHA-256", "SHA-512/256": "SHA-512-256"}


class DigestAuth:
    """Answers to one challenge, each with its own count.

    Header text is latin-1 on the wire, both ways: what a camera sent is given back byte for byte,
    and user and password are sent as UTF-8.

    algorithm : ``MD5``, ``SHA-256`` or ``SHA-512-256``.
    strength : the larger, the better: by its algorithm, then by what of a request it protects.
    kind : what two challenges have in common that are answered in the same way.
    per_session : whether its ``-sess`` variant is meant.
    request_count : how many were answered.
    stale : whether the challenge says that only the nonce before was too old.

    Parameters
    ----------
    challenge
        A ``digest`` challenge.

    Raises
    ------
    ValueError
        It asks for an algorithm or a qop that we do not know.
    """

    def __init__(self, challenge: Challenge, credential: Credential) -> None:
        name = challenge.value("algorithm").strip().upper()
        self.per_session = name.endswith("-SESS")
        name = name.removesuffix("-SESS")
        self.algorithm = _ALGORITHM_ALIASES.get(name, name)
        qops = set(re.split(r"[\s,]+", challenge.value("qop").lower())) - {""}
        if self.algorithm not in _HASH_FUNCTIONS or (qops and not qops & {"auth", "auth-int"}):
            raise ValueError("unknown kind of digest")
        # auth-int needs the body's hash: our requests have none.
        self.qop = "" if not qops else "auth" if "auth" in qops else "auth-int"
        self.stale = challenge.value("stale").lower() == "true"
        self.request_count = 0
        self.challenge = challenge
        self._realm = challenge.value("realm").encode("latin-1", "replace")
        self._nonce = challenge.value("nonce").encode("latin-1", "replace")
        self._user = credential.user.encode()
        self._password = credential.password.encode()
        self._cnonce = secrets.token_hex(8)
        self._hash(b"")  # not every OpenSSL has each of them
        self.kind = (self.algorithm, self.per_session)
        # Ours are GETs without a body: "auth-int" protects no more, and is answered rarely.
        qop_rank = ("", "auth-int", "auth").index(self.qop)
        self.strength = (list(_HASH_FUNCTIONS).index(self.algorithm), qop_rank, self.per_session)

    def authorization(self, method: str, uri: str) -> str:
        """The Authorization header of a request without a body, `uri` as its first line has it."""
        self.request_count += 1
        count = f"{self.request_count:08x}"
        told = self.challenge.parameters
        fields = [f"username={self._username_field()}", f'realm="{told.get("realm", "")}"']
        fields += [f'nonce="{told.get("nonce", "")}"', f"uri={_quote(uri)}"]
        fields += [f'response="{self._response(method, uri, count)}"']
        if "opaque" in told:
            fields.append(f'opaque="{told["opaque"]}"')
        if told.get("algorithm"):
            fields.append(f"algorithm={told['algorithm']}")
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
