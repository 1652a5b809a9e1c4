"""Parameters of param with checks that param does not have."""

from __future__ import annotations

import param


class CheckedList(param.List):  # type: ignore[type-arg]  # not generic in param 2.1
    """A list parameter whose subclass checks the items.

    Library: param, ``Parameter._validate``, 1.12 to 2.4.
    Reason: a wrong setting must be rejected when it is set, whatever code sets it.
    If it is gone: override the method that `param.List` overrides instead.
    """

    def check_items(self, items: list[object]) -> None:
        """Raise ValueError if an item is not allowed."""
        raise NotImplementedError

    def _validate(self, val: object) -> None:
        super()._validate(val)  # type: ignore[no-untyped-call]  # param has no type for it
        if isinstance(val, list):
            self.check_items(val)


class CheckedString(param.String):  # type: ignore[type-arg]  # not generic in param 2.1
    """A string parameter whose subclass checks the text.

    Library: param, ``Parameter._validate``, 1.12 to 2.4.
    Reason: a wrong setting must be rejected when it is set, whatever code sets it.
    If it is gone: override the method that `param.String` overrides instead.
    """

    def check_text(self, text: str) -> None:
        """Raise ValueError if the text is not allowed."""
        raise NotImplementedError

    def _validate(self, val: object) -> None:
        super()._validate(val)
        if isinstance(val, str):
            self.check_text(val)
