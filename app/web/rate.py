"""How often one client may have snippets run. Viewing is not counted: it runs nothing."""

import math
import time
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from app.sandbox.runner import Refused

_BITS_OF_ONE_CLIENT: Final = 64
"""Whoever has an IPv6 address has so many more in the same network (RFC 6177)."""


class Rate:
    """At most so many `runs_per_minute` of one client, in any minute; 0 for any number."""

    def __init__(self, runs_per_minute: int) -> None:
        self._limit: Final = RateLimitItemPerMinute(runs_per_minute) if runs_per_minute else None
        self._window: Final = MovingWindowRateLimiter(MemoryStorage())

    async def refusal(self, address: str) -> Refused | None:
        """Count a run of the client at an address; the answer to one that has had too many."""
        client = _client(address)
        if self._limit is None or await self._window.hit(self._limit, client):
            return None
        frees_at = (await self._window.get_window_stats(self._limit, client)).reset_time
        message = (
            f"From your address came more than the {self._limit.amount} runs that one may have in a minute. "
            "Wait a moment, then run it again."
        )
        return Refused("too many runs", message, max(1, math.ceil(frees_at - time.time())))


def _client(address: str) -> str:
    try:
        number = ip_address(address)
    except ValueError:
        return address  # of a Unix socket, or of a test
    if isinstance(number, IPv6Address) and number.ipv4_mapped is None:
        return f"{int(number) >> _BITS_OF_ONE_CLIENT:x}"
    return address
