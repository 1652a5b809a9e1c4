"""A certificate that nobody knows, for servers of the tests that speak TLS."""

from __future__ import annotations

from pathlib import Path

import trustme


def unknown_certificate(folder: Path, *hosts: str) -> Path:
    """A PEM file with a key, its certificate for `hosts`, and the authority that signed that."""
    authority = trustme.CA()
    issued = authority.issue_cert(*hosts)
    file = folder / "certificate.pem"
    file.write_bytes(issued.private_key_and_cert_chain_pem.bytes() + authority.cert_pem.bytes())
    return file
