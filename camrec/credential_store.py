"""Stores cameras' passwords in the system's keyring, if the settings say so."""

from __future__ import annotations

import importlib.util
import logging
import secrets
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from camrec.errors import ServiceError

log = logging.getLogger(__name__)

KEYRING_SERVICE = "camrec"

ArgsT = ParamSpec("ArgsT")
ResultT = TypeVar("ResultT")


class CredentialStore:
    """Stores addresses with their credentials in the system's keyring, each under a key.

    If the keyring cannot be read, that is logged, and the store behaves as if it were empty. If the
    keyring cannot be written, that is an error.
    """

    def __init__(self) -> None:
        """Raises ServiceError (``keyring_missing``, ``keyring_unusable``)."""
        if importlib.util.find_spec("keyring") is None:
            raise ServiceError("keyring_missing")
        import keyring

        self._keyring = keyring
        # Notice a keyring that does not work now, not when a recording starts.
        key, value = f"trial {secrets.token_hex(4)}", secrets.token_hex(4)
        self.store(key, value)
        found = self.find(key)
        self.forget(key)
        if found != value:
            raise ServiceError("keyring_unusable", reason=keyring.get_keyring().name)

    def store(self, key: str, address: str) -> None:
        """Store an address in place of the old one. Raises ServiceError (``keyring_unusable``)."""
        _call_keyring(self._keyring.set_password, KEYRING_SERVICE, key, address)

    def find(self, key: str) -> str | None:
        """The address that is stored under `key`; None if there is none."""
        try:
            return _call_keyring(self._keyring.get_password, KEYRING_SERVICE, key)
        except ServiceError as error:
            log.warning("%s", error)
            return None

    def forget(self, key: str) -> None:
        """Remove what is stored under `key`, if there is something."""
        if self.find(key) is None:
            return
        try:
            _call_keyring(self._keyring.delete_password, KEYRING_SERVICE, key)
        except ServiceError as error:
            log.warning("%s", error)


def _call_keyring(
    call: Callable[ArgsT, ResultT], *args: ArgsT.args, **kwargs: ArgsT.kwargs
) -> ResultT:
    """Raises ServiceError (``keyring_unusable``) for whatever the keyring raises."""
    try:
        return call(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - the keyring of each system has errors of its own
        # Only the type of the error: its text may contain the arguments.
        raise ServiceError("keyring_unusable", reason=type(error).__name__) from None
