"""The endpoint ``/metrics``: the station's statistics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from camrec.redaction import redact
from camrec.replies import describe_stats
from camrec.session import Session, SessionState
from camrec.station import Station
from camrec.web.handlers.base import ApiHandler

METRIC_LABELS = ("session_id", "name", "kind")
SESSION_GAUGES = {
    "fps": "Frames per second over the last five seconds.",
    "bit_rate": "Bits per second over the last five seconds.",
    "key_distance": "Seconds between the last two key frames.",
    "age": "Seconds since the newest frame.",
    "viewers": "Viewers of the live view.",
    "lag": "Seconds from sending a frame to its acknowledgement, of the slowest viewer.",
}
SESSION_COUNTERS = {
    "frames": "Frames since it was opened.",
    "lost": "Packets known to be missing since it was opened.",
}


class MetricsHandler(ApiHandler):
    """``GET /metrics``"""

    async def get(self) -> None:
        """Send the metrics in the format that the client prefers."""
        registry = CollectorRegistry()
        registry.register(StationMetrics(self.station))
        encode, content_type = choose_encoder(self.request.headers.get("Accept", ""))
        self.set_header("Content-Type", content_type)
        self.write(await self.call(encode, registry))


class StationMetrics(Collector):
    """Reads the metrics each time they are collected; an unknown value is left out."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def describe(self) -> Iterator[Metric]:
        """Describe nothing in advance, so that the registry does not collect at registration."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the station and of each session."""
        health, sessions = self._station.health(), self._station.cameras.sessions()
        yield _make_gauge("sessions", "Open cameras.", health.sessions)
        yield _make_gauge("recordings", "Running recordings.", health.recordings)
        yield _make_gauge(
            "disk_free_bytes",
            "Free bytes on the disk with the videos.",
            health.disk.free_bytes,
        )
        live = GaugeMetricFamily(
            "camrec_session_live", "1 while frames arrive, otherwise 0.", labels=METRIC_LABELS
        )
        for session in sessions:
            live.add_metric(_session_labels(session), float(session.state is SessionState.LIVE))
        yield live
        stats = [
            (_session_labels(session), describe_stats(session).model_dump()) for session in sessions
        ]
        for names, make in (
            (SESSION_GAUGES, GaugeMetricFamily),
            (SESSION_COUNTERS, CounterMetricFamily),
        ):
            for name, description in names.items():
                family = make(f"camrec_session_{name}", description, labels=METRIC_LABELS)
                for labels, values in stats:
                    if values[name] is not None:
                        family.add_metric(labels, values[name])
                yield family


def _make_gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(f"camrec_{name}", description, value)


def _session_labels(session: Session) -> tuple[str, str, str]:
    return session.session_id, redact(session.name), session.kind
