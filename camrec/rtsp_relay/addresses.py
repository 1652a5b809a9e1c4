"""The addresses of a camera's stream and of its tracks, always on the requested host."""

from __future__ import annotations

import re

from camrec.rtsp_relay.messages import RtspMessage

_ABSOLUTE_URL_PATTERN = re.compile(r"rtsps?://[^/?]*", re.IGNORECASE)
# "192.168.1.10:554/live" and "cam.lan/live", without the scheme.
_SCHEMELESS_URL_PATTERN = re.compile(r"[\w.-]*[.:][\w.:-]*(?=/)|\[[0-9a-fA-F:]+\](?::\d+)?(?=/)")


def url_origin(url: str) -> str:
    """``rtsp://host:port`` of an address; "" if it is none."""
    found = _ABSOLUTE_URL_PATTERN.match(url)
    return found[0] if found else ""


def base_urls(requested: str, description: RtspMessage, control: str) -> list[str]:
    """Addresses where the stream may be controlled, the most likely first.

    Parameters
    ----------
    requested
        The exact address of the DESCRIBE request.
    description
        The response.
    control
        The session's own ``a=control``; "" or ``*`` if it has none.
    """
    headers = [description.value("Content-Base"), description.value("Content-Location")]
    bases = [resolve_url(each, requested) for each in headers if each] + [requested]
    if control not in ("", "*"):
        bases = [_join_url(bases[0], control), *bases]
    bases += [base[:-1] for base in bases if base.endswith("/")]
    return list(dict.fromkeys(bases))


def control_urls(bases: list[str], control: str) -> list[str]:
    """Addresses where a track may be set up, the most likely first."""
    return list(dict.fromkeys(_join_url(base, control) for base in bases))


def resolve_url(url: str, requested: str) -> str:
    """An address that a camera sent, on the requested host: some cameras name internal hosts.

    `url` may have no scheme, or no host.
    """
    url = url.strip()
    if found := _ABSOLUTE_URL_PATTERN.match(url):
        return url_origin(requested) + url[found.end() :]
    if found := _SCHEMELESS_URL_PATTERN.match(url):
        return url_origin(requested) + url[found.end() :]
    return url_origin(requested) + "/" + url.lstrip("/")


def _join_url(base: str, control: str) -> str:
    """Join as cameras mean it: `control` follows the whole base, including its query."""
    if control in ("", "*"):
        return base
    if _ABSOLUTE_URL_PATTERN.match(control):
        return resolve_url(control, base)
    separator = "" if base.endswith("/") or control[0] in "?/" else "/"
    if base.endswith("/") and control.startswith("/"):
        control = control[1:]
    return base + separator + control
