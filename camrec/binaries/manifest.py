"""Describes the three programs: how each prints its version, and where its releases are."""

from __future__ import annotations

import platform
from dataclasses import dataclass

GO_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class ReleaseSite:
    """Where releases are published. Plain HTTP is allowed only to this machine."""

    releases_url: str
    api_url: str


GITHUB = ReleaseSite("https://github.com", "https://api.github.com")


@dataclass(frozen=True)
class ReleaseAsset:
    """One file of a release. If no SHA-256 is pinned, the published one is downloaded."""

    file: str
    sha256: str | None = None


@dataclass(frozen=True)
class Release:
    """A pinned version with its files, by system and machine.

    checksums : the name of the published file with the SHA-256 sums; None if only GitHub's API
        has them.
    """

    repository: str
    tag: str
    assets: dict[tuple[str, str], ReleaseAsset]
    checksums: str | None = None

    def asset_for_platform(self) -> ReleaseAsset | None:
        """Return the file for this machine, or None."""
        machine = GO_ARCHITECTURES.get(platform.machine().lower())
        return self.assets.get((platform.system(), machine or ""))


@dataclass(frozen=True)
class Program:
    """A program that camrec needs.

    title : its name for people.
    version_flag : the argument with which it prints its version.
    version_pattern : matches the start of that output; its first group is the version.
    minimum_version : the oldest version that works with camrec.
    download_url : where a person can download it.
    required_output : a text that the output must contain, and the error code if it does not.
    release : the pinned release; None if camrec cannot download it.
    """

    name: str
    title: str
    version_flag: str
    version_pattern: str
    minimum_version: tuple[int, ...]
    download_url: str
    required_output: tuple[str, str] | None = None
    release: Release | None = None

    @property
    def filename(self) -> str:
        """The file name on this system."""
        return f"{self.name}.exe" if platform.system() == "Windows" else self.name


MEDIAMTX_RELEASE = Release(
    "bluenviron/mediamtx",
    "v1.20.1",
    {
        ("Linux", "amd64"): ReleaseAsset(
            "mediamtx_v1.20.1_linux_amd64.tar.gz",
            "81b143f55a5d23d4a8c028d52869c14ea4a59919900528698fcc97a747fd69c6",
        ),
        ("Linux", "arm64"): ReleaseAsset(
            "mediamtx_v1.20.1_linux_arm64.tar.gz",
            "d1689f0bfefb1864e5ed3dcc8495eb2d7ec0a654f90bf3cd48980cb3bd08718a",
        ),
        ("Darwin", "amd64"): ReleaseAsset("mediamtx_v1.20.1_darwin_amd64.tar.gz"),
        ("Darwin", "arm64"): ReleaseAsset("mediamtx_v1.20.1_darwin_arm64.tar.gz"),
        ("Windows", "amd64"): ReleaseAsset(
            "mediamtx_v1.20.1_windows_amd64.zip",
            "dc970f8e1f3ad58edafcf536bcd1ffe0adcb4390e7ace9377694a9ea2c1ebe53",
        ),
        # MediaMTX has no release for Windows on ARM, which also runs this one.
        ("Windows", "arm64"): ReleaseAsset(
            "mediamtx_v1.20.1_windows_amd64.zip",
            "dc970f8e1f3ad58edafcf536bcd1ffe0adcb4390e7ace9377694a9ea2c1ebe53",
        ),
    },
    checksums="checksums.sha256",
)

GO2RTC_RELEASE = Release(
    "AlexxIT/go2rtc",
    "v1.9.14",
    {
        ("Linux", "amd64"): ReleaseAsset(
            "go2rtc_linux_amd64",
            "32d616af226bd731678ffde328b94cfb94e30339bfefc469cfb76323144615a6",
        ),
        ("Linux", "arm64"): ReleaseAsset(
            "go2rtc_linux_arm64",
            "359fabade8a7a51e81a55fe6df6b0ef81764a5e1d63179577534eaaa71904b50",
        ),
        ("Darwin", "amd64"): ReleaseAsset(
            "go2rtc_mac_amd64.zip",
            "9b0b9a27a4dc3a5b8b93376e7e8fc2787c6af624a512842622be84aec0171c7a",
        ),
        ("Darwin", "arm64"): ReleaseAsset(
            "go2rtc_mac_arm64.zip",
            "919b78adc759d6b3883d1e1b2ac915ac0985bb903ff1897b4d228527bd64690c",
        ),
        ("Windows", "amd64"): ReleaseAsset(
            "go2rtc_win64.zip",
            "dd4167d75cb04abe618855b7c71f8658bd009f60c1a71835d134d2c11c939907",
        ),
        ("Windows", "arm64"): ReleaseAsset("go2rtc_win_arm64.zip"),
    },
)

PROGRAMS = {
    program.name: program
    for program in (
        Program(
            "mediamtx",
            "MediaMTX",
            "--version",
            r"v?(\d+\.\d+\.\d+)",
            (1, 20, 1),
            f"https://github.com/{MEDIAMTX_RELEASE.repository}/releases/tag/{MEDIAMTX_RELEASE.tag}",
            release=MEDIAMTX_RELEASE,
        ),
        Program(
            "go2rtc",
            "go2rtc",
            "-version",
            r"go2rtc version v?(\d+\.\d+\.\d+)",
            (1, 9, 14),
            f"https://github.com/{GO2RTC_RELEASE.repository}/releases/tag/{GO2RTC_RELEASE.tag}",
            release=GO2RTC_RELEASE,
        ),
        Program(
            "ffmpeg",
            "FFmpeg",
            "-version",
            r"ffmpeg version n?(\d[\d.]*|\S+)",
            (5, 1),
            "https://ffmpeg.org/download.html",
            required_output=("--enable-libx264", "no_h264"),
        ),
    )
}
