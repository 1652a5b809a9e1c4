"""Clips are encoded once and kept on the disk, for each process of a run and for the next run."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import platformdirs

from support.cameras import barcode

FOLDER = platformdirs.user_cache_path("camrec", appauthor=False) / "tests" / "clips"


def kept(make: Callable[..., Any]) -> Callable[..., Any]:
    """Like `functools.cache`. It is computed again if the code or the encoders have changed."""
    sources = [Path(make.__code__.co_filename), Path(barcode.__file__)]
    versions = f"{av.__version__} {imageio_ffmpeg.__version__} {make.__qualname__}"
    made_by = hashlib.sha256(versions.encode() + b"".join(map(Path.read_bytes, sources)))

    @functools.cache
    def get(*given: Any, **named: Any) -> Any:
        key = made_by.copy()
        key.update(repr((given, sorted(named.items()))).encode())
        file = FOLDER / key.hexdigest()[:32]
        with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):
            return pickle.loads(file.read_bytes())
        made = make(*given, **named)
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as part:
            part.write(pickle.dumps(made))
        os.replace(part.name, file)
        return made

    return get
