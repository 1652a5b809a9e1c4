"""Where a camera's stream and its tracks are asked for: each address by the asked one's host."""

from __future__ import annotations

import re

from camrec.rtsp_relay.messages import Message

_ABSOLUTE = re.compile(r"rtsps?://[^/?]*", re.IGNORECASE)
# "192.168.1.10:554/live" and "cam.lan/live", where a scheme should stand.
_HOST_FIRST = re.compile(r"[\w.-]*[.:][\w.:-]*(?=/)|\[[0-9a-fA-F:]+\](?::\d+)?(?=/)")


def authority(url: str) -> str:
    """``rtsp://host:port`` of an address."""
    found = _ABSOLUTE.match(url)
    return found[0] if found else ""


def base_urls(asked: str, description: Message, control: str) -> list[str]:
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
    bases = [resolved(each, asked) for each in told if each] + [asked]
    if control not in ("", "*"):
        bases = [_joined(bases[0], control), *bases]
    bases += [base[:-1] for base in bases if base.endswith("/")]
    return list(dict.fromkeys(bases))


def control_urls(bases: list[str], control: str) -> list[str]:
    """Where one track is set up, most likely first."""
    return list(dict.fromkeys(_joined(base, control) for base in bases))


def resolved(told: str, asked: str) -> str:
    """An address that a camera told, at the host that was asked: cameras name inner ones.

    It may lack the scheme, or the host.
    """
    told = told.strip()
    if found := _ABSOLUTE.match(told):
        return authority(asked) + told[found.end() :]
    if found := _HOST_FIRST.match(told):
        return authority(asked) + told[found.end() :]
    return authority(asked) + "/" + told.lstrip("/")


def _joined(base: str, control: str) -> str:
    """As cameras mean it: behind the whole base, its query too."""
    if control in ("", "*"):
        return base
    if _ABSOLUTE.match(control):
        return resolved(control, base)
    separator = "" if base.endswith("/") or control[0] in "?/" else "/"
    if base.endswith("/") and control.startswith("/"):
        control = control[1:]
    return base + separator + control
