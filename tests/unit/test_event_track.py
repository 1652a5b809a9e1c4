"""Events as a WebVTT track."""

from __future__ import annotations

from camrec.annotations import create_event
from camrec.library import PlacedEvent, write_event_track


def placed(second: float, **fields: object) -> PlacedEvent:
    length = fields.get("length")
    end_second = None if length is None else second + length
    return PlacedEvent(create_event(0, fields, "test"), second, 0, False, end_second)


def test_each_event_is_a_cue_with_its_id_its_text_and_its_value():
    events = [
        placed(0.5, text="light on"),
        placed(1.25, text="lever", value=2, length=0.5),
        placed(1.25, value="a --> b & <c>"),
        placed(3723.0449),
    ]
    first, second, third, last = (each.event.id for each in events)
    assert write_event_track(events) == (
        "WEBVTT\n\n"
        f"{first}\n00:00:00.500 --> 00:00:01.250\nlight on\n\n"
        f"{second}\n00:00:01.250 --> 00:00:01.750\nlever: 2\n\n"
        f"{third}\n00:00:01.250 --> 00:00:03.250\na --&gt; b &amp; &lt;c&gt;\n\n"
        f"{last}\n01:02:03.045 --> 01:02:05.045\n-\n"
    )


def test_a_track_without_events_has_no_cue():
    assert write_event_track([]) == "WEBVTT\n"


def test_events_in_quick_succession_are_cues_that_a_player_can_show():
    track = write_event_track([placed(1, text="a"), placed(1, text="b")])
    assert "00:00:01.000 --> 00:00:01.100\na" in track
