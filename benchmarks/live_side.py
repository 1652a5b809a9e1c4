"""The camrec process of the live benchmarks: opens cameras, serves them and prints its URL."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from camrec.config import Config
from camrec.station import Station
from camrec.web import LocalServer


def main() -> None:
    folder, *urls = sys.argv[1:]
    config = Config.load(
        mediamtx_port=0,
        go2rtc_port=0,
        max_sessions=len(urls),
        bin_dir=Path(folder) / "bin",
        videos_dir=Path(folder) / "videos",
    )
    with Station(config) as station, ThreadPoolExecutor(len(urls)) as pool:
        sessions = list(pool.map(station.cameras.open, urls))
        server = LocalServer(station)
        ids = [session.session_id for session in sessions]
        print(json.dumps({"url": server.url, "sessions": ids}), flush=True)
        sys.stdin.read()
        server.stop()


main()
