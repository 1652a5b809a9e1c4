"""The details of a recording: names with values, such as subject and condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from camrec.annotations.plain_text import is_plain_text
from camrec.errors import InputError

MAX_DETAILS = 32
MAX_DETAIL_NAME_CHARS = 64
MAX_DETAIL_VALUE_CHARS = 1000


class Details(Mapping[str, str]):
    """Names with values, in the order in which they were given. They never change.

    Parameters
    ----------
    values
        A mapping with at most `MAX_DETAILS` pairs; None: no details. Spaces around a name are
        removed.

    Raises
    ------
    InputError
        ``bad_details``: there are too many, a name is empty or given twice, or a name or a value is
        too long, no string, or contains control characters. A value may be empty.
    """

    __slots__ = ("_pairs",)

    def __init__(self, values: object = None) -> None:
        given = {} if values is None else values
        if not isinstance(given, Mapping) or len(given) > MAX_DETAILS:
            raise _details_error()
        self._pairs: dict[str, str] = {}
        for name, value in given.items():
            if not is_plain_text(name, MAX_DETAIL_NAME_CHARS):
                raise _details_error()
            if not is_plain_text(value, MAX_DETAIL_VALUE_CHARS):
                raise _details_error()
            stripped = name.strip()
            if not stripped or stripped in self._pairs:
                raise _details_error()
            self._pairs[stripped] = value

    def __getitem__(self, name: str) -> str:
        return self._pairs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(frozenset(self._pairs.items()))

    def __repr__(self) -> str:
        return f"Details({self._pairs!r})"


NO_DETAILS = Details()


def _details_error() -> InputError:
    return InputError(
        "bad_details",
        most=MAX_DETAILS,
        longest_name=MAX_DETAIL_NAME_CHARS,
        longest_value=MAX_DETAIL_VALUE_CHARS,
    )
