"""When alerts are sent, and when again; the clock is the test's, and so is what comes back."""

from __future__ import annotations

import json

import pytest

from camrec.alerts import Alert, AlertFile, AlertStore, Webhook, WebhookAnswer, WebhookSender
from camrec.alerts.webhook_sender import (
    MAX_RETRY_S,
    MAX_UNSENT_AGE_NS,
    RETRY_JITTER,
    retry_delay,
)
from camrec.clock import NS_PER_SECOND
from camrec.redaction import redact
from camrec.webhook_address import mask_webhook

RECEIVED, FAILED = WebhookAnswer("received", 200), WebhookAnswer("webhook_status", 500)


class Sending:
    """A sender with its webhook, and what was sent and reported."""

    def __init__(self, folder, clock) -> None:
        self.clock = clock
        self.store = AlertStore(AlertFile(folder))
        self.webhook: Webhook | None = Webhook("http://a/", "secret", "en")
        self.answer = RECEIVED
        self.posts: list[tuple[str, str]] = []
        self.reports: list[tuple[WebhookAnswer | None, int]] = []
        self.sender = WebhookSender(
            clock,
            self.store,
            lambda: self.webhook,
            lambda *report: self.reports.append(report),
            self._post,
            lambda attempts: 10.0 * attempts,
        )

    def _post(self, url: str, body: bytes, secret: str) -> WebhookAnswer:
        assert secret == "secret"
        self.posts.append((url, json.loads(body)["alert_id"]))
        return self.answer

    def add(self) -> str:
        alert = Alert.create("ended_early", "ended_disk", self.clock.utc_ns())
        self.store.add(alert, self.clock.utc_ns(), is_sent=True)
        return alert.alert_id

    def passes(self, seconds: float) -> None:
        self.clock.now += int(seconds * NS_PER_SECOND)


@pytest.fixture
def sending(tmp_path, clock) -> Sending:
    return Sending(tmp_path, clock)


def test_alerts_are_sent_in_their_order(sending):
    ids = [sending.add(), sending.add()]
    assert [sending.sender.send_next() for _ in range(3)] == [0.0, 0.0, None]
    assert [alert_id for _, alert_id in sending.posts] == ids


def test_what_fails_is_tried_again_after_a_growing_time_and_the_others_wait(sending):
    first, second = sending.add(), sending.add()
    sending.answer = FAILED
    assert sending.sender.send_next() == 10
    sending.passes(9)
    assert sending.sender.send_next() == 1
    sending.passes(1)
    assert sending.sender.send_next() == 20
    sending.passes(20)
    sending.answer = RECEIVED
    assert [sending.sender.send_next() for _ in range(3)] == [0.0, 0.0, None]
    assert [alert_id for _, alert_id in sending.posts] == [first] * 3 + [second]
    assert sending.reports == [(FAILED, 1), (FAILED, 2), (RECEIVED, 0), (RECEIVED, 0)]


def test_a_failure_that_is_over_counts_no_more(sending):
    sending.add()
    sending.answer = FAILED
    sending.sender.send_next()
    sending.passes(10)
    sending.answer = RECEIVED
    sending.sender.send_next()
    sending.add()
    sending.answer = FAILED
    assert sending.sender.send_next() == 10


def test_another_webhook_is_tried_at_once(sending):
    alert_id = sending.add()
    sending.answer = FAILED
    sending.sender.send_next()
    sending.webhook, sending.answer = Webhook("http://b/", "secret", "en"), RECEIVED
    assert sending.sender.send_next() == 0.0
    assert sending.posts[-1] == ("http://b/", alert_id)


def test_nothing_waits_for_a_webhook_that_was_removed(sending):
    sending.add()
    sending.webhook = None
    assert sending.sender.send_next() is None
    assert not sending.store.has_unsent
    assert sending.reports == [(None, 0)]


def test_what_was_not_sent_for_a_day_is_dropped(sending):
    sending.add()
    sending.clock.now += MAX_UNSENT_AGE_NS + 1
    assert sending.sender.send_next() is None
    assert sending.posts == []


def test_the_time_until_the_next_attempt_doubles_up_to_an_hour():
    for attempts, usual in ((1, 10), (2, 20), (3, 40), (10, MAX_RETRY_S), (10**6, MAX_RETRY_S)):
        delays = [retry_delay(attempts) for _ in range(50)]
        assert usual * (1 - RETRY_JITTER) <= min(delays) < max(delays) <= usual * (1 + RETRY_JITTER)


def test_neither_a_webhook_nor_its_parts_are_printed():
    url = "https://user:p4ssw0rd@ntfy.example.org/topic-of-mine?key=abc12345"
    masks = mask_webhook(url, "the-secret")
    line = f"POST {url} /topic-of-mine?key=abc12345 p4ssw0rd the-secret Basic dXNlcjpwNHNzdzByZA=="
    shown = redact(line)
    assert masks
    for word in ("topic-of-mine", "p4ssw0rd", "the-secret", "abc12345", "dXNlcjpwNHNz"):
        assert word not in shown
    assert "topic" not in repr(Webhook(url, "the-secret", "en"))
