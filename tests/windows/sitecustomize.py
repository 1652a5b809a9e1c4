"""Python reads this at its start under Wine: it makes up for what Wine 8 lacks, and hides Wine.

Nothing of camrec is changed.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import ipaddress
import os
import sys
from collections import namedtuple

# Python would write compiled files into the checkout, which Linux's Python uses as well.
sys.pycache_prefix = r"C:\compiled"
# `platform` asks it first, and can do without: Wine ends the process in it.
sys.modules["_wmi"] = None  # type: ignore[assignment]  # this is how an import is made to fail
# What Wine itself was started with; no Windows has these. A test may set others.
for name in ("LANG", "LC_ALL", "LC_CTYPE"):
    if os.environ.get(name) == "C.UTF-8":
        del os.environ[name]
TABLES = (r"Z:\proc\net\tcp", r"Z:\proc\net\tcp6")  # Linux's own, of all processes
STATES = {"01": "CONN_ESTABLISHED", "0A": "CONN_LISTEN"}
Address = namedtuple("Address", "ip port")
Connection = namedtuple("Connection", "fd laddr raddr status")


class PsutilFinder(importlib.abc.MetaPathFinder):
    """Wine names process 0 as the owner of each socket: here, any process owns each of them."""

    def find_spec(self, fullname, path, target=None):
        if fullname != "psutil":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("psutil")
        load = spec.loader.exec_module

        def load_and_change(module):
            load(module)
            by_wine = module.Process.net_connections

            def net_connections(process, kind="inet"):
                return by_wine(process, kind) if kind == "udp" else connections(module)

            module.Process.net_connections = net_connections

        spec.loader.exec_module = load_and_change
        return spec


def connections(psutil):
    """Every TCP socket of this machine that listens or is connected, as psutil describes it."""
    found = []
    for table in TABLES:
        with open(table, encoding="ascii") as lines:
            for line in list(lines)[1:]:
                _, local, remote, state = line.split()[:4]
                if state in STATES:
                    here, there = (Address(*address(each)) for each in (local, remote))
                    status = getattr(psutil, STATES[state])
                    found.append(Connection(-1, here, there if there.port else (), status))
    return found


def address(entry):
    """IP address and port of an entry such as ``0100007F:1F90``: words of 32 bits, lowest first."""
    words, _, port = entry.partition(":")
    packed = b"".join(bytes.fromhex(words[at : at + 8])[::-1] for at in range(0, len(words), 8))
    return str(ipaddress.ip_address(packed)), int(port, 16)


sys.meta_path.insert(0, PsutilFinder())
