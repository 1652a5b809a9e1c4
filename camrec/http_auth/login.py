"""Logs in to a camera: decides which challenge to answer, and when to give up."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from camrec.http_auth.basic import BasicAuth
from camrec.http_auth.challenge import Challenge, parse_challenges
from camrec.http_auth.digest import DigestAuth
from camrec.redaction import Credential

MAX_CHALLENGES = 3  # answered in a row for one request; after more, a camera may lock an account
MAX_REFUSED_DIGESTS = 1  # if the camera rejects more kinds of digest, the password is wrong


class HttpLogin:
    """Uses one credential for any number of requests to one camera.

    scheme : how the next request is authorized; None: not at all, before the first challenge.

    Parameters
    ----------
    basic_first
        Whether the first request uses Basic, before the camera sends a challenge.
    """

    def __init__(self, credential: Credential, *, basic_first: bool = False) -> None:
        self._credential = credential
        self._refused: set[tuple[str, bool]] = set()
        self.scheme: BasicAuth | DigestAuth | None = BasicAuth(credential) if basic_first else None

    def authorization(self, method: str, uri: str) -> str | None:
        """Return the Authorization header of the next request; None if it needs none."""
        return self.scheme.authorization(method, uri) if self.scheme is not None else None

    def accept_challenge(self, lines: Sequence[str]) -> bool:
        """Read the ``WWW-Authenticate`` lines of a 401. Returns whether another request may help.

        It does not help if the camera has already rejected the same kind of login: then the
        password is wrong. If a camera offers several digests and rejects the strongest, one more is
        tried, because some cameras offer algorithms that they do not support.
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
        """Return the digests that camrec supports, the strongest first."""
        found: list[DigestAuth] = []
        for challenge in challenges:
            if challenge.scheme == "digest":
                with contextlib.suppress(ValueError):
                    found.append(DigestAuth(challenge, self._credential))
        return sorted(found, key=lambda each: each.strength, reverse=True)
