"""The camrec process of the recording benchmark.

It opens the cameras, records them when it reads a number of seconds from stdin, and prints the
names of the files.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from camrec.config import Config
from camrec.station import Station


def main() -> None:
    folder, ffmpeg, *urls = sys.argv[1:]
    config = Config.load(
        mediamtx_port=0,
        go2rtc_port=0,
        max_sessions=len(urls),
        ffmpeg_path=ffmpeg,
        bin_dir=Path(folder) / "bin",
        videos_dir=Path(folder) / "videos",
    )
    with Station(config) as station, ThreadPoolExecutor(len(urls)) as pool:
        sessions = list(pool.map(station.cameras.open, urls))
        print("open", flush=True)
        for line in sys.stdin:
            recordings = [station.recordings.start(each.session_id, int(line)) for each in sessions]
            for recording in recordings:
                recording.wait()
            files = [str(station.library.folder / each.filename) for each in recordings]
            print(json.dumps(files), flush=True)


main()
