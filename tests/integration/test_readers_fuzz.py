"""Whatever an RTSP server sends, readers raise only their documented errors."""

from __future__ import annotations

import contextlib
import socket

from hypothesis import example, given
from hypothesis import strategies as st

import support.fuzzing  # noqa: F401
from camrec.readers.errors import StreamError
from camrec.readers.rtsp_client import RtspConnection
from camrec.rtp.rtp_packet import parse_packet as packet_of


@given(
    st.lists(
        st.sampled_from(
            [b"RTSP/1.0 200 OK\r\n", b"CSeq: 1\r\n", b"Content-Length: ", b"Session: x;timeout="]
            + [
                b"\xc2\xb2\r\n",
                b"9999999999\r\n",
                b"-1\r\n",
                b"\r\n\r\n",
                b"$\x00\x00\x04abcd",
                b"$\x01",
            ]
        )
        | st.binary(max_size=30),
        max_size=12,
    )
)
@example([b"RTSP/1.0 200 OK\r\nSession: x;timeout=\xc2\xb2\r\n\r\n"])
@example([b"RTSP/1.0 200 OK\r\nContent-Length: \xc2\xb2\r\n\r\n"])
def test_an_rtsp_server_may_say_anything(pieces):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dialogue = RtspConnection(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/x", 0.2)
        with listener.accept()[0] as theirs:
            theirs.sendall(b"".join(pieces))
            theirs.shutdown(socket.SHUT_WR)
            with contextlib.suppress(StreamError, EOFError, OSError):
                dialogue.request("OPTIONS")
                assert dialogue.session_timeout > 0
                for _, data in dialogue.packets(0.01):
                    packet_of(data)
            dialogue.close()
