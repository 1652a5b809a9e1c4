"""Makes the tests' package `support` importable.

Benchmarks use the same cameras as the tests. A benchmark that needs `support` imports this module
first. No other benchmark module accesses ``tests``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
