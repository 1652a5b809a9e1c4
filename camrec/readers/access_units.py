"""A video track's packets as whole pictures."""

from __future__ import annotations

import struct

from camrec.media import MOST_PIXELS, Unit, VideoTrack
from camrec.readers.errors import StreamError
from camrec.readers.frame_starts import Beginnings
from camrec.readers.known_tracks import KnownTracks
from camrec.readers.nal_units import LONGEST, Form, Nals, annex_b
from camrec.readers.packet_order import Order
from camrec.readers.parameter_sets import ParameterSets
from camrec.readers.recovery_points import Reference
from camrec.readers.rtp import Packet, Times

START = struct.Struct(">BBHI")  # flags, marker and kind, sequence number, time
SEQUENCE = struct.Struct(">H")
HELD = 10**8  # nanoseconds
PROOFS = 3
MOST_LOOSE = 64
MOST_NALS = 4096  # of one picture, `LONGEST` bytes together; what is more is left out
FURTHEST_BACK = 5 * 10**9  # nanoseconds: a B-frame of a slow camera


class Pictures:
    """Puts pictures together; a picture ends with the marker bit.

    Some cameras never set the marker: a new time ends a picture too. Some set it too early, on
    each slice. So at first a picture is held until the next one begins (or `HELD` of
    quiet), until `PROOFS` of them, a key picture among them, bore the marker at their end and only
    there; from then on each is handed on at its marker at once. Should a marker be found wrong
    later, the rest of that picture is dropped and counted as lost, and pictures are held again.

    arrived : when its newest packet came, in monotonic nanoseconds.

    A picture of which packets are missing is handed on as it came, with `lost` set.

    Raises StreamError (``codec``) where its pictures are larger than any that can be taken.
    """

    def __init__(self, rate: int, nals: Nals, parameters: list[bytes]) -> None:
        self._nals = nals
        self._rate = rate
        self._order = Order()
        self._times = Times(rate)
        self._track: VideoTrack | None = None
        self._sets = ParameterSets(nals)
        self._parameters = b""  # those that a track begins with
        self._beginnings = Beginnings(nals, self._sets)
        self._reference = Reference(nals)
        self._tracks = KnownTracks(self._made)
        self._ticks: int | None = None
        self._next = bytearray(START.size)
        self._pending: list[bytes] = []
        self._weight = 0
        self.arrived = 0
        self._lost = 0
        self._dropped = 0
        self._marked = False
        self._handed_on = False
        self._too_large = False  # the rest of this one is left out too
        self._proofs = 0
        self._key_proved = False
        self._markers_wrong = False
        kinds = [nals.kind(nal) for nal in parameters]
        self._sets.learn(parameters, kinds)
        self._take_form(parameters, kinds)

    @property
    def held(self) -> bool:
        """A picture with its marker is here and waits for the proof that it is whole."""
        return self._marked

    @property
    def odd_stamps(self) -> int:
        """How many timestamps could not be believed."""
        return self._times.odd

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet's number was ever not the one that was due."""
        return self._order.is_odd

    def goes_on(self, data: memoryview, arrived: int) -> bool:
        """Take in a packet from the middle of the NAL unit that is being put together, which goes
        on where the last one ended. False: it is something else, for `push`.

        Most packets are that, and it is told from their first bytes: no flags, no marker.
        """
        middle = self._nals.middle
        end = 12 + len(middle)
        if not middle or data[:8] != self._next or data[12:end] != middle or len(data) <= end:
            return False
        self._nals.add(data[end:])
        self._follow(self._order.count())
        self.arrived = arrived
        return True

    def push(self, packet: Packet, arrived: int) -> list[Unit]:
        """The pictures that this packet completes; `arrived` in monotonic nanoseconds."""
        if self._order.is_newest(packet.sequence) and self._nals.repeats(packet.payload):
            return []
        missing = self._order.missing(packet)
        if missing is None:
            return []
        units: list[Unit] = []
        gap = missing > 0
        if packet.time != self._ticks:
            if (self._pending or self._nals.unfinished) and not self._marked:
                # The end of the picture before is what is missing.
                self._lost, missing = self._lost + missing, 0
            units += self._finish()
            self._ticks, self._handed_on = packet.time, False
            self._too_large = False
            self._beginnings.new_time()
        self._lost += missing
        nals = self._nals.push(packet.payload, gap)
        if self._nals.middle:
            START.pack_into(self._next, 0, 0x80, packet.kind, 0, packet.time)
            self._follow(packet.sequence + 1)
        for place, nal in enumerate(nals):
            if self._beginnings.begins(nal):
                units += self._begin_anew(nals[:place])
                nals = nals[place:]
                break
        self.arrived = arrived
        if self._too_large or self._beginnings.repeats:
            return units
        if nals and self._shows(nals):
            self._markers_wrong = self._markers_wrong or self._marked or self._handed_on
            self._marked = False
            if self._handed_on:
                self._lost += 1
                return units
        self._pending += nals
        self._bound(nals)
        if packet.marker and not self._handed_on and self._shows(self._pending):
            self._marked = True
            if self._trusted:
                units += self._finish()
        return units

    def release(self) -> list[Unit]:
        """What is held, after so much quiet that nothing more of it can be expected."""
        return self._finish() if self._marked else []

    def _begin_anew(self, rest: list[bytes]) -> list[Unit]:
        """The picture before, whose time the next one has too, with the rest of its NAL units."""
        if not (self._too_large or self._handed_on):
            self._pending += rest
        before = self._pending
        last = max((n for n, nal in enumerate(before) if self._shows([nal])), default=-1)
        # What stands behind its last slice belongs to the next one.
        self._pending = before[: last + 1]
        units = self._ended() if last >= 0 else []
        self._pending = before[last + 1 :]
        self._marked = self._handed_on = self._too_large = False
        return units

    def _bound(self, nals: list[bytes]) -> None:
        """A picture that never ends is not kept for ever."""
        self._weight += sum(map(len, nals))
        if self._weight > LONGEST or len(self._pending) > MOST_NALS:
            self._pending.clear()
            self._weight = 0
            self._dropped += 1
            self._too_large = True

    def _follow(self, sequence: int) -> None:
        SEQUENCE.pack_into(self._next, 2, sequence & 0xFFFF)

    @property
    def _trusted(self) -> bool:
        return self._key_proved and self._proofs >= PROOFS and not self._markers_wrong

    def _shows(self, nals: list[bytes]) -> bool:
        """Whether there is a part of a picture among them."""
        return any(self._nals.is_picture(self._nals.kind(nal)) for nal in nals)

    def _finish(self) -> list[Unit]:
        self._pending += self._nals.finish()
        return self._ended()

    def _ended(self) -> list[Unit]:
        self._weight = 0
        marked, self._marked = self._marked, False
        if not self._shows(self._pending):
            # Parameter sets with a time of their own: they go in front of the picture to come.
            del self._pending[:-MOST_LOOSE]
            return []
        nals, self._pending = self._pending, []
        self._handed_on = True
        kinds = [self._nals.kind(nal) for nal in nals]
        if not self._nals.IN_FRONT.isdisjoint(kinds):
            self._sets.learn(nals, kinds)
        assert self._ticks is not None
        if self._track is None:
            self._take_form(nals, kinds)
        back = FURTHEST_BACK if self._track is not None and self._track.reorder else 0
        time, offset = self._times.place(self._ticks, self.arrived, back)
        key = self._reference.note(nals, kinds, time, back > 0)
        if marked:
            self._proofs += 1
            self._key_proved = self._key_proved or key
        if key:
            self._take_form(nals, kinds)
        if self._track is None or self._reference.never_shown:
            return []
        if key:
            nals = self._sets.in_front(nals, kinds)
        lost, self._lost = self._lost, 0
        dropped, self._dropped = self._dropped + self._nals.too_long, 0
        self._nals.too_long = 0
        return [
            Unit(
                self._track,
                annex_b(nals),
                time,
                offset,
                self.arrived,
                key,
                lost,
                dropped,
                self._reference.dependent,
                self._reference.open,
            )
        ]

    def _take_form(self, nals: list[bytes], kinds: list[int]) -> None:
        """Other pictures than before begin a new track; other parameter sets do not."""
        form = self._sets.form(nals, kinds)
        if form is None:
            return
        if form.width * form.height > MOST_PIXELS:
            name = self._nals.CODEC.upper().replace("H", "H.")
            raise StreamError("codec", f"{name}, {form.width}x{form.height}")
        now = self._track
        # A decoder that is ready for more reordering does as well.
        if now is not None and form.reorder < now.reorder:
            form = form._replace(reorder=now.reorder)
        self._parameters = annex_b(self._sets.needed(nals, kinds))
        self._track = self._tracks.of(form)

    def _made(self, form: Form) -> VideoTrack:
        return VideoTrack(
            self._nals.CODEC,
            form.width,
            form.height,
            self._rate,
            self._parameters,
            form.reorder,
            pixel=form.pixel,
            chroma=form.chroma,
            depth=form.depth,
        )
