"""WS-Discovery on chosen addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsdiscovery.discovery import ThreadedWSDiscovery


def create_discovery(addresses: Sequence[str] = ()) -> ThreadedWSDiscovery:
    """A search of devices that uses these addresses of this machine only; none: all of them.

    It must be started, searched with and stopped by the caller.

    Library: WSDiscovery, ``_networkAddressAdded`` and ``_networkAddressRemoved``, 2.0 to 2.1.
    Reason: the library watches the machine's addresses and uses each of them, also those that the
    caller did not choose. Addresses are added only after the start.
    If it is gone: look for an option that names the interfaces.
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
