"""Makes `support` importable, which the tests stand on: the benchmarks use the same cameras.

A benchmark that needs it imports this first; nothing else here reaches into ``tests``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
