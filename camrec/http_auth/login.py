"""Logging in to a camera: which challenge is answered, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.http_auth.basic import BasicAuth
from camrec.http_auth.challenge import Challenge, parse_challenges
from camrec.http_auth.digest import DigestAuth
from camrec.redaction import Credential

MOST_CHALLENGES = 3  # in a row that one request answers: a camera may lock an account


class Login:
    """One credential at one camera, over any number of requests.

    scheme : what the next request is authorised with, None before the first challenge.

    Parameters
    ----------
    basic_first
        Whether the first request has Basic in it already, before a camera asks.
    """

    def __init__(self, credential: Credential, *, basic_first: bool = False) -> None:
        self._credential = credential
        self.scheme: BasicAuth | DigestAuth | None = BasicAuth(credential) if basic_first else None

    def authorization(self, method: str, uri: str) -> str | None:
        """The Authorization header of the next request, None where it is to have none."""
        return self.scheme.authorization(method, uri) if self.scheme is not None else None

    def challenged(self, lines: Sequence[str]) -> bool:
        """Take the ``WWW-Authenticate`` lines of a 401; whether another request may help.

        It cannot where the same answer was refused before: then the password is wrong.
        """
        before, found = self.scheme, self._choose(parse_challenges(lines))
        if found is None:
            return False
        if isinstance(found, BasicAuth) and isinstance(before, BasicAuth):
            return False
        both = isinstance(found, DigestAuth) and isinstance(before, DigestAuth)
        if both and before.requests <= 1 and not found.stale:
            return False
        self.scheme = found
        return True

    def _choose(self, challenges: Sequence[Challenge]) -> BasicAuth | DigestAuth | None:
        """The first Digest that we can answer, else Basic; that also where nothing is named."""
        for challenge in challenges:
            if challenge.scheme == "digest":
                try:
                    return DigestAuth(challenge, self._credential)
                except ValueError:
                    continue
        basic = not challenges or any(each.scheme == "basic" for each in challenges)
        return BasicAuth(self._credential) if basic else None
