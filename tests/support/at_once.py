"""One test of several cases that run at the same time: each waits for a camera of its own.

A recording of two seconds takes two seconds, and hardly uses the processor. So a test of many odd
cameras does not record one after the other, and its cases share the station.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

CASES_AT_ONCE = 5  # more would keep two cores so busy that cameras are late


def at_once(
    names: str, cases: Sequence[Any], most: int = CASES_AT_ONCE
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Like ``pytest.mark.parametrize``, but one test: it runs `most` of its cases at a time.

    Those that should begin first, because they take the longest, are the first of `cases`. The
    test fails if one of them does, and shows the traceback of each that failed.
    """
    arguments = [name.strip() for name in names.split(",")]
    given = [case if len(arguments) > 1 else (case,) for case in cases]

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def run(**fixtures: Any) -> None:
            pool = ThreadPoolExecutor(most, thread_name_prefix="case")
            try:
                running = [
                    pool.submit(check, **fixtures, **dict(zip(arguments, case, strict=True)))
                    for case in given
                ]
                errors = [each.exception() for each in running]
            finally:
                pool.shutdown(cancel_futures=True)  # if the test took too long, no more begin
            for error in errors:
                if isinstance(error, pytest.skip.Exception):
                    raise error
            failed = [
                f"{', '.join(map(_named, case))}:\n{''.join(traceback.format_exception(error))}"
                for case, error in zip(given, errors, strict=True)
                if error is not None
            ]
            assert not failed, "\n".join(failed)

        signature = inspect.signature(check)
        fixtures = [each for name, each in signature.parameters.items() if name not in arguments]
        run.__name__, run.__doc__, run.__module__ = check.__name__, check.__doc__, check.__module__
        run.__qualname__ = check.__qualname__
        run.__signature__ = signature.replace(parameters=fixtures)  # what pytest provides
        return run

    return decorate


def _named(value: Any) -> str:
    return str(getattr(value, "__name__", value))
