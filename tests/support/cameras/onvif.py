"""Answers WS-Discovery's Probe on 127.0.0.1, as cameras and other devices do; a process of its own.

It uses nothing of the package that sends the Probe. It prints "ready" and each Probe on a line.
"""

from __future__ import annotations

import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

GROUP, PORT, HERE = "239.255.255.250", 3702, "127.0.0.1"
CAMERA = "dn:NetworkVideoTransmitter"
ONVIF = "onvif://www.onvif.org"
# host, types, scopes
DEVICES = [
    ("192.168.1.20", CAMERA, f"{ONVIF}/name/AXIS%20P1455 {ONVIF}/hardware/P1455-LE"),
    ("192.168.1.9", f"{CAMERA} tds:Device", f"{ONVIF}/hardware/IPC-1 {ONVIF}/location/"),
    ("192.168.1.30", "prn:Printer", f"{ONVIF}/name/Laser"),
    ("bad]host", CAMERA, f"{ONVIF}/name/%3Cb%3E"),
]
MATCH = """<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{number}</a:Address>
</a:EndpointReference><d:Types>{types}</d:Types><d:Scopes>{scopes}</d:Scopes>
<d:XAddrs>http://{host}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
</d:ProbeMatch>"""
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"
 xmlns:prn="http://printer/"><s:Header>
<a:MessageID>urn:uuid:answer-{number}-{asked}</a:MessageID><a:RelatesTo>{asked}</a:RelatesTo>
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>
</s:Header><s:Body><d:ProbeMatches>{match}</d:ProbeMatches></s:Body></s:Envelope>"""


@contextmanager
def answering() -> Iterator[list[str]]:
    """The program, while it runs; after its end the list contains what it printed."""
    said: list[str] = []
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "ready\n"
            yield said
        finally:
            child.terminate()
            said += child.communicate(timeout=10)[0].splitlines()


def main() -> None:
    group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    group.bind(("", PORT))
    member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton(HERE))
    group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    print("ready", flush=True)
    while True:
        data, sender = group.recvfrom(65_535)
        text = data.decode("utf-8", "replace")
        asked = re.search(r"MessageID[^>]*>([^<]+)<", text)
        if "/discovery/Probe<" not in text or asked is None:
            continue
        print(f"Probe from {sender[0]}", flush=True)
        group.sendto(b"no XML", sender)
        for number, (host, types, scopes) in enumerate(DEVICES):
            match = MATCH.format(number=number, host=host, types=types, scopes=scopes)
            answer = ANSWER.format(number=number, asked=asked[1].strip(), match=match)
            group.sendto(answer.encode(), sender)


if __name__ == "__main__":
    main()
