"""Downloads and verifies the pinned release of a program."""

from __future__ import annotations

import json
import platform
import re
from pathlib import Path

from camrec.binaries.archive import extract
from camrec.binaries.check import UnusableBinary
from camrec.binaries.download import download_file, download_text
from camrec.binaries.manifest import Program, Release, ReleaseAsset, ReleaseSite
from camrec.binaries.progress import ProgressCallback, ProgressEvent


def fetch_release(
    program: Program, release: Release, target: Path, site: ReleaseSite, progress: ProgressCallback
) -> None:
    """Download the release for this machine, and write its program to `target`.

    The folder of `target` must be temporary: the downloaded archive stays there.

    Raises
    ------
    UnusableBinary
        There is no release for this machine, or it cannot be downloaded, verified or unpacked.
    """
    asset = release.asset_for_platform()
    if asset is None:
        raise UnusableBinary("no_release", system=platform.system(), machine=platform.machine())
    base = f"{site.releases_url}/{release.repository}/releases/download/{release.tag}"
    sha256 = asset.sha256 or _published_sha256(release, asset, base, site)
    archive = target.with_name(f"fetched-{asset.file}")
    download_file(
        f"{base}/{asset.file}",
        archive,
        sha256,
        lambda done, total: progress(ProgressEvent(program.title, "download", done, total)),
    )
    extract(archive, program.filename, target)


def _published_sha256(release: Release, asset: ReleaseAsset, base: str, site: ReleaseSite) -> str:
    """Return the SHA-256 that the release publishes for a file without a pinned one."""
    if release.checksums is not None:
        lines = download_text(f"{base}/{release.checksums}").splitlines()
        digests = {name.lstrip("*"): value for value, _, name in (s.partition(" ") for s in lines)}
    else:
        url = f"{site.api_url}/repos/{release.repository}/releases/tags/{release.tag}"
        try:
            assets = json.loads(download_text(url))["assets"]
            digests = {each["name"]: str(each.get("digest")) for each in assets}
        except (ValueError, KeyError, TypeError):
            raise UnusableBinary("no_description", url=url) from None
    sha256 = digests.get(asset.file, "").removeprefix("sha256:")
    if re.fullmatch(r"[0-9a-fA-F]{64}", sha256) is None:
        raise UnusableBinary("no_checksum", file=asset.file)
    return sha256
