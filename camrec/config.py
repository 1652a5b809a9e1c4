"""The settings: their defaults, their allowed values, and the file that they are read from."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import param

from camrec import file_system
from camrec.compat import CheckedList, CheckedString
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.settings_file import changed_file, read_settings
from camrec.typed_path import expand_path
from camrec.webhook_address import is_webhook_address

CONFIG_FILENAMES = ("config.yaml", "config.json")
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARD_HOSTS = frozenset({"", "0.0.0.0", "::"})
MIN_TOKEN_CHARS = 8  # characters of a token that is set on the page

FOLDER_SETTINGS = ("bin_dir", "videos_dir")
FILE_SETTINGS = ("tls_certificate", "tls_key")
PROGRAM_SETTINGS = ("ffmpeg_path", "go2rtc_path", "mediamtx_path")
PATH_SETTINGS = frozenset({*FOLDER_SETTINGS, *FILE_SETTINGS, *PROGRAM_SETTINGS})

# Their values are not repeated in errors, and a file that gets one becomes private.
SECRET_SETTINGS = frozenset({"token", "webhook", "webhook_secret"})
# What can be sent to the webhook: kinds of alerts, and that one is over.
WEBHOOK_OCCASIONS = (
    "camera_lost",
    "ended_early",
    "plan_missed",
    "disk_full_soon",
    "clock_jumped",
    "well_again",
)

RENAMED_SETTINGS = {
    "disk_floor": "min_free_bytes",
    "keep_bytes": "retention_bytes",
    "keep_days": "retention_days",
    "framed_by": "frame_ancestors",
}

_ORIGIN_PATTERN = re.compile(
    r"https?://[A-Za-z0-9.*-]+(:\d{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:\d{1,5})?"
)
_HOST_NAME_PATTERN = re.compile(r"[^\s:/?#@\\\[\],]+")


class Origins(CheckedList):
    """Origins: scheme, host and port, and nothing that could add a rule to an HTTP header."""

    def check_items(self, items: list[object]) -> None:
        for each in items:
            if not isinstance(each, str) or not _ORIGIN_PATTERN.fullmatch(each):
                raise ValueError(each)


class Networks(CheckedList):
    """Networks in CIDR form, or single addresses."""

    def check_items(self, items: list[object]) -> None:
        for each in items:
            if not isinstance(each, str):
                raise ValueError(each)
            ipaddress.ip_network(each)


class TimeZoneName(CheckedString):
    """A name of the IANA time zone database; empty: this computer's zone."""

    allowed = "Europe/Paris | America/New_York | UTC | \u2026"

    def check_text(self, text: str) -> None:
        try:
            if text:
                ZoneInfo(text)
        except (OSError, KeyError):  # a folder, no such zone
            raise ValueError(text) from None


class CoordinatePair(CheckedList):
    """Latitude and longitude in degrees, or nothing."""

    allowed = "[-90\u202690, -180\u2026180] | []"

    def check_items(self, items: list[object]) -> None:
        if not items:
            return
        latitude, longitude = items  # a ValueError if there are not two
        for value, limit in ((latitude, 90), (longitude, 180)):
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise ValueError(value)
            if not -limit <= value <= limit:
                raise ValueError(value)


class HostNames(CheckedList):
    """Names or addresses of hosts, without scheme, port and brackets."""

    allowed = "[camera-pc.lan, 192.168.1.9, \u2026]"

    def check_items(self, items: list[object]) -> None:
        for each in items:
            if not isinstance(each, str):
                raise ValueError(each)
            if not _HOST_NAME_PATTERN.fullmatch(each):
                ipaddress.IPv6Address(each)


class SendableToken(CheckedString):
    """A token as a client can send it in a header: nothing is cut off, and it is one line."""

    allowed = "a-long-word-of-your-own"

    def check_text(self, text: str) -> None:
        if text != text.strip() or any(char in text for char in "\r\n\0"):
            raise ValueError("a token that no client can send")


class WebhookUrl(CheckedString):
    """The address of a webhook; empty: there is none."""

    allowed = "http://\u2026 | https://\u2026"

    def check_text(self, text: str) -> None:
        if text and not is_webhook_address(text):
            raise ValueError("no address of a webhook")


class WebhookOccasions(CheckedList):
    """What is sent to the webhook."""

    allowed = " | ".join(WEBHOOK_OCCASIONS)

    def check_items(self, items: list[object]) -> None:
        for each in items:
            if each not in WEBHOOK_OCCASIONS:
                raise ValueError(each)


class Config(param.Parameterized):
    """All settings with their defaults. An unknown setting or a wrong value is an error.

    Paths in a settings file are relative to the folder of that file.

    file : the settings file that was read; None: there was none.
    """

    file: Path | None = None

    log_level: param.Selector[str] = param.Selector(
        default="info",
        objects=["debug", "info", "warning", "error"],
        doc="How much is logged.",
    )
    max_sessions = param.Integer(default=3, bounds=(1, 64), doc="How many cameras may be open.")
    host = param.String(default="127.0.0.1", doc="The address to listen on.")
    port = param.Integer(
        default=8000, bounds=(0, 65535), doc="The port to listen on; 0 takes a free one."
    )
    prefix = param.String(
        default="",
        regex=r"(/[\w.~-]+)*/?",
        doc="The path below which everything is served, such as /cams, for a proxy that keeps it.",
    )
    socket = param.String(
        default="",
        doc="A Unix socket instead of host and port: anyone who can open it can do everything.",
    )
    mediamtx_port = param.Integer(
        default=8554, bounds=(0, 65535), doc="MediaMTX's local RTSP port; 0 takes a free one."
    )
    go2rtc_port = param.Integer(
        default=8555, bounds=(0, 65535), doc="go2rtc's local RTSP port; 0 takes a free one."
    )
    ffmpeg_path = param.String(
        default="ffmpeg",
        doc="FFmpeg's command or path; if it is not found, the one that pip installed.",
    )
    mediamtx_path = param.String(default="", doc="MediaMTX's path; empty: found or downloaded.")
    go2rtc_path = param.String(default="", doc="go2rtc's path; empty: found or downloaded.")
    bin_dir = param.ClassSelector(
        default=Path("bin"), class_=(str, Path), doc="The folder for downloaded programs."
    )
    videos_dir = param.ClassSelector(
        default=Path("videos"), class_=(str, Path), doc="The folder for finished videos."
    )
    h265: param.Selector[str] = param.Selector(
        default="encode",
        objects=["encode", "copy"],
        doc="Encode H.265 as H.264, or copy it: few browsers play H.265.",
    )
    mjpeg_preset: param.Selector[str] = param.Selector(
        default="veryfast",
        objects=["veryfast", "superfast", "ultrafast"],
        doc="x264's preset for MJPEG: a faster one uses less CPU; see docs/settings.md.",
    )
    preroll = param.Number(
        default=0.0,
        bounds=(0, 60),
        doc="Seconds of video kept from before Record was pressed; they are kept in memory.",
    )
    min_free_bytes = param.Integer(
        default=500_000_000,
        bounds=(0, None),
        doc="Bytes of the disk that stay free; when_full says what happens when they are reached.",
    )
    when_full: param.Selector[str] = param.Selector(
        default="stop",
        objects=["stop", "delete_oldest"],
        doc="What happens at min_free_bytes: recordings end, or the oldest videos are deleted.",
    )
    retention_bytes = param.Integer(
        default=0,
        bounds=(0, None),
        doc="Bytes that all videos may take; the oldest beyond them are deleted. 0: no limit.",
    )
    retention_days = param.Number(
        default=0, bounds=(0, None), doc="Days after which a video is deleted. 0: never."
    )
    keep_awake = param.Boolean(
        default=True,
        doc="Ask the computer not to sleep while something is recorded or will be in ten minutes.",
    )
    keep_awake_for_plans = param.Boolean(
        default=False,
        doc="With keep_awake: ask it not to sleep at any time while a plan is active.",
    )
    timezone = TimeZoneName(
        default="",
        doc="The time zone of plans, such as Europe/Paris; empty: this computer's.",
    )
    place = CoordinatePair(
        default=[],
        doc="Latitude and longitude, such as [48.85, 2.35], for plans that go by the sun.",
    )
    language: param.Selector[str] = param.Selector(
        default="",
        objects=["", "en", "fr"],
        doc="The page's language; empty: the browser's.",
    )
    keyring = param.Boolean(
        default=False,
        doc="Store cameras' passwords in the system's keyring; false: only as long as camrec runs,"
        " and in .cameras.json if a camera stays or a plan names it.",
    )
    token = SendableToken(default="", doc="If not empty, every client must send it.")
    allowed_hosts = HostNames(
        default=[], doc="More host names by which the page may be opened, without the port."
    )
    frame_ancestors = Origins(
        default=[], doc="Origins such as http://localhost:8888 that may show the page in a frame."
    )
    tls_certificate = param.String(
        default="", doc="A certificate (PEM, with its chain): the page is then served over TLS."
    )
    tls_key = param.String(default="", doc="Its private key; empty: in the same file.")
    allowed_networks = Networks(
        default=[],
        doc="Networks such as 192.168.1.0/24 that cameras may be in; empty: any.",
    )
    webhook = WebhookUrl(
        default="", doc="An address that gets each alert as JSON by POST; empty: none."
    )
    webhook_when = WebhookOccasions(
        default=["camera_lost", "ended_early", "plan_missed", "disk_full_soon"],
        doc="What is sent to the webhook; also clock_jumped and well_again.",
    )
    webhook_secret = param.String(
        default="", doc="Signs what is sent to the webhook; empty: made when it is used first."
    )

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]  # param has no types here

    def __repr__(self) -> str:
        return f"<Config {self.file or ''}>"

    @classmethod
    def load(cls, file: Path | str | None = None, **overrides: object) -> Config:
        """Read the settings.

        Parameters
        ----------
        file
            A YAML or JSON file; without one, ``./config.yaml`` or ``./config.json``, if there is
            one.
        overrides
            Settings that replace those of the file; None leaves the file's value.

        Raises
        ------
        InputError
            ``config_missing``, ``config_unreadable``, ``config_unknown``, ``config_renamed``,
            ``config_value``.
        """
        path = Path(file) if file else _find_config_file()
        values: dict[str, object] = {}
        if path is not None:
            values = _resolve_paths(read_settings(path, PATH_SETTINGS), path.parent)
        values.update({key: value for key, value in overrides.items() if value is not None})
        shown_path = str(path or "")
        cls._check_setting_names(values, shown_path)
        config = cls()
        config.file = path
        for key, value in values.items():
            config._set(key, value, shown_path)
        return config

    @classmethod
    def _check_setting_names(cls, names: Iterable[str], file: str) -> None:
        """Raises InputError (``config_renamed``, ``config_unknown``)."""
        known = {key for key in cls.param if key != "name"}
        for key in names:
            if key in RENAMED_SETTINGS:
                raise InputError("config_renamed", key=key, file=file, new=RENAMED_SETTINGS[key])
            if key not in known:
                raise InputError(
                    "config_unknown", key=key, file=file, known=", ".join(sorted(known))
                )

    def _set(self, key: str, value: object, file: str) -> None:
        """Raises InputError (``config_value``)."""
        try:
            setattr(self, key, value)
        except (ValueError, TypeError):
            raise InputError(
                "config_value",
                key=key,
                file=file,
                value="***" if key in SECRET_SETTINGS else repr(value),
                wants=_describe_allowed(self.param[key]),
            ) from None

    def save(self, **values: object) -> None:
        """Write settings into the file that was read, or into ``./config.yaml`` if there was none.

        The rest of the file stays as it is, with its comments, its encoding and its line ends.
        This object does not change; the next `load` reads the new values.

        Raises
        ------
        InputError (``config_unreadable``), ServiceError (``config_unwritable``)
        """
        path = self.file or Path(CONFIG_FILENAMES[0])
        content = changed_file(path, values, PATH_SETTINGS)
        temporary = path.with_name(f".{path.name}.new")
        try:
            with file_system.open_private(temporary) as file:
                file.buffer.write(content)
            # A file with a secret stays private: a token opens camrec.
            if path.exists() and not any(map(values.get, SECRET_SETTINGS)):
                file_system.copy_permissions(path, temporary)
            file_system.replace(temporary, path)
        except OSError as error:
            reason = describe_os_error(error)
            raise ServiceError("config_unwritable", file=str(path), reason=reason) from None
        self.file = path

    @property
    def is_reachable_remotely(self) -> bool:
        """Whether other machines reach the page."""
        return self.host not in LOOPBACK_HOSTS and not self.socket

    @property
    def videos(self) -> Path:
        return Path(self.videos_dir).absolute()

    @property
    def bin_path(self) -> Path:
        return Path(self.bin_dir).absolute()


def is_valid_token(token: str) -> bool:
    """Whether a token is long enough not to be guessed and can be typed and sent unchanged."""
    return MIN_TOKEN_CHARS <= len(token) <= 200 and token.isprintable() and token == token.strip()


def _find_config_file() -> Path | None:
    """The settings file of the working folder, if there is one."""
    return next((Path(name) for name in CONFIG_FILENAMES if Path(name).is_file()), None)


def _resolve_paths(values: Mapping[str, object], folder: Path) -> dict[str, object]:
    """`values`, with relative paths resolved against `folder`, the settings file's folder."""
    settings = dict(values)
    for key in FOLDER_SETTINGS:
        if isinstance(value := settings.get(key), str):
            settings[key] = folder / expand_path(value)
    for key in FILE_SETTINGS:
        if isinstance(value := settings.get(key), str) and value:
            settings[key] = str(folder / expand_path(value))
    for key in PROGRAM_SETTINGS:
        if isinstance(value := settings.get(key), str):
            settings[key] = expand_path(value)
    return settings


_TYPES_WITH_EXAMPLE = (
    *(TimeZoneName, CoordinatePair, HostNames, SendableToken),
    *(WebhookUrl, WebhookOccasions),
)


def _describe_allowed(setting: param.Parameter[object]) -> str:
    """The allowed values of a setting, in symbols that need no translation."""
    if isinstance(setting, param.Selector):
        return " | ".join(map(str, setting.objects))
    if isinstance(setting, _TYPES_WITH_EXAMPLE):
        return setting.allowed
    kind = type(setting).__name__
    low, high = getattr(setting, "bounds", None) or (None, None)
    if low is None and high is None:
        return kind
    return f"{kind}, {'' if low is None else low}\u2026{'' if high is None else high}"
