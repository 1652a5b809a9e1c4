"""Removes from a report what must stay private: credentials, cookies, hosts and addresses."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, unquote

from camrec.camera_address import CameraAddress
from camrec.redaction import MIN_SECRET_CHARS, mask_words, redact

PLACEHOLDER_HOST = "camera.invalid"
_AUTHORIZATION_HEADER_PATTERN = re.compile(
    rb"(?im)^(?P<name>(?:proxy-)?authorization[ \t]*:[ \t]*(?:basic|digest|bearer)?)[^\r\n]*"
)
_COOKIE_HEADER_PATTERN = re.compile(rb"(?im)^(?P<name>(?:set-)?cookie[ \t]*:)[^\r\n]*")
_COOKIE_PAIR_PATTERN = re.compile(rb"(?P<name>[\w.!#$%&'*+^`|~-]+)=(?P<value>[^;,\s]*)")
_COOKIE_ATTRIBUTES = (b"path", b"domain", b"expires", b"max-age", b"samesite", b"secure")
_IPV4_PATTERN = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_IPV6_PATTERN = re.compile(
    r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?:%\w+)?(?![\w:.])"
)
_CONTENT_LENGTH_LINE_PATTERN = re.compile(rb"(?im)^(content-length[ \t]*:[ \t]*)\d+")
_HEAD_END_PATTERN = re.compile(rb"\r?\n\r?\n")


class Redactor:
    """Redacts the texts and the media of one report.

    An IP address becomes the same placeholder everywhere: 192.0.2.1, 192.0.2.2, ... If the camera's
    host is a name, it becomes `PLACEHOLDER_HOST`. Loopback and multicast addresses and 0.0.0.0
    identify nobody, so they stay.
    """

    def __init__(self, source: CameraAddress) -> None:
        self._secrets = set(source.secrets())
        self._host = source.host
        self._placeholders: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Redact a text, such as a log."""
        found = mask_words(redact(text), self._secrets)
        if not _is_ip_address(self._host):
            whole = rf"(?i)(?<![\w.-]){re.escape(self._host)}(?![\w-]|\.\w)"
            found = re.sub(whole, PLACEHOLDER_HOST, found)
        found = _IPV4_PATTERN.sub(lambda each: self._placeholder_for(each[0]), found)
        return _IPV6_PATTERN.sub(lambda each: self._placeholder_for(each[0]), found)

    def learn(self, data: bytes) -> None:
        """Remember the cookies in a request, response or part, to redact them everywhere."""
        for line in _COOKIE_HEADER_PATTERN.finditer(data):
            for pair in _COOKIE_PAIR_PATTERN.finditer(line[0], len(line["name"])):
                value = pair["value"].decode("latin-1").strip('"')
                if (
                    pair["name"].lower() not in _COOKIE_ATTRIBUTES
                    and len(value) >= MIN_SECRET_CHARS
                ):
                    self._secrets |= {value, unquote(value), quote(value, safe="")}

    def message(self, data: bytes) -> bytes:
        """Redact a request or a response, and correct its Content-Length."""
        data = _AUTHORIZATION_HEADER_PATTERN.sub(rb"\g<name> ***", data)
        data = _COOKIE_HEADER_PATTERN.sub(_mask_cookie, data)
        data = self.text(data.decode("latin-1")).encode("latin-1", "replace")
        head = _HEAD_END_PATTERN.search(data)
        if head is None:
            return data
        length = b"%d" % (len(data) - head.end())
        body = data[head.end() :]
        if not body:
            return data
        return (
            _CONTENT_LENGTH_LINE_PATTERN.sub(lambda each: each[1] + length, data[: head.end()])
            + body
        )

    def media(self, data: bytes) -> bytes:
        """Redact media without changing its length. It may contain text, such as a part's headers.

        Words of fewer than `MIN_SECRET_CHARS` bytes stay, because they occur in any video.
        """
        words = {word.encode() for word in (*self._secrets, self._host)}
        for word in sorted(words, key=len, reverse=True):
            if len(word) >= MIN_SECRET_CHARS:
                data = data.replace(word, b"*" * len(word))
        return data

    def _placeholder_for(self, address: str) -> str:
        if not _is_ip_address(address):
            return address
        known = ipaddress.ip_address(address.partition("%")[0])
        if known.is_loopback or known.is_unspecified or known.is_multicast:
            return address
        if address not in self._placeholders:
            self._placeholders[address] = _placeholder(known.version, len(self._placeholders) + 1)
        return self._placeholders[address]


def _placeholder(version: int, number: int) -> str:
    """Return the address number 1, 2, ... of those that no device has (RFC 5737, 2544, 3849)."""
    if version == 6:
        return str(ipaddress.IPv6Address("2001:db8::") + number)
    network = "192.0.2.0" if number < 255 else "198.18.0.0"
    return str(ipaddress.IPv4Address(network) + number)


def _mask_cookie(found: re.Match[bytes]) -> bytes:
    def mask(pair: re.Match[bytes]) -> bytes:
        keeps = pair["name"].lower() in _COOKIE_ATTRIBUTES
        return pair[0] if keeps else pair["name"] + b"=***"

    head = len(found["name"])
    return found[0][:head] + _COOKIE_PAIR_PATTERN.sub(mask, found[0][head:])


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
