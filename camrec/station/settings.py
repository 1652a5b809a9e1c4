"""Changes the settings that can be changed on the page."""

from __future__ import annotations

import tempfile

from camrec.callbacks import Callbacks
from camrec.config import MIN_TOKEN_CHARS, Config, is_valid_token
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.library import check_folder_length
from camrec.station.changes import SettingsChanged, StationChange
from camrec.typed_path import parse_path


class StationSettings:
    """The settings that can be changed while camrec runs.

    next_videos_dir : the videos folder from the next start on.
    """

    def __init__(self, config: Config, changed: Callbacks[[StationChange]]) -> None:
        self.next_videos_dir = config.videos
        self._config = config
        self._changed = changed

    def change(
        self,
        max_sessions: int | None = None,
        videos_dir: str | None = None,
        token: str | None = None,
    ) -> None:
        """Change settings and write them into the settings file. None leaves a setting as it is.

        The number of sessions and the token take effect at once, the folder when camrec restarts.
        An empty token removes the token.

        Raises
        ------
        InputError (``bad_most``, ``bad_folder``, ``folder_too_long``, ``bad_token``,
        ``host_needs_token``),
        ServiceError (``folder_unwritable``, ``config_unwritable``)
        """
        if max_sessions is not None:
            self._change_max_sessions(max_sessions)
        if videos_dir is not None:
            self._change_videos_dir(videos_dir)
        if token is not None:
            self._change_token(token)
        self._changed.emit(SettingsChanged())

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
