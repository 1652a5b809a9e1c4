"""Cameras' passwords in the system's keyring, where the user wants that."""

from __future__ import annotations

import importlib.util
import logging
import secrets
from collections.abc import Callable
from typing import Any

from camrec.errors import ServiceError

log = logging.getLogger(__name__)

KEYRING_SERVICE = "camrec"


class CredentialStore:
    """Whole addresses, each under a word of ours, in the keyring that the system has unlocked.

    A keyring that does not answer is told in the log, and as if nothing were kept; that it does
    not keep is an error.
    """

    def __init__(self) -> None:
        """Raises ServiceError (``keyring_missing``, ``keyring_unusable``)."""
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
        """Raises ServiceError (``keyring_unusable``)."""
        self._call(self._keyring.set_password, word, address)

    def find(self, word: str) -> str | None:
        return self._call_or_warn(self._keyring.get_password, word)

    def forget(self, word: str) -> None:
        """There need not be one."""
        if self.find(word) is not None:
            self._call_or_warn(self._keyring.delete_password, word)

    def _call_or_warn(self, call: Callable[..., Any], word: str) -> Any:
        try:
            return self._call(call, word)
        except ServiceError as error:
            log.warning("%s", error)
            return None

    @staticmethod
    def _call(call: Callable[..., Any], *given: str) -> Any:
        try:
            return call(KEYRING_SERVICE, *given)
        except Exception as error:  # each system's keyring has errors of its own
            # Only its kind: its text may hold what it was given.
            raise ServiceError("keyring_unusable", reason=type(error).__name__) from None
