"""The ids of traces: what makes a link that was shared with a few stay with the few."""

import secrets
from typing import Final

# Crockford's Base32, in which no two characters look alike: https://www.crockford.com/base32.html
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

# Five bits each: a hundred bits, which nobody finds by trying.
_LENGTH: Final = 20


def new_id() -> str:
    """An id that can stand in an address as it is, and be read out over a telephone."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
