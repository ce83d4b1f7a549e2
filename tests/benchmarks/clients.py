"""Clients that load a server: `python -m tests.benchmarks.clients KIND ADDRESS NUMBER SECONDS [ID ...]`.

So many clients of a kind, each on a connection of its own, ask one thing after the other: `post`
has the snippet on standard input recorded, `view` reads the traces whose ids are given. Prints a
JSON object: `answers`, the milliseconds of each `taken`, and what was answered otherwise, by status.

Written on bare sockets: the processors that a client library takes would be the server's.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from urllib.parse import urlsplit


async def main(kind: str, address: str, number: int, seconds: float, ids: Sequence[str]) -> None:
    """Load, and print what came of it."""
    host = urlsplit(address)
    assert host.hostname is not None
    requests = _view(ids) if kind == "view" else _post(sys.stdin.read())
    taken: list[float] = []
    otherwise: Counter[str] = Counter()
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        while (began := time.perf_counter()) < until:
            writer.write(requests())
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().lower().split("\r\n")
            length = next(line for line in lines if line.startswith("content-length:"))
            await reader.readexactly(int(length.partition(":")[2]))
            status = lines[0].split()[1]
            if status in ("200", "201"):
                taken.append((time.perf_counter() - began) * 1000)
            else:
                otherwise[status] += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(number)))
    print(json.dumps({"answers": len(taken), "taken": sorted(taken), "otherwise": otherwise}))


def _post(source: str) -> Callable[[], bytes]:
    body = json.dumps({"source": source}).encode()
    head = (
        f"POST /api/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    return lambda: request


def _view(ids: Sequence[str]) -> Callable[[], bytes]:
    requests = cycle(
        f"GET /api/traces/{trace_id} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode() for trace_id in ids
    )
    return lambda: next(requests)


if __name__ == "__main__":
    _, kind, address, number, seconds, *ids = sys.argv
    asyncio.run(main(kind, address, int(number), float(seconds), ids))
