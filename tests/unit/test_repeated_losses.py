"""The many outages of one camera are one line of the bell."""

from __future__ import annotations

import pytest

from camrec.alerts import Alert, AlertSubject, group_losses
from camrec.clock import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND
from camrec.dashboard.alert_rows import list_alerts, split_message
from camrec.planning import WallClock, find_timezone

MINUTE = 60 * NS_PER_SECOND
NOON = 1_795_953_600 * NS_PER_SECOND  # 2026-11-30 12:00 UTC
STREET = AlertSubject(camera_id="s" * 16, camera="Street")
DOOR = AlertSubject(camera_id="d" * 16, camera="Door")
day_of = WallClock(find_timezone("UTC")).day_of


def outage(at: int, subject: AlertSubject = STREET, length: int | None = MINUTE // 2) -> Alert:
    until = None if length is None else at + length
    return Alert.create("camera_lost", "camera_back", at, until, subject)


def sizes(alerts: list[Alert]) -> list[int]:
    return [len(line) for line in group_losses(alerts[::-1], day_of)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([0, 10, 20, 30], [1, 1, 1, 1]),
        ([0, 15, 30, 45, 60], [5]),
        ([0, 15, 30, 45, 61], [1, 1, 1, 1, 1]),
        # The last one follows as closely; the first one was long before.
        ([-120, 0, 15, 30, 45, 60, 70], [6, 1]),
        # Two such hours with a quiet one between.
        ([0, 1, 2, 3, 4, 180, 181, 182, 183, 184], [5, 5]),
    ],
)
def test_five_outages_within_an_hour_are_one_line(minutes, expected):
    assert sizes([outage(NOON + each * MINUTE) for each in minutes]) == expected


def test_a_line_is_about_one_camera_and_one_day():
    five = [outage(NOON + each * MINUTE) for each in range(5)]
    assert sizes([*five[:4], outage(NOON + 4 * MINUTE, DOOR)]) == [1] * 5
    midnight = NOON + NS_PER_DAY // 2
    assert sizes([outage(midnight + each * MINUTE) for each in range(-5, 5)]) == [5, 5]
    nameless = AlertSubject()
    assert sizes([outage(NOON + each, nameless) for each in range(5)]) == [1] * 5


def test_other_alerts_keep_their_lines_and_their_order():
    early = Alert.create("ended_early", "ended_disk", NOON + 2 * MINUTE, subject=STREET)
    five = [outage(NOON + each * MINUTE) for each in range(5)]
    lines = group_losses([five[4], five[3], early, *five[2::-1]], day_of)
    assert lines == [tuple(five[::-1]), (early,)]


def test_the_row_of_several_outages_has_their_sum():
    five = [outage(NOON + each * MINUTE) for each in range(4)]
    five.append(outage(NOON + 4 * MINUTE, length=None))
    five[0] = five[0].model_copy(update={"seen": True})
    (row,) = list_alerts(five[::-1], [], "en", day_of)
    assert row["alert_ids"] == [each.alert_id for each in five[::-1]]
    assert (row["at"], row["until"]) == (NOON / 1e6, None)
    assert row["lost"] == 4 * MINUTE / 2 / 1e6
    assert row["lost_since"] == (NOON + 4 * MINUTE) / 1e6
    assert row["camera"] == "Street"
    assert not row["seen"]


def test_a_camera_that_comes_and_goes_all_day_leaves_room_for_the_others():
    many = [outage(NOON + each * MINUTE) for each in range(300)]
    first = Alert.create("plan_missed", "missed_asleep", NOON - NS_PER_HOUR, subject=DOOR)
    rows = list_alerts([*many[::-1], first], [], "en", day_of)
    assert [len(row["alert_ids"]) for row in rows] == [300, 1]


@pytest.mark.parametrize(
    ("code", "camera", "english", "french"),
    [
        (
            "missed_asleep",
            "Door, left: inside",
            ("Door, left: inside: a plan was missed", "the computer was asleep"),
            ("Door, left: inside\u00a0: un horaire a été manqué", "l’ordinateur était en veille"),
        ),
        ("camera_lost", "Door", ("Door: no picture", ""), ("Door\u00a0: pas d’image", "")),
        (
            "webhook_no_answer",
            None,
            ("An alert could not be sent", "the webhook did not answer in 5\u00a0s"),
            ("Une alerte n’a pas pu être envoyée", "le webhook n’a pas répondu en 5\u00a0s"),
        ),
        (
            "disk_well",
            None,
            ("The disk was filling up", "now there is enough space"),
            ("Le disque se remplissait", "il a de nouveau assez de place"),
        ),
    ],
)
def test_a_line_says_what_happened_before_it_says_why(code, camera, english, french):
    alert = Alert.create("camera_lost", code, NOON, subject=AlertSubject(camera=camera))
    assert split_message(alert, "en") == english
    assert split_message(alert, "fr") == french
