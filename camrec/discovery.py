"""Finds cameras on the network with ONVIF's WS-Discovery; nothing runs in the background."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from camrec.camera_address import MAX_NAME_CHARS, parse_address
from camrec.compat import create_discovery
from camrec.errors import CamrecError, ServiceError, describe_os_error

DISCOVERY_DURATION_S = 3.0  # the protocol lets cameras wait for half a second, twice
ONVIF_CAMERA_TYPE = ("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
ONVIF_SCOPE_PREFIX = "onvif://www.onvif.org/"


@dataclass(frozen=True, order=True)
class DiscoveredCamera:
    """A camera that replied. It reveals the path of its stream only after a login."""

    host: str
    name: str


def is_available() -> bool:
    """Whether the package for the search is installed: ``pip install camrec[onvif]``."""
    return importlib.util.find_spec("wsdiscovery") is not None


def find_cameras(
    seconds: float = DISCOVERY_DURATION_S, addresses: Sequence[str] = ()
) -> list[DiscoveredCamera]:
    """Send one search on every network of this machine, and wait for the replies.

    Parameters
    ----------
    seconds
        How long to wait for replies.
    addresses
        Addresses of this machine, to search only on their networks. Cameras on the machine itself
        are found only with 127.0.0.1 among them.

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
        replies = [
            (each.getXAddrs(), [scope.getValue() for scope in each.getScopes()]) for each in answers
        ]
    except OSError as error:
        raise ServiceError("discovery_failed", reason=describe_os_error(error)) from None
    finally:
        search.stop()
    found = {each.host: each for each in map(_parse_reply, replies) if each is not None}
    return sorted(found.values())


def _parse_reply(reply: tuple[list[str], list[str]]) -> DiscoveredCamera | None:
    """The camera in a reply: (addresses, scopes). Anyone on the network can send one.

    None if no address is valid.
    """
    addresses, scopes = reply
    for address in addresses:
        try:
            host = urlsplit(address).hostname or ""
            parse_address(f"rtsp://{f'[{host}]' if ':' in host else host}/")
        except (ValueError, CamrecError):
            continue
        name = _read_scope(scopes, "name") or _read_scope(scopes, "hardware") or host
        return DiscoveredCamera(host, name)
    return None


def _read_scope(scopes: list[str], name_of_scope: str) -> str:
    """The value of the first scope with this name; "" if there is none."""
    start = f"{ONVIF_SCOPE_PREFIX}{name_of_scope}/"
    found = next((scope for scope in scopes if scope.lower().startswith(start)), start)
    name = unquote(found[len(start) :])
    return "".join(filter(str.isprintable, name)).strip()[:MAX_NAME_CHARS]
