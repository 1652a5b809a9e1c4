"""The Lab Streaming Layer without the network: streams are found on 127.0.0.1 only."""

from __future__ import annotations

from types import ModuleType

LSL_CONFIG = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
[log]
level = -2
"""


def load_pylsl() -> ModuleType:
    """Import pylsl for streams of this machine. Raises ImportError, RuntimeError.

    liblsl takes the first configuration of a process, and keeps it.
    """
    import pylsl

    pylsl.util.set_config_content(LSL_CONFIG)
    return pylsl
