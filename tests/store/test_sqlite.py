"""The laws of a store, held against the real SQLite."""

import asyncio
import gzip
import hashlib
import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.store import SqliteStore, Stored, StoreError
from app.store.sqlite import FILE_NAME, SCHEMA_VERSION

DOCUMENT = b'{"source":"print(\\u00e9)"}' * 50


def with_store[T](folder: Path, use: Callable[[SqliteStore], Awaitable[T]]) -> T:
    async def scenario() -> T:
        store = SqliteStore(folder)
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(scenario())


def saved(folder: Path, document: bytes = DOCUMENT, label: str | None = None) -> str:
    return with_store(folder, lambda store: store.save(document, label=label))


def loaded(folder: Path, trace_id: str) -> Stored | None:
    return with_store(folder, lambda store: store.load(trace_id))


def test_what_was_saved_is_there_after_the_store_was_closed(tmp_path: Path) -> None:
    found = loaded(tmp_path, saved(tmp_path))
    assert found is not None
    assert found.document() == DOCUMENT
    assert found.digest == hashlib.sha256(DOCUMENT).hexdigest()


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    saved(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / FILE_NAME).is_file()


def test_an_unknown_id_is_none(tmp_path: Path) -> None:
    for unknown in ("", "0" * 20, "' OR 1=1 --", "x" * 10_000, "\0", "é"):
        assert loaded(tmp_path, unknown) is None


def test_the_same_document_rests_as_the_same_bytes_under_ids_of_its_own(tmp_path: Path) -> None:
    first, second = saved(tmp_path), saved(tmp_path)
    assert first != second
    assert loaded(tmp_path, first) == loaded(tmp_path, second)


def test_an_id_can_stand_in_an_address_and_be_read_aloud(tmp_path: Path) -> None:
    ids = with_store(tmp_path, lambda store: asyncio.gather(*(store.save(b"{}") for _ in range(50))))
    assert len(set(ids)) == 50
    for trace_id in ids:
        assert re.fullmatch("[0-9a-hjkmnp-tv-z]{20}", trace_id)


def test_the_first_document_of_a_label_keeps_it(tmp_path: Path) -> None:
    assert with_store(tmp_path, lambda store: store.labelled("a")) is None
    first = saved(tmp_path, b"one", "a")
    assert saved(tmp_path, b"two", "a") == first
    assert saved(tmp_path, b"three", "b") != first
    assert with_store(tmp_path, lambda store: store.labelled("a")) == first
    found = loaded(tmp_path, first)
    assert found is not None
    assert found.document() == b"one"


def test_many_may_save_and_load_at_once(tmp_path: Path) -> None:
    async def use(store: SqliteStore) -> list[Stored | None]:
        ids = await asyncio.gather(*(store.save(b"%d" % number) for number in range(40)))
        return await asyncio.gather(*map(store.load, ids))

    found = with_store(tmp_path, use)
    assert [stored and stored.document() for stored in found] == [b"%d" % number for number in range(40)]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    saved(tmp_path)
    database = sqlite3.connect(tmp_path / FILE_NAME)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (mode,) = database.execute("PRAGMA journal_mode").fetchone()
    (document,) = database.execute("SELECT document FROM traces").fetchone()
    database.close()
    assert (version, mode) == (SCHEMA_VERSION, "wal")
    assert gzip.decompress(document) == DOCUMENT


def test_a_file_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    trace_id = saved(tmp_path)
    path = tmp_path / FILE_NAME
    set_version(path, SCHEMA_VERSION + 1)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer Yieldscope"):
        SqliteStore(tmp_path)
    assert path.read_bytes() == before
    set_version(path, SCHEMA_VERSION)
    assert loaded(tmp_path, trace_id) is not None


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"My novel, chapter one. " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(tmp_path)
    assert path.read_bytes() == before


def test_a_file_whose_schema_is_overwritten_is_damaged(tmp_path: Path) -> None:
    saved(tmp_path)
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[100:300] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(tmp_path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE recipes (name)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not written by Yieldscope"):
        SqliteStore(tmp_path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(StoreError, match=r"cannot be (made|opened)"):
            SqliteStore(folder)


def set_version(path: Path, version: int) -> None:
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {version}")
    database.commit()
    database.close()
