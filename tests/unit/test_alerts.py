"""What is an alert and what is not, and the file that keeps alerts."""

from __future__ import annotations

import json

import pytest

from camrec.alerts import (
    ALERT_FILE_NAME,
    LOST_AFTER_NS,
    MAX_ALERT_AGE_DAYS,
    MAX_ALERTS,
    Alert,
    AlertFile,
    AlertStore,
    AlertSubject,
    CameraLossBegin,
    CameraLossEnd,
    CameraSilence,
    EndedFacts,
    LostCameraTracker,
    judge_disk,
    judge_end,
)
from camrec.clock import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND
from camrec.errors import NotFoundError, ServiceError
from camrec.i18n import LANGUAGES, catalogue
from support.private_files import is_private

NOW = 1_795_964_400 * NS_PER_SECOND
SUBJECT = AlertSubject(camera_id="c" * 16, camera="Street", recording_id="r" * 16)


@pytest.mark.parametrize("reason", ["stopped", "closed", "shutdown", "time"])
def test_the_end_that_a_person_or_the_clock_gave_a_recording_is_no_alert(reason):
    assert judge_end(EndedFacts(reason)) is None


@pytest.mark.parametrize("reason", ["disk", "camera", "error", "crash"])
def test_a_recording_that_ended_early_is_an_alert_with_its_reason(reason):
    verdict = judge_end(EndedFacts(reason))
    assert (verdict.kind, verdict.code) == ("ended_early", f"ended_{reason}")


def test_an_alert_says_if_no_old_video_could_be_deleted():
    assert judge_end(EndedFacts("disk", deletes_oldest=True)).code == "ended_disk_none_deletable"
    assert judge_end(EndedFacts("camera", deletes_oldest=True)).code == "ended_camera"


@pytest.mark.parametrize(
    ("reason", "error_code", "kind", "code"),
    [
        (None, "recording_missed", "plan_missed", "missed_start"),
        (None, "folder_unwritable", "ended_early", "ended_not_started"),
        ("time", "recording_empty", "ended_early", "ended_empty"),
        ("disk", "recording_no_key_frame", "ended_early", "ended_empty"),
        ("stopped", "ffmpeg_failed", "ended_early", "ended_not_saved"),
    ],
)
def test_a_recording_without_a_video_is_an_alert(reason, error_code, kind, code):
    verdict = judge_end(EndedFacts(reason, error_code))
    assert (verdict.kind, verdict.code) == (kind, code)


@pytest.mark.parametrize(
    ("reason", "error_code"),
    [(None, "recording_cancelled"), ("stopped", "recording_empty"), ("closed", "recording_empty")],
)
def test_a_recording_that_a_person_ended_before_its_first_frame_is_no_alert(reason, error_code):
    assert judge_end(EndedFacts(reason, error_code)) is None


def silence(since: int | None, recording_id: str | None = "r", session_id: str = "s"):
    return CameraSilence(session_id, recording_id, since)


def test_a_lost_camera_is_one_alert_with_both_times():
    tracker, lost = LostCameraTracker(), NOW + LOST_AFTER_NS
    assert tracker.compare(lost - 1, [silence(NOW)]) == ([], [])
    assert tracker.compare(lost, [silence(NOW)]) == ([CameraLossBegin("s", NOW)], [])
    tracker.note("s", "a")
    assert tracker.compare(lost + NS_PER_SECOND, [silence(NOW)]) == ([], [])
    back = CameraSilence("s", "r", None, back_at=lost + 5)
    assert tracker.compare(lost + 9, [back]) == (
        [],
        [CameraLossEnd("a", lost + 5, is_closed=False)],
    )
    assert tracker.compare(lost + 10, [back]) == ([], [])


def test_a_camera_that_does_not_record_is_not_missed():
    tracker = LostCameraTracker()
    assert tracker.compare(NOW + NS_PER_HOUR, [silence(NOW, recording_id=None)]) == ([], [])


def test_a_camera_stays_lost_after_its_recording_has_ended():
    tracker = LostCameraTracker()
    tracker.note("s", "a")
    assert tracker.compare(NOW, [silence(NOW - 1, recording_id=None)]) == ([], [])
    back = CameraSilence("s", None, None)
    assert tracker.compare(NOW, [back]) == ([], [CameraLossEnd("a", NOW, is_closed=False)])


def test_a_lost_camera_that_is_closed_is_no_longer_lost():
    tracker = LostCameraTracker()
    tracker.note("s", "a")
    assert tracker.compare(NOW, []) == ([], [CameraLossEnd("a", NOW, is_closed=True)])


def test_a_camera_that_an_earlier_camrec_lost_stays_lost_if_its_recording_goes_on():
    earlier = Alert.create("camera_lost", "camera_lost", NOW, subject=SUBJECT)
    tracker = LostCameraTracker([earlier])
    lost = silence(NOW, recording_id=SUBJECT.recording_id)
    assert tracker.compare(NOW + NS_PER_HOUR, [silence(None, "other", "t"), lost]) == ([], [])
    _, ends = tracker.compare(NOW + NS_PER_HOUR, [CameraSilence("s", None, None)])
    assert [each.alert_id for each in ends] == [earlier.alert_id]


@pytest.mark.parametrize(
    ("hours_left", "is_warned", "verdict"),
    [
        (48, False, "warn"),
        (48.1, False, "same"),
        (0, False, "warn"),
        (None, False, "same"),
        (47, True, "same"),
        (59, True, "same"),
        (61, True, "well"),
        (None, True, "well"),
    ],
)
def test_the_disk_is_an_alert_two_days_before_it_is_full(hours_left, is_warned, verdict):
    full_at = None if hours_left is None else NOW + int(hours_left * NS_PER_HOUR)
    assert judge_disk(NOW, full_at, is_warned=is_warned) == verdict


def test_every_sentence_of_an_alert_can_be_said_in_both_languages():
    facts = {"hours": 3, "seconds": 3, "status": 500}
    sentences = (each for each in catalogue("en") if each.startswith("alerts."))
    for key in (each for each in sentences if "tried" not in each):
        for value in (1, 3):
            alert = Alert.create(
                "ended_early",
                key.removeprefix("alerts."),
                NOW,
                subject=SUBJECT,
                facts=dict.fromkeys(facts, value),
            )
            assert len({alert.message(language) for language in LANGUAGES}) == 2


def test_a_camera_that_is_named_by_its_address_has_no_name_for_others():
    subject = AlertSubject(camera="192.168.1.20 /a", is_named_by_address=True)
    alert = Alert.create("camera_lost", "camera_lost", NOW, subject=subject)
    assert alert.message("en") == "192.168.1.20 /a: no picture"
    assert alert.public_message("en") == "A camera: no picture"
    assert alert.public_camera("fr") == "Une caméra"


@pytest.fixture
def store(tmp_path):
    store = AlertStore(AlertFile(tmp_path))
    store.load()
    return store


def read_again(folder) -> AlertStore:
    store = AlertStore(AlertFile(folder))
    store.load()
    return store


def lost(at: int = NOW) -> Alert:
    return Alert.create("camera_lost", "camera_lost", at, subject=SUBJECT)


def test_alerts_are_kept_over_a_restart_the_newest_first(store, tmp_path):
    first, second = lost(), lost(NOW + 1)
    store.add(first, NOW)
    store.add(second, NOW)
    ended = store.end(first.alert_id, NOW + 60, "camera_back", NOW)
    store.mark_seen([second.alert_id])
    seen = second.model_copy(update={"seen": True})
    assert (ended.until, ended.code) == (NOW + 60, "camera_back")
    assert read_again(tmp_path).newest_first() == store.newest_first() == [seen, ended]
    assert is_private(tmp_path / ALERT_FILE_NAME)


def test_only_the_alerts_of_ninety_days_are_kept(store, tmp_path):
    old = lost(NOW - MAX_ALERT_AGE_DAYS * NS_PER_DAY - 1)
    kept = lost(NOW - MAX_ALERT_AGE_DAYS * NS_PER_DAY)
    for alert in (old, kept, new := lost()):
        store.add(alert, NOW)
    assert read_again(tmp_path).newest_first() == [new, kept]


def test_the_number_of_alerts_is_bounded(tmp_path):
    file = AlertFile(tmp_path)
    entries = [lost(NOW + number).model_dump() for number in range(MAX_ALERTS)]
    content = {"version": 1, "alerts": entries, "unsent": []}
    (tmp_path / ALERT_FILE_NAME).write_text(json.dumps(content))
    store = AlertStore(file)
    store.load()
    store.add(new := lost(NOW + MAX_ALERTS), NOW)
    alerts = read_again(tmp_path).newest_first()
    assert (len(alerts), alerts[0], alerts[-1].at) == (MAX_ALERTS, new, NOW + 1)


def test_seen_alerts_are_those_that_were_asked_for_or_none(store):
    first, second = lost(), lost()
    store.add(first, NOW)
    store.add(second, NOW)
    with pytest.raises(NotFoundError) as unknown:
        store.mark_seen([first.alert_id, "nothing"])
    assert unknown.value.code == "no_alert"
    assert not any(each.seen for each in store.newest_first())
    assert store.mark_seen([first.alert_id]) == [first.alert_id]
    assert store.mark_all_seen() == [second.alert_id]
    assert store.mark_all_seen() == []


def test_what_a_newer_camrec_wrote_into_the_file_is_kept(tmp_path):
    known = lost().model_dump()
    strange = [{"alert_id": "x", "kind": "of_the_future", "at": NOW, "code": "new"}, 7]
    unsaid = [
        {**known, "alert_id": "y", "code": "of_the_future"},
        {**known, "alert_id": "z", "facts": {"camera": 1}},
        {**known, "alert_id": "a", "at": 10**24},
        {**known, "alert_id": "b", "until": -1},
    ]
    content = {"version": 1, "alerts": [known, *strange, *unsaid], "mood": "good"}
    (tmp_path / ALERT_FILE_NAME).write_text(json.dumps(content))
    store = read_again(tmp_path)
    assert [each.alert_id for each in store.newest_first()] == [known["alert_id"]]
    store.mark_all_seen()
    written = json.loads((tmp_path / ALERT_FILE_NAME).read_text())
    assert written["alerts"][1:] == [*strange, *unsaid]
    assert written["mood"] == "good"


def test_a_file_of_a_newer_camrec_is_not_changed_and_alerts_are_in_memory(tmp_path):
    path = tmp_path / ALERT_FILE_NAME
    path.write_text(json.dumps({"version": 2, "alerts": []}))
    store = read_again(tmp_path)
    store.add(alert := lost(), NOW)
    assert store.newest_first() == [alert]
    with pytest.raises(ServiceError) as kept:
        store.mark_all_seen()
    assert kept.value.code == "alerts_file_kept"
    assert json.loads(path.read_text()) == {"version": 2, "alerts": []}


def test_what_the_webhook_still_has_to_get_is_kept_over_a_restart(store, tmp_path):
    first, second = lost(), lost(NOW + 1)
    store.add(first, NOW, is_sent=True)
    store.add(second, NOW, is_sent=True)
    store.add(lost(), NOW)
    again = read_again(tmp_path)
    assert again.first_unsent(NOW) == first
    again.note_sent(first)
    assert read_again(tmp_path).first_unsent(NOW) == second
    again.note_sent(second)
    assert read_again(tmp_path).first_unsent(NOW) is None


def test_an_alert_that_ends_before_it_was_sent_is_sent_once_with_both_times(store):
    store.add(alert := lost(), NOW, is_sent=True)
    ended = store.end(alert.alert_id, NOW + 60, "camera_back", NOW, is_sent=True)
    assert store.first_unsent(NOW) == ended
    store.note_sent(ended)
    assert store.first_unsent(NOW) is None


def test_an_alert_that_ends_while_it_is_sent_is_sent_again(store):
    store.add(alert := lost(), NOW, is_sent=True)
    ended = store.end(alert.alert_id, NOW + 60, "camera_back", NOW, is_sent=True)
    store.note_sent(alert)
    assert store.first_unsent(NOW) == ended


def test_an_alert_that_waited_too_long_is_not_sent_any_more(store):
    store.add(lost(), NOW, is_sent=True)
    store.add(late := lost(), NOW + 10, is_sent=True)
    assert store.first_unsent(NOW + 1) == late
    store.drop_unsent()
    assert store.first_unsent(0) is None
