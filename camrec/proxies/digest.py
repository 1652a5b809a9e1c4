"""Logging in with Digest: RFC 7616, of which go2rtc knows the MD5 part."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from functools import partial
from urllib.request import parse_http_list, parse_keqv_list

from camrec.sources import Credential

_HASHES = {
    "MD5": partial(hashlib.md5, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
}


class Digest:
    """Answers to one challenge, each with its own count."""

    def __init__(self, challenge: str, credential: Credential) -> None:
        """Raises ValueError where the challenge is none that we can answer."""
        told = parse_keqv_list(parse_http_list(challenge.partition(" ")[2]))
        self._told = {key.lower(): value for key, value in told.items()}
        self._credential = credential
        self.algorithm = self._told.get("algorithm", "MD5").upper()
        ways = [way.strip() for way in self._told.get("qop", "").split(",")]
        if self.algorithm not in _HASHES or not {"", "auth"} & set(ways):
            raise ValueError("unknown kind of digest")
        self._counted = "auth" in ways
        self._count = 0

    @property
    def simple(self) -> bool:
        """Whether go2rtc could answer it too."""
        return self.algorithm == "MD5" and self._told.get("qop", "") in ("", "auth")

    def answer(self, target: str) -> str:
        """The Authorization header of a GET."""
        realm, nonce = self._told.get("realm", ""), self._told.get("nonce", "")
        user = self._credential.user
        first = self._hash(f"{user}:{realm}:{self._credential.password}")
        second = self._hash(f"GET:{target}")
        fields = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
        if self._counted:
            self._count += 1
            count, client = f"{self._count:08x}", secrets.token_hex(8)
            response = self._hash(f"{first}:{nonce}:{count}:{client}:auth:{second}")
            rest = f", qop=auth, nc={count}, cnonce={_quoted(client)}"
        else:
            response, rest = self._hash(f"{first}:{nonce}:{second}"), ""
        fields["response"] = response
        if "opaque" in self._told:
            fields["opaque"] = self._told["opaque"]
        if "algorithm" in self._told:
            rest += f", algorithm={self.algorithm}"
        return "Digest " + ", ".join(f"{k}={_quoted(v)}" for k, v in fields.items()) + rest

    def _hash(self, text: str) -> str:
        return _HASHES[self.algorithm](text.encode()).hexdigest()


def chosen(challenges: Sequence[str], credential: Credential) -> Digest | None:
    """The first of a camera's challenges that we can answer; None where there is none."""
    for challenge in challenges:
        if challenge.lower().startswith("digest "):
            try:
                return Digest(challenge, credential)
            except ValueError:
                continue
    return None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
