"""HTTP authentication (RFC 7616, RFC 7617) as cameras use it, over HTTP and RTSP."""

from camrec.http_auth.basic import BasicAuth
from camrec.http_auth.challenge import Challenge, parse_challenges
from camrec.http_auth.digest import DigestAuth
from camrec.http_auth.login import MAX_CHALLENGES, HttpLogin

__all__ = [
    "MAX_CHALLENGES",
    "BasicAuth",
    "Challenge",
    "DigestAuth",
    "HttpLogin",
    "parse_challenges",
]
