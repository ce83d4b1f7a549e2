"""What a store of traces promises, whatever database keeps it."""

import gzip
from dataclasses import dataclass
from typing import Protocol


class StoreError(Exception):
    """The store cannot be opened; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document at rest: kept compressed, because that is how nearly every reader takes it."""

    gzipped: bytes
    digest: str
    """SHA-256 of the document, in hexadecimal."""

    def document(self) -> bytes:
        """The document as it was saved."""
        return gzip.decompress(self.gzipped)


class Store(Protocol):
    """Keeps trace documents for good: a document never changes once it is saved."""

    async def save(self, document: bytes, *, label: str | None = None) -> str:
        """Keep a document and return its id, which nobody can guess from its content.

        What was returned is on disk. A label is a name by which the house itself finds the
        document again; where a label is taken, nothing is saved and the id that has it returned.
        """

    async def load(self, trace_id: str) -> Stored | None:
        """The document that has the id; None where there is none."""

    async def labelled(self, label: str) -> str | None:
        """The id that has the label; None where there is none."""

    async def close(self) -> None:
        """Give back what the store holds open."""
