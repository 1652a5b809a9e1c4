"""Cameras' passwords in the system's keyring, where the user wants that."""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Callable
from typing import Any

from camrec.errors import ServiceError

SERVICE = "camrec"


class Vault:
    """Whole addresses, each under a word of ours, in the keyring that the system has unlocked.

    Everything raises ServiceError (``keyring_unusable``) where the keyring does not do it.
    """

    def __init__(self) -> None:
        """Raises ServiceError (``keyring_missing``): the package is not installed."""
        if importlib.util.find_spec("keyring") is None:
            raise ServiceError("keyring_missing")
        import keyring

        self._keyring = keyring
        # Better known now than when a recording begins.
        trial, word = f"trial {secrets.token_hex(4)}", secrets.token_hex(4)
        self.keep(trial, word)
        kept = self.find(trial)
        self.forget(trial)
        if kept != word:
            raise ServiceError("keyring_unusable", reason=keyring.get_keyring().name)

    def keep(self, word: str, address: str) -> None:
        self._done(self._keyring.set_password, SERVICE, word, address)

    def find(self, word: str) -> str | None:
        return self._done(self._keyring.get_password, SERVICE, word)

    def forget(self, word: str) -> None:
        """There need not be one."""
        if self.find(word) is not None:
            self._done(self._keyring.delete_password, SERVICE, word)

    @staticmethod
    def _done(call: Callable[..., Any], *given: str) -> Any:
        try:
            return call(*given)
        except Exception as error:  # each system's keyring has errors of its own
            # Only its kind: its text may hold what it was given.
            raise ServiceError("keyring_unusable", reason=type(error).__name__) from None
