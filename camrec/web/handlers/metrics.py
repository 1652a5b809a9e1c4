"""The station's figures as Prometheus reads them."""

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
    "fps": "Pictures a second over the last five seconds.",
    "bit_rate": "Bits a second over the last five seconds.",
    "key_distance": "Seconds between the last two key pictures.",
    "age": "Seconds since the newest picture.",
    "viewers": "Those who watch it.",
    "lag": "Seconds from sending to the answer, of the viewer that is farthest behind.",
}
SESSION_COUNTERS = {
    "frames": "Pictures since it was opened.",
    "lost": "Packets known to be missing since it was opened.",
}


class MetricsHandler(ApiHandler):
    async def get(self) -> None:
        registry = CollectorRegistry()
        registry.register(StationMetrics(self.station))
        encode, content_type = choose_encoder(self.request.headers.get("Accept", ""))
        self.set_header("Content-Type", content_type)
        self.write(await self.call(encode, registry))


class StationMetrics(Collector):
    """Looked up anew each time; what is not known is left out."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        health, sessions = self._station.health(), self._station.cameras.sessions()
        yield _make_gauge("sessions", "Open cameras.", health.sessions)
        yield _make_gauge("recordings", "Recordings that run.", health.recordings)
        yield _make_gauge("disk_free_bytes", "Room for videos.", health.disk.free_bytes)
        live = GaugeMetricFamily(
            "camrec_session_live", "1 while pictures come.", labels=METRIC_LABELS
        )
        for session in sessions:
            live.add_metric(_session_labels(session), float(session.state is SessionState.LIVE))
        yield live
        told = [
            (_session_labels(session), describe_stats(session).model_dump()) for session in sessions
        ]
        for names, make in (
            (SESSION_GAUGES, GaugeMetricFamily),
            (SESSION_COUNTERS, CounterMetricFamily),
        ):
            for name, about in names.items():
                family = make(f"camrec_session_{name}", about, labels=METRIC_LABELS)
                for labels, values in told:
                    if values[name] is not None:
                        family.add_metric(labels, values[name])
                yield family


def _make_gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"camrec_{name}", about, value)


def _session_labels(session: Session) -> tuple[str, str, str]:
    return session.session_id, redact(session.name), session.kind
