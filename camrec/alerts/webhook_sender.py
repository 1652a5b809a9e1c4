"""Sends alerts to the webhook one after the other, and tries again for a day."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from camrec.alerts.alert_store import AlertStore
from camrec.alerts.webhook_body import webhook_body
from camrec.alerts.webhook_post import WebhookAnswer, post_webhook
from camrec.clock import NS_PER_DAY, NS_PER_SECOND, Clock

log = logging.getLogger(__name__)

MAX_UNSENT_AGE_NS = NS_PER_DAY
FIRST_RETRY_S = 10.0
MAX_RETRY_S = 3600.0
RETRY_JITTER = 0.25
# A webhook that is restarted just now needs no person.
ATTEMPTS_BEFORE_ALERT = 3


@dataclass(frozen=True)
class Webhook:
    """Where alerts go, and in which language.

    url, secret : these are not printed.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    language: str


def retry_delay(attempts: int) -> float:
    """Seconds until the next attempt after so many that failed."""
    usual = min(MAX_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempts - 1, 30))
    return usual * random.uniform(1 - RETRY_JITTER, 1 + RETRY_JITTER)


class WebhookSender:
    """A thread that sends what the store says is not sent yet, in its order.

    Nothing waits for it. If the webhook does not take an alert, the others wait as well: all of
    them go to the same address. After a restart it begins at once.

    Parameters
    ----------
    find_webhook
        The webhook of the settings; None: there is none, and nothing waits for one.
    report
        Called with each answer, and with how many attempts in a row have failed.
    post
        Sends a body to an address, signed with a secret.
    delay
        Seconds until the next attempt after so many that failed.
    """

    def __init__(
        self,
        clock: Clock,
        store: AlertStore,
        find_webhook: Callable[[], Webhook | None],
        report: Callable[[WebhookAnswer | None, int], None],
        post: Callable[[str, bytes, str], WebhookAnswer] = post_webhook,
        delay: Callable[[int], float] = retry_delay,
    ) -> None:
        self._clock = clock
        self._store = store
        self._find_webhook = find_webhook
        self._report = report
        self._post = post
        self._delay = delay
        self._url = ""
        self._failed_attempts = 0
        self._due_at = 0
        self._has_work = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    def start(self) -> None:
        """Start to send."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after the request that it may be sending now."""
        self._stopping = True
        self._has_work.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """There is another alert to send, or another webhook."""
        self._has_work.set()

    def send_next(self) -> float | None:
        """Send the next alert, if it is due.

        Returns seconds until this must be called again; None: when there is something to send.
        """
        webhook = self._find_webhook()
        if webhook is None:
            self._forget_failures("")
            self._store.drop_unsent()
            self._report(None, 0)
            return None
        if webhook.url != self._url:
            self._forget_failures(webhook.url)
        alert = self._store.first_unsent(self._clock.utc_ns() - MAX_UNSENT_AGE_NS)
        if alert is None:
            return None
        left = self._due_at - self._clock.monotonic_ns()
        if left > 0:
            return left / NS_PER_SECOND
        answer = self._post(webhook.url, webhook_body(alert, webhook.language), webhook.secret)
        if answer.is_received:
            self._forget_failures(webhook.url)
            self._store.note_sent(alert)
            self._report(answer, 0)
            return 0.0
        self._failed_attempts += 1
        delay = self._delay(self._failed_attempts)
        self._due_at = self._clock.monotonic_ns() + round(delay * NS_PER_SECOND)
        log.warning("an alert was not sent: %s (%s)", answer.code, answer.status)
        self._report(answer, self._failed_attempts)
        return delay

    def _forget_failures(self, url: str) -> None:
        self._url, self._failed_attempts, self._due_at = url, 0, 0

    def _run(self) -> None:
        while not self._stopping:
            delay: float | None = MAX_RETRY_S
            try:
                delay = self.send_next()
            except Exception:
                log.exception("an alert could not be sent")
            self._has_work.wait(delay)
            self._has_work.clear()
