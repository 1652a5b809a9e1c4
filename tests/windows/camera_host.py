"""Runs GStreamer cameras on Linux for tests that run in Wine.

It prints its port, and ends when its standard input does. Each connection is one camera: the
client sends its options as a line of JSON and gets ``{"port": N}``, or nothing if the camera did
not start. The lines ``freeze`` and ``thaw`` come back when they are done. The camera ends with the
connection.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.cameras.gst_process import GstProcess


class CameraConnection(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        camera = GstProcess(json.loads(self.rfile.readline()))
        try:
            self.wfile.write(json.dumps({"port": camera.port}).encode() + b"\n")
            for line in self.rfile:
                {b"freeze": camera.freeze, b"thaw": camera.thaw}[line.strip()]()
                self.wfile.write(line)
        finally:
            camera.kill()


class CameraHost(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


def main() -> None:
    with CameraHost(("127.0.0.1", 0), CameraConnection) as host:
        print(host.server_address[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), host.shutdown()), daemon=True).start()
        host.serve_forever()


if __name__ == "__main__":
    main()
