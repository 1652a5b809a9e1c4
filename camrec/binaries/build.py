"""Builds a program from its source with Go, if Go is installed.

The go.mod and go.sum in `go/` pin every byte of source, as a SHA-256 pins a release. Their names
end in .txt, so that no tool mistakes that folder for a Go module.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

from camrec.binaries.check import UnusableBinary
from camrec.binaries.manifest import Program, Release
from camrec.binaries.progress import ProgressCallback, ProgressEvent
from camrec.console_window import window_flags
from camrec.errors import describe_os_error

GO_BUILD_TIMEOUT_S = 900.0
# Files that MediaMTX embeds but that its Go module does not contain: its version, and the player of
# its HLS page, which camrec never enables.
MISSING_MODULE_FILES = {
    "mediamtx": {
        "internal/core/VERSION": "{tag}",
        "internal/servers/hls/hls.min.js": "// not built in\n",
    }
}


def build_program(
    program: Program, release: Release, target: Path, progress: ProgressCallback
) -> None:
    """Build the pinned version into `target`. The first build takes a minute, the next one seconds.

    Raises
    ------
    UnusableBinary
        Go is missing or too old, the source cannot be downloaded, or it does not compile.
    """
    if shutil.which("go") is None:
        raise UnusableBinary("go_missing")
    progress(ProgressEvent(program.title, "build"))
    module = f"github.com/{release.repository}"
    work = target.parent / "go"
    work.mkdir()
    pins = files("camrec.binaries") / "go" / program.name
    for name in ("go.mod", "go.sum"):
        (work / name).write_bytes((pins / f"{name}.txt").read_bytes())
    (work / "tools.go").write_text(f'//go:build tools\n\npackage build\n\nimport _ "{module}"\n')
    mode = "readonly"
    if program.name in MISSING_MODULE_FILES:
        mode = "vendor"
        # -e: continue even if files are missing.
        _run_go(work, "mod", "vendor", "-e")
        for name, content in MISSING_MODULE_FILES[program.name].items():
            file = work / "vendor" / module / name
            file.write_text(content.format(tag=release.tag))
    flags = (f"-mod={mode}", "-trimpath", "-ldflags=-s -w", "-buildvcs=false")
    _run_go(work, "build", *flags, "-o", str(target), module)


def _run_go(work: Path, *arguments: str) -> None:
    environment = {**os.environ, "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}
    try:
        done = subprocess.run(
            ["go", *arguments],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=GO_BUILD_TIMEOUT_S,
            creationflags=window_flags(),
        )
    except subprocess.TimeoutExpired:
        seconds = round(GO_BUILD_TIMEOUT_S)
        raise UnusableBinary("go_slow", command=arguments[0], seconds=seconds) from None
    except OSError as error:
        raise UnusableBinary("go_not_run", reason=describe_os_error(error)) from None
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else f"code {done.returncode}"
        raise UnusableBinary("go_failed", command=arguments[0], reason=reason)
