"""WS-Discovery on chosen addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsdiscovery.discovery import ThreadedWSDiscovery


def create_discovery(addresses: Sequence[str] = ()) -> ThreadedWSDiscovery:
    """Create a search for devices. It uses only these addresses of this machine; none: all of them.

    The caller starts it, searches with it, and stops it.

    Library: WSDiscovery, ``_networkAddressAdded`` and ``_networkAddressRemoved``, 2.0 to 2.1.
    Reason: the library watches the machine's addresses and uses each of them, including those that
    the caller did not choose. It accepts addresses only after the start.
    If it is gone: find an option that selects the interfaces.
    """
    from wsdiscovery.discovery import ThreadedWSDiscovery

    class Search(ThreadedWSDiscovery):  # type: ignore[misc]  # a library without types
        def start(self) -> None:
            super().start()
            for address in addresses:
                self.addSourceAddr(ip_address(address))

        def _networkAddressAdded(self, address: object) -> None:
            if not addresses:
                super()._networkAddressAdded(address)

        def _networkAddressRemoved(self, address: object) -> None:
            if not addresses:
                super()._networkAddressRemoved(address)

    return Search()
