"""Cameras that answer on the network (ONVIF's WS-Discovery); they are asked only by a call."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from camrec.camera_address import MAX_NAME_CHARS, parse_address
from camrec.compat import create_discovery
from camrec.errors import CamrecError, ServiceError, describe_os_error

DISCOVERY_DURATION_S = (
    3.0  # in which cameras answer: the protocol lets them wait for half a second, twice
)
ONVIF_CAMERA_TYPE = ("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
ONVIF_SCOPE_PREFIX = "onvif://www.onvif.org/"


@dataclass(frozen=True, order=True)
class DiscoveredCamera:
    """One that answered. The path of its stream it tells only to who knows its password."""

    host: str
    name: str


def is_available() -> bool:
    """Whether the package that does it is installed: ``pip install camrec[onvif]``."""
    return importlib.util.find_spec("wsdiscovery") is not None


def find_cameras(
    seconds: float = DISCOVERY_DURATION_S, addresses: Sequence[str] = ()
) -> list[DiscoveredCamera]:
    """Ask once, on every network of this machine, and wait for the answers.

    Parameters
    ----------
    addresses
        Of this machine, to ask only there; the machine itself (127.0.0.1) is asked only so.

    Raises
    ------
    ServiceError
        ``discovery_missing``: the package is not installed; ``discovery_failed``.
    """
    if not is_available():
        raise ServiceError("discovery_missing")
    from wsdiscovery import QName

    search = create_discovery(addresses)
    try:
        search.start()
        answers = search.searchServices(types=[QName(*ONVIF_CAMERA_TYPE)], timeout=seconds)
        told = [
            (each.getXAddrs(), [scope.getValue() for scope in each.getScopes()]) for each in answers
        ]
    except OSError as error:
        raise ServiceError("discovery_failed", reason=describe_os_error(error)) from None
    finally:
        search.stop()
    found = {each.host: each for each in map(_parse_reply, told) if each is not None}
    return sorted(found.values())


def _parse_reply(told: tuple[list[str], list[str]]) -> DiscoveredCamera | None:
    """What one answer tells, read with suspicion: anybody on the network can send one."""
    addresses, scopes = told
    for address in addresses:
        try:
            host = urlsplit(address).hostname or ""
            parse_address(f"rtsp://{f'[{host}]' if ':' in host else host}/")
        except (ValueError, CamrecError):
            continue
        return DiscoveredCamera(
            host, _read_scope(scopes, "name") or _read_scope(scopes, "hardware") or host
        )
    return None


def _read_scope(scopes: list[str], what: str) -> str:
    start = f"{ONVIF_SCOPE_PREFIX}{what}/"
    found = next((scope for scope in scopes if scope.lower().startswith(start)), start)
    name = unquote(found[len(start) :])
    return "".join(filter(str.isprintable, name)).strip()[:MAX_NAME_CHARS]
