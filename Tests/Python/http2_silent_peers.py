"""Connections that hold on to the daemon: none of them acknowledges anything, reads anything, or goes of itself.

Environment: AGENTD_TARGET, `127.0.0.1:50051`; AGENTD_TOKEN, of a member of a tenant. Says `silent` and stays until it
is ended.
"""

import os
import signal
import socket
import threading

import hpack

from http2_stream import TARGET, prefixed
from schemas import message

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, DATA, SETTINGS, WINDOW_UPDATE = 1, 0, 4, 8
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def head(path):
    return hpack.Encoder().encode(
        [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("authorization", f"Bearer {os.environ['AGENTD_TOKEN']}"),
        ]
    )


def request(stream, path, body, end=True):
    return frame(HEADERS, END_HEADERS, stream, head(path)) + frame(DATA, END_STREAM if end else 0, stream, body)


def asking(count):
    """Calls with long answers, which the windows let through in full and the peer never reads."""
    listing = message("agentd.v1.ListAgentsRequest")(page_size=1_000).SerializeToString()
    wide = frame(SETTINGS, 0, 0, b"\0\4" + (2**31 - 1).to_bytes(4, "big"))
    wide += frame(WINDOW_UPDATE, 0, 0, (2**31 - 1 - 65_535).to_bytes(4, "big"))
    path = "/agentd.v1.AgentService/ListAgents"
    return PREFACE + wide + b"".join(request(1 + 2 * number, path, prefixed(listing)) for number in range(count))


PEERS = [
    # Only the preface.
    PREFACE + frame(SETTINGS, 0, 0),
    # A head that goes on, a message that goes on, and a watch that never ends.
    PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 0, 1, head("/agentd.v1.UserService/WhoAmI")),
    PREFACE + frame(SETTINGS, 0, 0) + request(1, "/agentd.v1.UserService/WhoAmI", b"\0\0", end=False),
    PREFACE + frame(SETTINGS, 0, 0) + request(1, "/grpc.health.v1.Health/Watch", prefixed(b"")),
    asking(100),
]

connections = []
for data in PEERS:
    host, _, port = TARGET.rpartition(":")
    connection = socket.socket()
    # Little room for what is not read.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.connect((host, int(port)))
    threading.Thread(target=connection.sendall, args=(data,), daemon=True).start()
    connections.append(connection)
# The daemon has answered the one that waits longest for it.
connections[3].recv(1, socket.MSG_PEEK)
print("silent", flush=True)
signal.pause()
