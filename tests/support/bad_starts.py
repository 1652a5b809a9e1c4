"""Starts at which no recording can be scheduled from Python."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest

import camrec


def assert_bad_starts_are_rejected(camera: camrec.Camera) -> None:
    """Neither one recording nor several can be scheduled for them, and nothing is scheduled."""
    now = datetime.now(timezone.utc)
    naive = now.replace(tzinfo=None) + timedelta(hours=1)
    ends = [datetime.min.replace(tzinfo=timezone.utc), datetime.max.replace(tzinfo=timezone.utc)]
    days = [now + timedelta(days=by) for by in (-1, 32)]
    for start_at in (naive, *days, *ends, pd.NaT, "2999-01-01T00:00:00Z"):
        with pytest.raises(camrec.InputError) as one:
            camera.record(1, start_at=start_at)
        with pytest.raises(camrec.InputError) as several:
            camrec.record_together([camera], 1, start_at=start_at)
        assert one.value.code == several.value.code == "bad_start", start_at
        assert "31" in str(one.value)
    assert "scheduled" not in [each.state for each in camera.recordings()]
