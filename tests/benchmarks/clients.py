"""Clients that load a server: `python -m tests.benchmarks.clients KIND ADDRESS NUMBER RATE SECONDS [ID ...]`.

So many clients of a kind, each on a connection of its own, ask one thing after the other: `post`
has the snippet on standard input recorded, `view` reads the traces whose ids are given. Together
they ask at most `RATE` times a second; 0 is as often as they are answered. Prints a JSON object:
`answers`, the milliseconds of each `taken`, and what was answered otherwise, by status.

Written on bare sockets: what a client library takes of the processors would be the server's.
"""

import json
import re
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, repeat
from typing import Final
from urllib.parse import urlsplit

_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_MOST_BYTES: Final = 1 << 20


def load(address: str, number: int, rate: float, seconds: float, requests: Iterator[bytes]) -> dict[str, object]:
    """Load a server; returns what came of it."""
    host = urlsplit(address)
    ready = selectors.DefaultSelector()
    idle = [socket.create_connection((host.hostname, host.port or 80)) for _ in range(number)]
    for connection in idle:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(connection, selectors.EVENT_READ)
    asked_at: dict[socket.socket, float] = {}
    received: dict[socket.socket, bytes] = {}
    taken: list[float] = []
    otherwise: Counter[str] = Counter()
    began = time.perf_counter()
    asked = 0
    while (now := time.perf_counter() - began) < seconds:
        while idle and (not rate or asked < rate * now):
            connection = idle.pop()
            asked_at[connection], received[connection] = now, b""
            connection.sendall(next(requests))
            asked += 1
        for key, _ in ready.select(0.001 if rate else 0.1):
            connection = key.fileobj  # type: ignore[assignment]
            received[connection] += connection.recv(_MOST_BYTES)
            answer = received[connection]
            if not _is_whole(answer):
                continue
            if answer[9:12] in (b"200", b"201"):
                taken.append((time.perf_counter() - began - asked_at[connection]) * 1000)
            else:
                otherwise[answer[9:12].decode()] += 1
            idle.append(connection)
    return {"answers": len(taken), "taken": sorted(taken), "otherwise": otherwise}


def _is_whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    length = _LENGTH.search(answer, 0, end) if end >= 0 else None
    return length is not None and len(answer) >= end + 4 + int(length[1])


def _posts(source: str) -> Iterator[bytes]:
    body = json.dumps({"source": source}).encode()
    head = (
        f"POST /api/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return repeat(head.encode() + body)


def _views(ids: Sequence[str]) -> Iterator[bytes]:
    return cycle(
        f"GET /api/traces/{trace_id} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode() for trace_id in ids
    )


if __name__ == "__main__":
    _, kind, server, clients, rate, seconds, *ids = sys.argv
    requests = _views(ids) if kind == "view" else _posts(sys.stdin.read())
    print(json.dumps(load(server, int(clients), float(rate), float(seconds), requests)))
