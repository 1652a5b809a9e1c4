"""Where a camera's stream and its tracks are asked for: each address by the asked one's host."""

from __future__ import annotations

import re

from camrec.rtsp_relay.messages import RtspMessage

_ABSOLUTE_URL_PATTERN = re.compile(r"rtsps?://[^/?]*", re.IGNORECASE)
# "192.168.1.10:554/live" and "cam.lan/live", where a scheme should stand.
_SCHEMELESS_URL_PATTERN = re.compile(r"[\w.-]*[.:][\w.:-]*(?=/)|\[[0-9a-fA-F:]+\](?::\d+)?(?=/)")


def url_origin(url: str) -> str:
    """``rtsp://host:port`` of an address."""
    found = _ABSOLUTE_URL_PATTERN.match(url)
    return found[0] if found else ""


def base_urls(asked: str, description: RtspMessage, control: str) -> list[str]:
    """Where the stream is controlled, most likely first.

    Parameters
    ----------
    asked
        The address of the DESCRIBE, to the letter.
    description
        Its answer.
    control
        The session's own ``a=control``, "" or ``*`` where it names none.
    """
    told = [description.value("Content-Base"), description.value("Content-Location")]
    bases = [resolve_url(each, asked) for each in told if each] + [asked]
    if control not in ("", "*"):
        bases = [_join_url(bases[0], control), *bases]
    bases += [base[:-1] for base in bases if base.endswith("/")]
    return list(dict.fromkeys(bases))


def control_urls(bases: list[str], control: str) -> list[str]:
    """Where one track is set up, most likely first."""
    return list(dict.fromkeys(_join_url(base, control) for base in bases))


def resolve_url(told: str, asked: str) -> str:
    """An address that a camera told, at the host that was asked: cameras name inner ones.

    It may lack the scheme, or the host.
    """
    told = told.strip()
    if found := _ABSOLUTE_URL_PATTERN.match(told):
        return url_origin(asked) + told[found.end() :]
    if found := _SCHEMELESS_URL_PATTERN.match(told):
        return url_origin(asked) + told[found.end() :]
    return url_origin(asked) + "/" + told.lstrip("/")


def _join_url(base: str, control: str) -> str:
    """As cameras mean it: behind the whole base, its query too."""
    if control in ("", "*"):
        return base
    if _ABSOLUTE_URL_PATTERN.match(control):
        return resolve_url(control, base)
    separator = "" if base.endswith("/") or control[0] in "?/" else "/"
    if base.endswith("/") and control.startswith("/"):
        control = control[1:]
    return base + separator + control
