"""Logging in to a camera: which challenge is answered, and when to stop."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from camrec.http_auth.basic import BasicAuth
from camrec.http_auth.challenge import Challenge, parse_challenges
from camrec.http_auth.digest import DigestAuth
from camrec.redaction import Credential

MAX_CHALLENGES = 3  # in a row that one request answers: a camera may lock an account
MAX_REFUSED_DIGESTS = (
    1  # kinds of digest whose answer was refused, after which the password is wrong
)


class HttpLogin:
    """One credential at one camera, over any number of requests.

    scheme : what the next request is authorised with, None before the first challenge.

    Parameters
    ----------
    basic_first
        Whether the first request has Basic in it already, before a camera asks.
    """

    def __init__(self, credential: Credential, *, basic_first: bool = False) -> None:
        self._credential = credential
        self._refused: set[tuple] = set()
        self.scheme: BasicAuth | DigestAuth | None = BasicAuth(credential) if basic_first else None

    def authorization(self, method: str, uri: str) -> str | None:
        """The Authorization header of the next request, None where it is to have none."""
        return self.scheme.authorization(method, uri) if self.scheme is not None else None

    def accept_challenge(self, lines: Sequence[str]) -> bool:
        """Take the ``WWW-Authenticate`` lines of a 401; whether another request may help.

        It cannot where the same answer was refused before: then the password is wrong. Where a
        camera offers several digests, and refuses the answer to the strongest, one more is tried:
        some offer what they do not know.
        """
        before, challenges = self.scheme, parse_challenges(lines)
        offered = self._digests(challenges)
        if isinstance(before, DigestAuth) and before.request_count <= 1:
            renewed = [each for each in offered if each.stale and each.kind == before.kind]
            if not renewed:
                self._refused.add(before.kind)
            if len(self._refused) > MAX_REFUSED_DIGESTS:
                return False
        digests = [each for each in offered if each.kind not in self._refused]
        if offered and not digests:
            return False
        if digests:
            self.scheme = digests[0]
            return True
        is_basic = not challenges or any(each.scheme == "basic" for each in challenges)
        if not is_basic or isinstance(before, BasicAuth):
            return False
        self.scheme = BasicAuth(self._credential)
        return True

    def _digests(self, challenges: Sequence[Challenge]) -> list[DigestAuth]:
        """Those that we can answer, the strongest first."""
        found = []
        for challenge in challenges:
            if challenge.scheme == "digest":
                with contextlib.suppress(ValueError):
                    found.append(DigestAuth(challenge, self._credential))
        return sorted(found, key=lambda each: each.strength, reverse=True)
