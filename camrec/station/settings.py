"""Changes the settings that can be changed on the page."""

from __future__ import annotations

import logging
import math
import secrets
import tempfile
import threading
from collections.abc import Sequence

from camrec.callbacks import Callbacks
from camrec.config import MIN_TOKEN_CHARS, WEBHOOK_OCCASIONS, Config, is_valid_token
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.library import RetentionPolicy, VideoLibrary, check_folder_length
from camrec.planning import parse_place
from camrec.station.changes import SettingsChanged, StationChange
from camrec.typed_path import parse_path
from camrec.webhook_address import is_webhook_address

log = logging.getLogger(__name__)


class StationSettings:
    """The settings that can be changed while camrec runs.

    next_videos_dir : the videos folder from the next start on.
    """

    def __init__(
        self, config: Config, library: VideoLibrary, changed: Callbacks[[StationChange]]
    ) -> None:
        self.next_videos_dir = config.videos
        self._config = config
        self._library = library
        self._changed = changed
        self._lock = threading.Lock()  # held while the file is changed

    def change(
        self,
        max_sessions: int | None = None,
        videos_dir: str | None = None,
        token: str | None = None,
        webhook: str | None = None,
        webhook_when: Sequence[str] | None = None,
    ) -> None:
        """Change settings and write them into the settings file. None leaves a setting as it is.

        The folder takes effect when camrec restarts, the others at once. An empty token removes the
        token, and an empty webhook the webhook.

        Raises
        ------
        InputError (``bad_most``, ``bad_folder``, ``folder_too_long``, ``bad_token``,
        ``host_needs_token``, ``bad_webhook``, ``bad_webhook_when``),
        ServiceError (``folder_unwritable``, ``config_unwritable``)
        """
        with self._lock:
            if max_sessions is not None:
                self._change_max_sessions(max_sessions)
            if videos_dir is not None:
                self._change_videos_dir(videos_dir)
            if token is not None:
                self._change_token(token)
            if webhook is not None:
                self._change_webhook(webhook.strip())
            if webhook_when is not None:
                self._change_webhook_when(webhook_when)
        self._changed.emit(SettingsChanged())

    def change_retention(self, max_bytes: int | None = None, max_days: float | None = None) -> None:
        """Change what all videos may take and how old they may be. None leaves it as it is.

        It takes effect when the next video is saved.

        Raises
        ------
        InputError (``bad_request``), ServiceError (``config_unwritable``)
        """
        with self._lock:
            if max_bytes is not None:
                if type(max_bytes) is not int or max_bytes < 0:
                    raise InputError("bad_request")
                self._config.save(retention_bytes=max_bytes)
                self._config.retention_bytes = max_bytes
            if max_days is not None:
                if type(max_days) not in (int, float) or not 0 <= max_days < math.inf:
                    raise InputError("bad_request")
                self._config.save(retention_days=max_days)
                self._config.retention_days = max_days
            limits = RetentionPolicy(self._config.retention_bytes, self._config.retention_days)
            self._library.retention = limits
        self._changed.emit(SettingsChanged())

    def change_when_full(self, when_full: str) -> None:
        """Change what happens when the disk is full: ``stop`` or ``delete_oldest``. At once.

        Raises
        ------
        InputError (``bad_request``), ServiceError (``config_unwritable``)
        """
        if when_full not in self._config.param.when_full.objects:
            raise InputError("bad_request")
        with self._lock:
            self._config.save(when_full=when_full)
            self._config.when_full = when_full
        self._changed.emit(SettingsChanged())

    def change_min_free_bytes(self, min_free_bytes: int) -> None:
        """Change how many bytes of the disk stay free. At once.

        Raises
        ------
        InputError (``bad_request``), ServiceError (``config_unwritable``)
        """
        lowest, _ = self._config.param.min_free_bytes.bounds
        if type(min_free_bytes) is not int or min_free_bytes < lowest:
            raise InputError("bad_request")
        with self._lock:
            self._config.save(min_free_bytes=min_free_bytes)
            self._config.min_free_bytes = min_free_bytes
            self._library.disk_space.min_free_bytes = min_free_bytes
        self._changed.emit(SettingsChanged())

    def change_place(self, place: Sequence[float]) -> None:
        """Change where the sun rises and sets: latitude and longitude; empty: nowhere. At once.

        Raises
        ------
        InputError (``place_invalid``), ServiceError (``config_unwritable``)
        """
        parse_place(place)
        with self._lock:
            self._config.save(place=list(place))
            self._config.place = list(place)
        self._changed.emit(SettingsChanged())

    def keep_awake_for_plans(self, wanted: bool) -> None:
        """Keep the computer awake at any time while a plan is active, or only to record. At once.

        Raises
        ------
        ServiceError (``config_unwritable``)
        """
        changes = {"keep_awake_for_plans": wanted}
        if wanted:
            changes["keep_awake"] = True
        with self._lock:
            self._config.save(**changes)
            self._config.param.update(**changes)
        self._changed.emit(SettingsChanged())

    def webhook_secret(self) -> str:
        """The secret that signs alerts. It is made on the first call, and put into the file."""
        with self._lock:
            if not self._config.webhook_secret:
                secret = secrets.token_urlsafe(32)
                if self._config.file is not None:
                    try:
                        self._config.save(webhook_secret=secret)
                    except (InputError, ServiceError) as error:
                        log.warning("the secret of the webhook is for this run only: %s", error)
                self._config.webhook_secret = secret
            return self._config.webhook_secret

    def _change_max_sessions(self, max_sessions: int) -> None:
        lowest, highest = self._config.param.max_sessions.bounds
        if type(max_sessions) is not int or not lowest <= max_sessions <= highest:
            raise InputError("bad_most", lowest=lowest, highest=highest)
        self._config.save(max_sessions=max_sessions)
        self._config.max_sessions = max_sessions

    def _change_videos_dir(self, videos_dir: str) -> None:
        folder = parse_path(videos_dir.strip())
        if not folder.is_absolute():
            raise InputError("bad_folder", example=str(self._config.videos))
        check_folder_length(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            reason = describe_os_error(error)
            raise ServiceError("folder_unwritable", folder=str(folder), reason=reason) from None
        self._config.save(videos_dir=str(folder))
        self.next_videos_dir = folder

    def _change_token(self, token: str) -> None:
        if token and not is_valid_token(token):
            raise InputError("bad_token", shortest=MIN_TOKEN_CHARS)
        if not token and self._config.is_reachable_remotely:
            raise InputError("host_needs_token", host=self._config.host or "0.0.0.0")
        self._config.save(token=token)
        self._config.token = token

    def _change_webhook(self, webhook: str) -> None:
        if webhook and not is_webhook_address(webhook):
            raise InputError("bad_webhook")
        self._config.save(webhook=webhook)
        self._config.webhook = webhook

    def _change_webhook_when(self, webhook_when: Sequence[str]) -> None:
        chosen = [each for each in WEBHOOK_OCCASIONS if each in webhook_when]
        if len(chosen) != len(set(webhook_when)):
            raise InputError("bad_webhook_when", known=", ".join(WEBHOOK_OCCASIONS))
        self._config.save(webhook_when=chosen)
        self._config.webhook_when = chosen
