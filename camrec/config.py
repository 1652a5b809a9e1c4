"""The settings: what they are, where they come from, and what may stand in them."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import param
import yaml

from camrec import durable_files
from camrec.compat import CheckedList
from camrec.errors import InputError, ServiceError, describe_os_error
from camrec.i18n import Phrase

CONFIG_FILENAMES = ("config.yaml", "config.json")
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARD_HOSTS = frozenset({"", "0.0.0.0", "::"})
MIN_TOKEN_CHARS = 8  # characters of one that is set on the page

RENAMED_SETTINGS = {
    "disk_floor": "min_free_bytes",
    "keep_bytes": "retention_bytes",
    "keep_days": "retention_days",
    "framed_by": "frame_ancestors",
}

_ORIGIN_PATTERN = re.compile(
    r"https?://[A-Za-z0-9.*-]+(:\d{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:\d{1,5})?"
)


class Origins(CheckedList):
    """Scheme, host and port; nothing that could add a rule of its own to a header."""

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


class Config(param.Parameterized):
    """Every setting with its default. An unknown one, or a wrong value, is an error.

    Paths given in a file count from the folder of that file.

    file : what was read; None: nothing.
    """

    file: Path | None = None

    log_level = param.Selector(
        default="info",
        objects=["debug", "info", "warning", "error"],
        doc="How much is logged.",
    )
    max_sessions = param.Integer(default=3, bounds=(1, 64), doc="How many cameras may be open.")
    host = param.String(default="127.0.0.1", doc="The address that the page is served on.")
    port = param.Integer(default=8000, bounds=(0, 65535), doc="Its port; 0 takes a free one.")
    prefix = param.String(
        default="",
        regex=r"(/[\w.~-]+)*/?",
        doc="The path that everything is below, such as /cams; for a proxy that keeps it.",
    )
    socket = param.String(
        default="",
        doc="A Unix socket to serve on in place of host and port: who may open it may do all.",
    )
    mediamtx_port = param.Integer(
        default=8554, bounds=(0, 65535), doc="MediaMTX's local RTSP port; 0 takes a free one."
    )
    go2rtc_port = param.Integer(
        default=8555, bounds=(0, 65535), doc="go2rtc's local RTSP port; 0 takes a free one."
    )
    ffmpeg_path = param.String(
        default="ffmpeg",
        doc="FFmpeg's command or path; where it is not found, the one that pip brought.",
    )
    mediamtx_path = param.String(default="", doc="MediaMTX's path; empty: found or fetched.")
    go2rtc_path = param.String(default="", doc="go2rtc's path; empty: found or fetched.")
    bin_dir = param.ClassSelector(
        default=Path("bin"), class_=(str, Path), doc="Where fetched programs are kept."
    )
    videos_dir = param.ClassSelector(
        default=Path("videos"), class_=(str, Path), doc="Where finished videos are kept."
    )
    h265 = param.Selector(
        default="encode",
        objects=["encode", "copy"],
        doc="H.265 is encoded as H.264, or copied: that costs nothing and few browsers play it.",
    )
    mjpeg_preset = param.Selector(
        default="veryfast",
        objects=["veryfast", "superfast", "ultrafast"],
        doc="x264's preset for MJPEG: the faster, the less it costs; see docs/settings.md.",
    )
    preroll = param.Number(
        default=0.0,
        bounds=(0, 60),
        doc="Seconds before the button that a video begins; they are kept in memory.",
    )
    min_free_bytes = param.Integer(
        default=500_000_000,
        bounds=(0, None),
        doc="Bytes of the disk that stay free: a recording that reaches them ends and is saved.",
    )
    retention_bytes = param.Integer(
        default=0,
        bounds=(0, None),
        doc="Bytes that all videos may take; the oldest beyond them are deleted. 0: no limit.",
    )
    retention_days = param.Number(
        default=0, bounds=(0, None), doc="Days after which a video is deleted. 0: never."
    )
    language = param.Selector(
        default="", objects=["", "en", "fr"], doc="The page's language; empty: as the browser asks."
    )
    keyring = param.Boolean(
        default=False,
        doc="Keep cameras' passwords in the system's keyring; false: as long as camrec runs.",
    )
    token = param.String(default="", doc="Asked of every caller when not empty.")
    allowed_hosts = param.List(
        default=[], item_type=str, doc="Further host names that the page may be called by."
    )
    frame_ancestors = Origins(
        default=[], doc="Origins such as http://localhost:8888 that may show the page in a frame."
    )
    tls_certificate = param.String(
        default="", doc="A certificate (PEM, with its chain): the page is then served by TLS."
    )
    tls_key = param.String(default="", doc="Its private key; empty: in the same file.")
    allowed_networks = Networks(
        default=[],
        doc="Networks such as 192.168.1.0/24 that cameras may be in; empty: any.",
    )

    @classmethod
    def load(cls, file: Path | str | None = None, **overrides: Any) -> Config:
        """Read the settings.

        Parameters
        ----------
        file
            A YAML or JSON file; without one ``./config.yaml``, else ``./config.json``, else none.
        overrides
            Settings that win over the file (None: not given).

        Raises
        ------
        InputError
            ``config_missing``, ``config_unreadable``, ``config_unknown``, ``config_renamed``,
            ``config_value``.
        """
        path = (
            Path(file)
            if file
            else next((Path(n) for n in CONFIG_FILENAMES if Path(n).is_file()), None)
        )
        values: dict[str, Any] = {}
        if path is not None:
            values = _read_settings(path)
            for key in ("bin_dir", "videos_dir"):
                if isinstance(values.get(key), str):
                    values[key] = path.parent / values[key]
            for key in ("tls_certificate", "tls_key"):
                if isinstance(values.get(key), str) and values[key]:
                    values[key] = str(path.parent / values[key])
        values.update({key: value for key, value in overrides.items() if value is not None})
        known = {key for key in cls.param if key != "name"}
        for key in values:
            if key in RENAMED_SETTINGS:
                renamed = RENAMED_SETTINGS[key]
                raise InputError("config_renamed", key=key, file=str(path or ""), new=renamed)
            if key not in known:
                raise InputError(
                    "config_unknown", key=key, file=str(path or ""), known=", ".join(sorted(known))
                )
        config = cls()
        config.file = path
        for key, value in values.items():
            try:
                setattr(config, key, value)
            except (ValueError, TypeError):
                raise InputError(
                    "config_value",
                    key=key,
                    file=str(path or ""),
                    value="***" if key == "token" else repr(value),
                    wants=_describe_allowed(config.param[key]),
                ) from None
        return config

    def keep(self, **values: Any) -> None:
        """Write settings into the file that was read, ``./config.yaml`` where there was none.

        What else stands in the file stays, comments too. They count from the next `load` on.

        Raises
        ------
        InputError (``config_unreadable``), ServiceError (``config_unwritable``)
        """
        path = self.file or Path(CONFIG_FILENAMES[0])
        there = _read_settings(path) if path.exists() else {}
        wanted = {**there, **values}
        if path.suffix == ".json":
            written = json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
        else:
            written = _edit_yaml(path.read_text("utf-8") if path.exists() else "", values, wanted)
        fresh = path.with_name(f".{path.name}.new")
        try:
            with durable_files.open_private(fresh) as file:
                file.write(written)
            # Whoever knows a token gets in.
            if path.exists() and not values.get("token"):
                shutil.copymode(path, fresh)
            os.replace(fresh, path)
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
    """Whether this is long enough not to be guessed, and can be typed and sent as it is."""
    return MIN_TOKEN_CHARS <= len(token) <= 200 and token.isprintable() and token == token.strip()


def _edit_yaml(text: str, values: dict[str, Any], wanted: dict[str, Any]) -> str:
    """YAML with each of `values` in its line, in place of what stood there, or at the end.

    Where that is not `wanted`, for a value over several lines, it is written anew.
    """
    for key, value in values.items():
        line = yaml.safe_dump({key: value}, allow_unicode=True, width=10_000).strip()
        old = re.compile(rf"^{key}[ \t]*:[^\n]*?(?P<comment>[ \t]+#[^\n]*)?$", re.M)
        if old.search(text):
            text = old.sub(lambda found, line=line: line + (found["comment"] or ""), text, count=1)
        else:
            text += ("" if text.endswith("\n") or not text else "\n") + f"{line}\n"
    try:
        right = yaml.safe_load(text) == wanted
    except yaml.YAMLError:
        right = False
    return text if right else yaml.safe_dump(wanted, allow_unicode=True, sort_keys=False)


def _describe_allowed(setting: param.Parameter) -> str:
    """What a setting may be, in signs that need no translation."""
    if isinstance(setting, param.Selector):
        return " | ".join(map(str, setting.objects))
    kind = type(setting).__name__
    low, high = getattr(setting, "bounds", None) or (None, None)
    if low is None and high is None:
        return kind
    return f"{kind}, {'' if low is None else low}\u2026{'' if high is None else high}"


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        written = path.read_text("utf-8")
    except FileNotFoundError:
        raise InputError("config_missing", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
        raise InputError("config_unreadable", file=str(path), reason=reason) from None
    try:
        values = json.loads(written) if path.suffix == ".json" else yaml.safe_load(written)
    except (ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError("config_unreadable", file=str(path), reason=reason) from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InputError("config_unreadable", file=str(path), reason=Phrase("reasons.not_settings"))
    return values
