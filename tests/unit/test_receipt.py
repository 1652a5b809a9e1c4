"""A receipt: codes with facts and their texts, whatever version wrote it."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from camrec.i18n import LANGUAGES, catalogue
from camrec.receipt import CalibratedDelay, EndReason, Receipt, RecordingWarning


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


def test_a_receipt_from_before_calibration_has_no_measured_delay():
    assert receipt().calibrated_delay is None


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
    assert "is left out" in caplog.text


def test_a_receipt_whose_events_are_no_list_has_none():
    assert receipt(events=None).events == []
