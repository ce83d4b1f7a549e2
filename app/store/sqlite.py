"""Traces in one SQLite file."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    event,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from app.store.batches import Batches
from app.store.ids import new_id
from app.store.protocol import Stored, StoreError

FILE_NAME: Final = "traces.db"

SCHEMA_VERSION: Final = 1
"""What `user_version` of the file says. 1: one table, `traces`."""

# Marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id): "ylds".
_APPLICATION_ID: Final = int.from_bytes(b"ylds")

_tables: Final = MetaData()
_traces: Final = Table(
    "traces",
    _tables,
    Column("id", String, primary_key=True),
    Column("label", String, unique=True),
    Column("saved_at", Integer, nullable=False),  # seconds since 1970
    Column("digest", String, nullable=False),
    Column("document", LargeBinary, nullable=False),  # gzip
)
_SAVING: Final = insert(_traces).on_conflict_do_nothing(index_elements=["label"]).returning(_traces.c.id)


@dataclass(frozen=True, slots=True)
class _New:
    """A document that is to be saved."""

    document: bytes
    label: str | None

    def row(self) -> Mapping[str, Any]:
        """What is written down of it."""
        return {
            "id": new_id(),
            "label": self.label,
            "saved_at": int(time.time()),
            "digest": hashlib.sha256(self.document).hexdigest(),
            # Without a time of its own, the same document gives the same bytes.
            "document": gzip.compress(self.document, compresslevel=6, mtime=0),
        }


class SqliteStore:
    """A `Store` in the file `traces.db` of a folder, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError where the folder or the file cannot be used; neither is changed then."""
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The data folder {folder} cannot be made: {error.strerror}.") from None
        self._engine: Final = _engine(path)
        self._saving: Final = Batches(self._save)
        try:
            _prepare(self._engine, path)
        except StoreError:
            self._engine.dispose()
            raise

    async def save(self, document: bytes, *, label: str | None = None) -> str:
        """Keep a document; see `Store.save`."""
        return await self._saving.add(_New(document, label))

    async def load(self, trace_id: str) -> Stored | None:
        """The document that has the id."""
        return await asyncio.to_thread(self._load, trace_id)

    async def labelled(self, label: str) -> str | None:
        """The id that has the label."""
        return await asyncio.to_thread(self._labelled, label)

    async def close(self) -> None:
        """Close the file; SQLite folds its write-ahead log into it."""
        await self._saving.close()
        await asyncio.to_thread(self._engine.dispose)

    def _save(self, batch: Sequence[_New]) -> Sequence[str]:
        rows = [new.row() for new in batch]
        with self._engine.begin() as connection:
            return [_saved(connection, row) for row in rows]

    def _load(self, trace_id: str) -> Stored | None:
        wanted = select(_traces.c.document, _traces.c.digest).where(_traces.c.id == trace_id)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Stored(row.document, row.digest)

    def _labelled(self, label: str) -> str | None:
        with self._engine.connect() as connection:
            return connection.execute(_having(label)).scalar_one_or_none()


def _saved(connection: Connection, row: Mapping[str, Any]) -> str:
    saved: str | None = connection.execute(_SAVING, row).scalar_one_or_none()
    if saved is None:
        return connection.execute(_having(row["label"])).scalar_one()
    return saved


def _having(label: str | None) -> Select[str]:
    return select(_traces.c.id).where(_traces.c.label == label)


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # FULL: what was answered with an id survives a power cut too, for an fsync that those who wait share.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 5000")

    return engine


def _prepare(engine: Engine, path: Path) -> None:
    """Make the file ready, or say why it cannot be used. Nothing is written to a file not ours."""
    try:
        with engine.begin() as connection:
            if _is_new(connection):
                connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
                _tables.create_all(connection)
            else:
                _check_ours(connection, path)
        # Readers do not wait for a writer; cannot be switched inside a transaction.
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    except OperationalError as error:
        raise StoreError(f"The database {path} cannot be opened: {error.orig}.") from None
    except DatabaseError as error:
        raise StoreError(
            f"The database {path} is damaged ({error.orig}): restore it from a copy, or move it away."
        ) from None


def _is_new(connection: Connection) -> bool:
    return not connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()


def _check_ours(connection: Connection, path: Path) -> None:
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != _APPLICATION_ID:
        raise StoreError(f"The database {path} was not written by Yieldscope: choose another data folder.")
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"The database {path} was written by a newer Yieldscope (its schema is {version}, "
            f"this one knows {SCHEMA_VERSION}): run that version, or choose another data folder."
        )
    connection.execute(select(_traces).limit(0))
