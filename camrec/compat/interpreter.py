"""Hooks of the Python interpreter."""

from __future__ import annotations

import threading
from collections.abc import Callable


def call_before_threads_end(function: Callable[[], object]) -> None:
    """Call `function` when the interpreter ends, while threads can still be started.

    Library: CPython, ``threading._register_atexit``, 3.9 to 3.14.
    Reason: the functions of `atexit` are called later, when no executor accepts work any more. The
    executors of `concurrent.futures` use this hook themselves.
    If it is gone: find what ``concurrent/futures/thread.py`` registers ``_python_exit`` with.
    """
    threading._register_atexit(function)  # type: ignore[attr-defined]  # private: not in typeshed
