"""What ``camrec demo`` starts."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from camrec.cli import serve
from camrec.config import Config
from camrec.errors import StateError


@pytest.fixture
def started(monkeypatch):
    """What the station was started with, and which dashboards were served."""
    noted = SimpleNamespace(opens_staying=None, served=[], open_all=list)

    @contextmanager
    def running_station(_, *, fetch, opens_staying):
        noted.opens_staying = opens_staying
        yield SimpleNamespace(demo=SimpleNamespace(open_all=lambda: noted.open_all()))

    monkeypatch.setattr(serve, "running_station", running_station)
    monkeypatch.setattr(
        serve, "_serve_dashboard", lambda station, **_: noted.served.append(station)
    )
    monkeypatch.setattr(serve, "record_all", lambda *_: [])
    return noted


def test_the_dashboard_of_the_demo_lets_plans_record_as_that_of_serve_does(started):
    serve.demo(Config(), None, open_browser=False)
    assert started.opens_staying and len(started.served) == 1


def test_a_demo_that_only_records_leaves_plans_alone(started):
    serve.demo(Config(), 3, open_browser=False)
    assert started.opens_staying is False and not started.served


def test_the_demo_is_served_if_cameras_that_stay_fill_the_limit(started, capsys):
    def open_all():
        raise StateError("sessions_full", max_sessions=3)

    started.open_all = open_all
    serve.demo(Config(), None, open_browser=False)
    assert len(started.served) == 1
    assert "The limit of 3 open cameras is reached" in " ".join(capsys.readouterr().err.split())
