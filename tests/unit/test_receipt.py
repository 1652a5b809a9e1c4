"""A receipt: codes with facts and their texts, whatever version wrote it."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from camrec.i18n import LANGUAGES, catalogue
from camrec.receipt import (
    CalibratedDelay,
    EndReason,
    Gap,
    Receipt,
    RecordingWarning,
    VideoUtcSource,
    gap_spans,
)


def receipt(**changed: object) -> Receipt:
    known = {
        "recording_id": "a", "name": "Door", "source": "rtsp://camera/live", "asked": 2,
        "duration": 2, "started_at": "2026-11-24T14:03:00Z", "ended_at": "2026-11-24T14:03:02Z",
        "ended": "time", "frames": 50, "width": 320, "height": 240, "video_codec": "h264",
        "size": 1, "sha256": "", "playable": True,
    }  # fmt: skip
    return Receipt.model_validate(known | changed)


def test_a_warning_has_its_facts_and_its_text_in_both_languages():
    late = RecordingWarning.of("first_frame_late", seconds=1.5)
    assert late.text() == "The first frame arrived 1.5\u00a0s after the start."
    assert late.text("fr") == "La première image est arrivée 1,5\u00a0s après le début."
    assert late == RecordingWarning.of("first_frame_late", seconds=1.5)


def test_a_written_receipt_has_code_facts_and_the_english_message(tmp_path):
    late = RecordingWarning.of("first_frame_late", seconds=1.5)
    path = tmp_path / "Door.json"
    receipt(warnings=[late]).write(path)
    (written,) = json.loads(path.read_text("utf-8"))["warnings"]
    assert written == {"code": late.code, "facts": {"seconds": 1.5}, "message": late.text()}
    assert Receipt.read(path).warnings == [late]


def test_the_messages_of_a_receipt_are_translated():
    told = receipt(warnings=[RecordingWarning.of("frames_dropped")]).in_language("fr")
    assert told.warnings[0].message == catalogue("fr")["warnings.frames_dropped"]


def test_a_receipt_of_an_older_camrec_stays_readable():
    old = receipt(warnings=["FFmpeg ended: a {brace}"])
    (warning,) = old.warnings
    assert warning.code == "text"
    assert {warning.text(language) for language in LANGUAGES} == {"FFmpeg ended: a {brace}"}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"code": "of_a_newer_camrec", "message": "It rained."}, "It rained."),
        ({"code": "of_a_newer_camrec"}, "of_a_newer_camrec"),
        ({"code": "first_frame_late", "facts": {"minutes": 1}, "message": "Late."}, "Late."),
        ({"code": "first_frame_late"}, "first_frame_late"),
    ],
)
def test_a_warning_that_this_camrec_does_not_know_shows_its_message(given, shown):
    (warning,) = receipt(warnings=[given]).warnings
    assert [warning.text(language) for language in LANGUAGES] == [shown, shown]


def test_a_reason_that_this_camrec_does_not_know_is_an_error():
    assert receipt(ended="of a newer camrec").ended == "error"


def test_a_source_of_utc_that_this_camrec_does_not_know_is_the_arrival():
    assert receipt(utc_source="of a newer camrec").utc_source == "arrival"
    known = get_args(VideoUtcSource)
    assert [receipt(utc_source=each).utc_source for each in known] == list(known)


@pytest.mark.parametrize("reason", get_args(EndReason))
def test_every_reason_why_a_recording_ended_has_a_text(reason):
    assert receipt(ended=reason).ended == reason
    assert all(f"videos.ended_{reason}" in catalogue(language) for language in LANGUAGES)


def test_a_written_receipt_can_be_read_by_people(tmp_path):
    receipt(name="Entrée").write(tmp_path / "Door.json")
    written = (tmp_path / "Door.json").read_bytes().decode("utf-8")
    assert '\n  "name": "Entrée",\n' in written and written.endswith("}\n")


@pytest.mark.parametrize(
    ("measured", "dated", "holds"),
    [
        ("arrival", "arrival", True),
        ("camera", "camera", True),
        ("camera", "zone", True),
        ("camera", "mixed", True),
        ("arrival", "mixed", False),
        ("arrival", "camera", False),
        ("arrival", "zone", False),
        ("camera", "arrival", False),
        ("of a newer camrec", "arrival", False),
    ],
)
def test_a_measured_delay_holds_for_frames_that_the_same_clock_dates(measured, dated, holds):
    delay = CalibratedDelay(
        seconds=0.04, uncertainty=0.001, measured_at="2026-11-24T14:03:00Z", utc_source=measured
    )
    assert delay.holds_for(dated) is holds
    assert receipt(calibrated_delay=delay.model_dump()).calibrated_delay == delay


def test_what_a_receipt_of_an_older_camrec_lacks_has_the_value_that_it_then_had():
    old = receipt()
    assert (old.version, old.parts, old.locked, old.utc_source) == (1, 1, False, "arrival")
    assert (old.lead, old.preroll, old.calibrated_delay, old.evicted_at) == (0, 0, None, None)


def test_what_a_newer_camrec_wrote_next_to_the_known_facts_is_ignored():
    assert receipt(of_a_newer_camrec={"a": 1}) == receipt()


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "b", "at": "2026-11-24T14:03:00"},
        {"id": "b", "at": "2026-11-24T14:03:00Z", "text": None},
        {"at": "2026-11-24T14:03:00Z"},
        1,
    ],
)
def test_a_bad_event_costs_no_other_event_and_not_the_receipt(bad, tmp_path, caplog):
    good = {"id": "a", "at": "2026-11-24T14:03:01Z", "text": "light on", "value": 5}
    path = tmp_path / "Door.json"
    path.write_text(json.dumps(json.loads(receipt().model_dump_json()) | {"events": [bad, good]}))
    (kept,) = Receipt.read(path).events
    assert (kept.id, kept.text, kept.value) == ("a", "light on", 5)
    (said,) = caplog.messages
    assert said.startswith("one of the events of a receipt is left out: 1 validation error")


def test_the_events_of_a_receipt_are_in_order_even_if_somebody_added_one():
    two = [{"id": "b", "at": "2026-11-24T14:03:01Z"}, {"id": "a", "at": "2026-11-24T14:03:00Z"}]
    assert [each.id for each in receipt(events=two).events] == ["a", "b"]


def test_a_bad_warning_costs_no_other_warning_and_not_the_receipt(caplog):
    good = RecordingWarning.of("frames_dropped")
    newer = {"code": "of_a_newer_camrec", "facts": {"at": [1, 2]}}
    no_names = {"code": "first_frame_late", "facts": [1.5]}
    for bad in (newer, no_names, {"message": "It rained."}, {"code": 1}, None):
        assert receipt(warnings=[bad, good]).warnings == [good]
    assert len(caplog.messages) == 5
    assert caplog.messages[0].startswith("one of the warnings of a receipt is left out: ")


@pytest.mark.parametrize("name", ["events", "warnings"])
def test_a_receipt_whose_entries_are_no_list_has_none(name, caplog):
    assert getattr(receipt(**{name: None}), name) == []
    assert caplog.messages == [f"the {name} of a receipt are no list, and are left out"]


def test_a_number_that_somebody_wrote_as_a_detail_is_accepted(caplog):
    given = {"subject": "Anna", "trial": 5, "dose": 0.5, "blind": True, "note": None, "list": []}
    kept = {"subject": "Anna", "trial": "5", "dose": "0.5", "blind": "true"}
    assert receipt(details=given).details == kept
    assert caplog.messages == [
        f"the detail {name} of a receipt is no text, and is left out" for name in ("note", "list")
    ]


def test_a_receipt_whose_details_are_no_names_with_values_has_none(caplog):
    assert receipt(details=["Anna"]).details == {}
    assert caplog.messages == [
        "the details of a receipt are no names with values, and are left out"
    ]


@pytest.mark.parametrize("name", ["started_at", "ended_at"])
@pytest.mark.parametrize("time", ["", "yesterday", None])
def test_a_file_with_a_time_that_is_none_is_no_receipt(name, time, tmp_path):
    path = tmp_path / "Door.json"
    path.write_text(json.dumps(json.loads(receipt().model_dump_json()) | {name: time}))
    with pytest.raises(ValueError, match=name):
        Receipt.read(path)


def test_a_time_before_all_calendars_is_none():
    with pytest.raises(ValueError, match="out of range"):
        receipt(started_at="0001-01-01T00:00:00+14:00")


def test_a_receipt_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "Door.json"
    path.write_text(receipt(name="Entrée").model_dump_json(), "utf-8-sig")
    assert Receipt.read(path).name == "Entrée"


def test_the_spans_of_gaps_are_in_utc():
    gaps = [Gap(start=1.5, duration=0.25), Gap(start=3, duration=1)]
    assert list(gap_spans(gaps, 10**18)) == [
        (10**18 + 1_500_000_000, 10**18 + 1_750_000_000),
        (10**18 + 3_000_000_000, 10**18 + 4_000_000_000),
    ]
