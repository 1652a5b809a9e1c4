"""How much random input is generated: `CAMREC_FUZZ` for more, and different each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "bounded",
    max_examples=int(os.environ.get("CAMREC_FUZZ", 60)),
    deadline=None,
    derandomize="CAMREC_FUZZ" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("bounded")
