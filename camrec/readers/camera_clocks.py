"""Gives what a camera says about its clock to the clocks of its tracks."""

from __future__ import annotations

from collections.abc import Callable

from camrec.camera_clock import ArrivalEstimate, ClockReport, NominalRateCheck, TrackClock
from camrec.clock import NS_PER_SECOND, Clock
from camrec.host_clock import read_host_error_ns
from camrec.readers.tracks import ReadTrack
from camrec.rtp import (
    ReceivedReport,
    ReportQueue,
    RtpClock,
    RtpPacket,
    ntp_to_utc_ns,
    parse_capture_time,
)

MAX_EARLY_REPORTS = 4  # of a track, before its first frame
REFRESH_INTERVAL_NS = NS_PER_SECOND
CAPTURE_TIME_INTERVAL_NS = NS_PER_SECOND  # each frame may have one; so many are enough


class _Track:
    """One track, its clock, and the reports that came before its first frame."""

    def __init__(self, rtp_clock: RtpClock) -> None:
        self.rtp_clock = rtp_clock
        self.clock = rtp_clock.camera_clock = TrackClock()
        self.waiting: list[ReceivedReport] = []
        self.jumps = 0
        self.captured_at: int | None = None  # the timestamp of the last capture time


class CameraClocks:
    """The clocks of the tracks of one stream.

    The camera's sender reports come through a queue, because MediaMTX does not pass them on.
    Capture times come in the packets. If a track has those, its sender reports are ignored.

    Parameters
    ----------
    reports
        The sender reports.
    rate_check
        Whether the video's timestamps count another rate than is sent.
    read_host_error
        Returns how wrong this computer's clock may be now, nanoseconds.
    """

    def __init__(
        self,
        reports: ReportQueue,
        rate_check: NominalRateCheck,
        clock: Clock,
        read_host_error: Callable[[], int] = read_host_error_ns,
    ) -> None:
        self._reports = reports
        self._rate_check = rate_check
        self._clock = clock
        self._read_host_error = read_host_error
        self._tracks: dict[str, _Track] = {}  # by medium
        self._refresh_at = 0

    def add(self, track: ReadTrack) -> None:
        """Give a track a clock; its units refer to it from now on."""
        self._tracks[track.medium.kind] = _Track(track.depacketizer.rtp_clock)

    def update(self, now: int) -> None:
        """Take the reports that came, and what arrivals show now (monotonic nanoseconds)."""
        if not self._reports and now < self._refresh_at:
            return
        self._refresh_at = now + REFRESH_INTERVAL_NS
        for report in self._reports.take():
            if (track := self._tracks.get(report.medium)) is not None:
                track.waiting = [*track.waiting, report][-MAX_EARLY_REPORTS:]
        for medium, track in self._tracks.items():
            if track.rtp_clock.arrivals.has_begun:
                self._note_reports(track, self._estimate(medium, track))

    def note_packet(self, packet: RtpPacket, medium: str) -> None:
        """Read the capture time in a packet, if there is one."""
        track = self._tracks[medium]
        ntp = parse_capture_time(packet.extension)
        time = track.rtp_clock.locate(packet.timestamp)
        if ntp is None or time is None:
            return
        if track.captured_at is None or time - track.captured_at >= CAPTURE_TIME_INTERVAL_NS:
            track.captured_at = time
            utc = ntp_to_utc_ns(ntp, self._clock.utc_ns())
            track.clock.note_report(ClockReport(time, utc), self._estimate(medium, track))

    def _note_reports(self, track: _Track, arrivals: ArrivalEstimate) -> None:
        if track.rtp_clock.jump_count != track.jumps:
            track.jumps = track.rtp_clock.jump_count
            track.captured_at = None
            track.clock.note_discontinuity()
        track.clock.note_arrivals(arrivals)
        waiting, track.waiting = track.waiting, []
        if track.captured_at is not None:
            return
        for received in waiting:
            time = track.rtp_clock.locate(received.report.timestamp)
            if time is None:
                track.waiting.append(received)
                continue
            utc = ntp_to_utc_ns(received.report.ntp, received.received)
            track.clock.note_report(ClockReport(time, utc), arrivals)

    def _estimate(self, medium: str, track: _Track) -> ArrivalEstimate:
        rtp_clock = track.rtp_clock
        to_utc = self._clock.utc_ns() - self._clock.monotonic_ns()
        counts_nominal_rate = medium == "video" and self._rate_check.result is not None
        return ArrivalEstimate.of(
            rtp_clock.arrivals,
            rtp_clock.newest,
            to_utc,
            counts_nominal_rate,
            self._read_host_error(),
        )
