"""The webhook of a station: what the settings say, and what becomes of what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from camrec.alerts import (
    ATTEMPTS_BEFORE_ALERT,
    Alert,
    Webhook,
    WebhookAnswer,
    WebhookSender,
    post_webhook,
    trial_body,
)
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import InputError
from camrec.i18n import system_language, translate
from camrec.planning import WallClock, find_timezone
from camrec.redaction import Credential
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.settings import StationSettings
from camrec.webhook_address import is_webhook_address, mask_webhook


@dataclass(frozen=True)
class WebhookTrial:
    """What came back when somebody tried the webhook.

    at : when that was known, UTC nanoseconds.
    zone : the time zone of the settings.
    """

    answer: WebhookAnswer
    at: int
    zone: tzinfo

    def message(self, language: str) -> str:
        """What came back and when, in `language`: "en" or "fr"."""
        key, shown_at = f"alerts.tried_{self.answer.code}", WallClock(self.zone).shown_at(self.at)
        return translate(key, language, time=f"{shown_at:%H:%M:%S}", status=self.answer.status)


class StationWebhook:
    """Sends alerts to the address in the settings. Nothing waits for it. For any thread."""

    def __init__(
        self, config: Config, clock: Clock, settings: StationSettings, book: AlertBook
    ) -> None:
        self._config = config
        self._clock = clock
        self._settings = settings
        self._book = book
        self._masks: tuple[Credential, ...] = ()
        self._sender = WebhookSender(clock, book.store, self._find, self._report)
        self._mask()

    def start(self) -> None:
        """Start to send what is not sent yet."""
        self._sender.start()

    def stop(self) -> None:
        """End; what is not sent yet is sent after the next start."""
        self._sender.stop()

    def wake(self) -> None:
        """There is another alert, or the settings were changed."""
        self._mask()
        self._sender.wake()

    def try_out(self, url: str | None = None) -> WebhookTrial:
        """Send something to the webhook now, and return what came back, in 5 s at most.

        url : another address than that of the settings.

        Raises
        ------
        InputError (``bad_webhook``)
        """
        url = self._config.webhook if url is None else url.strip()
        if not is_webhook_address(url):
            raise InputError("bad_webhook")
        secret = self._settings.webhook_secret()
        masks = mask_webhook(url, secret)
        answer = post_webhook(url, trial_body(self._clock.utc_ns(), self._language), secret)
        del masks
        zone = find_timezone(self._config.timezone)
        return WebhookTrial(answer, self._clock.utc_ns(), zone)

    @property
    def has_unsent(self) -> bool:
        """Whether something is not sent yet."""
        return self._book.store.has_unsent

    @property
    def _language(self) -> str:
        return self._config.language or system_language()

    def _find(self) -> Webhook | None:
        url = self._config.webhook
        if not url:
            return None
        secret = self._settings.webhook_secret()
        self._mask()
        return Webhook(url, secret, self._language)

    def _mask(self) -> None:
        """Keep address and secret out of all output, from now on."""
        self._masks = mask_webhook(self._config.webhook, self._config.webhook_secret)

    def _report(self, answer: WebhookAnswer | None, failed_attempts: int) -> None:
        """Note that alerts cannot be sent, or that they can again."""
        now = self._clock.utc_ns()
        lasting = [each for each in self._book.store.lasting() if each.kind == "webhook_failed"]
        if answer is None or answer.is_received:
            for alert in lasting:
                code = "webhook_off" if answer is None else "webhook_well"
                self._book.end(alert.alert_id, now, code)
        elif failed_attempts >= ATTEMPTS_BEFORE_ALERT and not lasting:
            facts = {} if answer.status is None else {"status": answer.status}
            self._book.add(Alert.create("webhook_failed", answer.code, now, facts=facts))
