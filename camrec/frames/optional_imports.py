"""Imports packages that only some calls need: `pip install "camrec[data]"`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from camrec.errors import ServiceError


@contextmanager
def optional_packages() -> Iterator[None]:
    """Import optional packages in the body of this ``with``.

    Raises
    ------
    ServiceError
        ``package_missing``: a package is not installed; the error names it.
    """
    try:
        yield
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        raise ServiceError("package_missing", package=package) from None
