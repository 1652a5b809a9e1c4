"""What only some calls need: `pip install "camrec[data]"`."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from camrec.errors import ServiceError


def import_optional(*modules: str) -> list[ModuleType]:
    """These modules, imported.

    Raises
    ------
    ServiceError
        ``package_missing``.
    """
    try:
        return [import_module(each) for each in modules]
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        raise ServiceError("package_missing", package=package) from None
