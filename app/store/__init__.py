"""Where traces rest."""

from app.store.protocol import Store, Stored, StoreError
from app.store.sqlite import SqliteStore

__all__ = ["SqliteStore", "Store", "StoreError", "Stored"]
