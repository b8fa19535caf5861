"""The engine over one SQLCipher store (design D2).

A store is only ever made by `create_store`; opening never makes one, and a store that is refused
is left as it was, byte for byte. Errors of the disk and of the store reach callers as KnownErrors.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.pool import QueuePool

from app.core.errors import BugError, KnownError
from app.models import durable, key_file
from app.models.store_errors import (
    DiskFull,
    StoreBusy,
    StoreCutShort,
    StoreDamaged,
    StoreEmpty,
    StoreExists,
    StoreMissing,
    StorePlain,
    StoreTooNew,
    StoreUnwritable,
    WrongKey,
    as_known,
    disk_error,
)
from app.models.store_pages import PLAIN_HEADER, Header, PageReader

__all__ = [
    "CACHE_KIB",
    "KEY_BYTES",
    "STORE_NAME",
    "WRITES",
    "DiskFull",
    "StoreBusy",
    "StoreCutShort",
    "StoreDamaged",
    "StoreEmpty",
    "StoreExists",
    "StoreMissing",
    "StorePlain",
    "StoreTooNew",
    "StoreUnwritable",
    "WrongKey",
    "as_known",
    "broken_pages",
    "copying",
    "create_store",
    "disk_error",
    "examine",
    "file_and_key",
    "fold_log",
    "integrity",
    "is_open_here",
    "keep_key_floor",
    "key_floor",
    "met_revision",
    "open_engine",
    "open_read_only",
]

STORE_NAME = "casebook.db"
KEY_BYTES = 32
BUSY_MILLISECONDS = 5000
CACHE_KIB = 64 * 1024
# Up to this size every page is checked before opening (about 3 ms a MiB); larger stores have
# page 1 and their length checked, and `broken_pages` does the rest when there is time.
CHECKED_WHOLE_BYTES = 4 * 1024 * 1024

WRITES = "waymark_writes"


# By dialect, which an engine shares with the variants that `execution_options` makes of it.
_secrets: WeakKeyDictionary[Dialect, tuple[Path, bytes]] = WeakKeyDictionary()

# Stores that this process has open: how many connections each has. See `PageReader` for why an
# open one must not be read past SQLite.
_open_connections: dict[Path, int] = {}
_open_lock = threading.Lock()


def is_open_here(store_file: Path) -> bool:
    """Whether this process has a connection to the store."""
    with _open_lock:
        return _open_connections.get(store_file.resolve(), 0) > 0


def _count(store_file: Path, change: int) -> None:
    with _open_lock:
        path = store_file.resolve()
        _open_connections[path] = _open_connections.get(path, 0) + change


def examine(store_file: Path, data_key: bytes, *, pages: bool = True) -> Header:
    """Read page 1 of a closed store, and every page of a small one, without opening it.

    Args:
        pages: Whether the other pages of a small store are read too.

    Raises:
        StoreMissing, StoreEmpty, StorePlain, StoreCutShort, StoreDamaged, WrongKey,
        StoreUnwritable: Why it can't be opened. The file is only read.
    """
    if len(data_key) != KEY_BYTES:
        raise BugError("a data key has 32 bytes")
    try:
        if not store_file.is_file():
            raise StoreMissing
        reader = PageReader(store_file, data_key)
        if reader.size == 0:
            raise StoreEmpty
        if reader.first.startswith(PLAIN_HEADER):
            raise StorePlain
        header = reader.header()
        if header is None:
            if reader.looks_like_ours() or reader.any_page_sealed():
                raise StoreDamaged
            raise WrongKey
        if reader.cut_short(header):
            raise StoreCutShort
        if pages and reader.size <= CHECKED_WHOLE_BYTES and reader.broken_pages(header):
            raise StoreDamaged
    except OSError:
        raise StoreUnwritable from None
    return header


def broken_pages(
    store_file: Path, data_key: bytes, progress: Callable[[int, int], bool] | None = None
) -> tuple[int, ...]:
    """The numbers of the pages of a closed store whose seal is broken (at most a hundred).

    Raises:
        BugError: The store is open in this process; use `integrity` on its engine instead.
    """
    if is_open_here(store_file):
        raise BugError("an open store must not be read past SQLite")
    reader = PageReader(store_file, data_key)
    header = reader.header()
    if header is None:
        return (1,)
    return reader.broken_pages(header, progress)


def open_read_only(store_file: Path, data_key: bytes) -> sqlite3.Connection:
    """A connection that reads a store nobody else has open, such as a backup, and leaves no trace.

    Raises:
        StoreMissing, StoreEmpty, StorePlain, StoreCutShort, StoreDamaged, WrongKey,
        StoreUnwritable: It can't be opened.
    """
    examine(store_file, data_key)
    try:
        return _keyed(store_file, data_key, mode="ro&immutable=1")
    except sqlcipher.Error as error:
        raise as_known(error) or BugError("the store could not be opened") from None


def integrity(engine: Engine) -> tuple[str, ...]:
    """What SQLCipher and SQLite find wrong with an open store; nothing when it is whole.

    Raises:
        KnownError: The disk fails, or the damage is such that no check can run.
    """
    found: list[str] = []
    borrowed = engine.raw_connection()
    try:
        cursor = borrowed.cursor()
        # SQLCipher checks the file alone: a page torn by a power cut, whose whole copy stands in
        # the log, would be called damage.
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        cursor.execute("PRAGMA cipher_integrity_check")
        found += [str(row[0]) for row in cursor.fetchall()]
        cursor.execute("PRAGMA integrity_check")
        found += [str(row[0]) for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        found += [f"foreign key of {row[0]}" for row in cursor.fetchall()]
    except sqlcipher.Error as error:
        if not found:
            raise as_known(error) or BugError("the store could not be checked") from None
        found.append("not every check could run")
    finally:
        borrowed.close()
    return tuple(found)


def open_engine(store_file: Path, data_key: bytes, *, newest: int | None = None) -> Engine:
    """The engine over an existing store.

    Transactions are real: each begins with BEGIN, so reads within one see one moment and tables
    can be changed atomically. `engine.execution_options(waymark_writes=True)` begins them with
    BEGIN IMMEDIATE, which takes the writer's place at once.

    Args:
        data_key: 32 bytes.
        newest: The newest version of the tables (PRAGMA user_version) that is understood.

    Raises:
        StoreMissing, StoreEmpty, StorePlain, StoreCutShort, StoreDamaged, WrongKey, StoreTooNew,
        StoreUnwritable: The store is refused and untouched.
    """
    if not is_open_here(store_file):
        header = examine(store_file, data_key)
        if newest is not None and header.user_version > newest:
            raise StoreTooNew
    engine = _engine(store_file, data_key)
    try:
        with engine.connect() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if newest is not None and version > newest:
                raise StoreTooNew
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        _raise_key_floor(engine, key_file.mark_store_made(store_file.parent))
    except BaseException:
        engine.dispose()
        raise
    return engine


def create_store(store_file: Path, data_key: bytes) -> Engine:
    """Make an empty encrypted store and open it. Only the making of a casebook calls this.

    The store is finished under another name first, so that a crash never leaves an empty file in
    the place of a casebook.

    Raises:
        StoreExists: There is a file already; it is untouched.
        DiskFull, StoreUnwritable: The disk refuses; nothing is left behind.
    """
    if store_file.exists():
        raise StoreExists
    draft = store_file.with_name(store_file.name + ".new")
    try:
        store_file.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, durable.OWNER_ONLY))
        connection = _keyed(draft, data_key)
        try:
            _settle(connection)
            # Any write makes page 1; this one says that no key file was met yet.
            connection.execute("PRAGMA application_id = 0")
        finally:
            connection.close()
        with draft.open("rb") as written:
            if len(start := written.read(16)) < 16 or start == PLAIN_HEADER:
                raise BugError("the cipher is not live: the new store is not encrypted")
        durable.sync_file(draft)
        if store_file.exists():
            raise StoreExists
        os.rename(draft, store_file)
        durable.sync_folder(store_file.parent)
    except OSError:
        _remove(draft)
        raise StoreUnwritable from None
    except sqlcipher.Error as error:
        _remove(draft)
        raise as_known(error) or BugError("a new store could not be made") from None
    return open_engine(store_file, data_key)


def _remove(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def met_revision(store_file: Path, data_key: bytes) -> int:
    """The highest revision of the key file that a store has met; 0 without a store.

    Raises:
        StoreEmpty, StorePlain, StoreDamaged, WrongKey, StoreUnwritable: It can't be told.
    """
    if not store_file.exists():
        return 0
    if not is_open_here(store_file):
        return examine(store_file, data_key, pages=False).application_id
    engine = _engine(store_file, data_key)
    try:
        return key_floor(engine)
    finally:
        engine.dispose()


def fold_log(store_file: Path, data_key: bytes) -> None:
    """Fold the write-ahead log of a closed store into it, so that the file is whole by itself.

    Raises:
        DiskFull, StoreUnwritable, StoreBusy, StoreDamaged: It can't be done; nothing is lost.
    """
    engine = _engine(store_file, data_key)
    try:
        borrowed = engine.raw_connection()
        try:
            busy, _in_log, _folded = (
                borrowed.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            )
        finally:
            borrowed.close()
    except sqlcipher.Error as error:
        raise as_known(error) or BugError("the log could not be folded in") from None
    finally:
        engine.dispose()
    if busy:
        raise StoreBusy


@contextmanager
def copying(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A connection that may write a whole copy with `VACUUM INTO`, which attaches the copy.

    Raises:
        KnownError: The disk or the store fails within the block.
    """
    borrowed = engine.raw_connection()
    try:
        connection = borrowed.driver_connection
        if not isinstance(connection, sqlcipher.Connection):
            raise BugError("an engine without its driver's connection")
        connection.set_authorizer(None)
        try:
            yield connection
        finally:
            connection.set_progress_handler(None, 0)
            connection.set_authorizer(_no_attach)
    except sqlcipher.Error as error:
        raise as_known(error) or BugError("a copy of the store could not be made") from None
    finally:
        borrowed.close()


def keep_key_floor(store_file: Path, data_key: bytes, revision: int) -> None:
    """Let the store remember that its key file has reached `revision`; nothing without a store."""
    if not store_file.exists():
        return
    engine = _engine(store_file, data_key)
    try:
        _raise_key_floor(engine, revision)
    finally:
        engine.dispose()


def key_floor(engine: Engine) -> int:
    """The highest revision of the key file that the store has met."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _raise_key_floor(engine: Engine, revision: int) -> None:
    if key_floor(engine) < revision:
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {int(revision)}")


def _engine(store_file: Path, data_key: bytes) -> Engine:
    def opened() -> sqlite3.Connection:
        try:
            connection = _keyed(store_file, data_key)
            try:
                _settle(connection)
            except BaseException:
                connection.close()
                raise
        except sqlcipher.Error as error:
            raise as_known(error) or BugError("the store could not be opened") from None
        _count(store_file, +1)
        return connection

    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=opened,
        # Never the dialect's own pool: it closes connections that other threads still use.
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=0,
        # Bound values are answers of a child; they must not stand in an exception's text.
        hide_parameters=True,
    )

    @event.listens_for(engine, "close")
    def closed(*_: Any) -> None:
        _count(store_file, -1)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def failed(context: ExceptionContext) -> KnownError | None:
        return as_known(context.original_exception)

    _secrets[engine.dialect] = (store_file, data_key)
    return engine


def file_and_key(engine: Engine) -> tuple[Path, bytes]:
    """The store file of an engine made here, and its data key. For backups."""
    return _secrets[engine.dialect]


def _keyed(store_file: Path, data_key: bytes, mode: str = "rw") -> sqlite3.Connection:
    """A connection that has the key and has proved that the cipher works. Never makes a file."""
    connection: sqlite3.Connection = sqlcipher.connect(
        store_file.resolve().as_uri() + f"?mode={mode}",
        uri=True,
        # The pool hands a connection to one thread at a time.
        check_same_thread=False,
        # SQLAlchemy's events say BEGIN; the driver's own guessing would break transactions.
        isolation_level=None,
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{data_key.hex()}'\"")
        if connection.execute("PRAGMA cipher_status").fetchone() != ("1",):
            raise BugError("the cipher is not live: this build of SQLite does not encrypt")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: sqlite3.Connection) -> None:
    """The settings of every connection."""
    for setting in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        # What was erased must not stay readable, to whoever has the key, in pages that are free.
        "secure_delete = ON",
        "temp_store = MEMORY",
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {setting}")
    connection.set_authorizer(_no_attach)


def _no_attach(action: int, *_: Any) -> int:
    # A keyed connection can write a plain copy through ATTACH … KEY ''.
    return int(sqlcipher.SQLITE_DENY if action == sqlcipher.SQLITE_ATTACH else sqlcipher.SQLITE_OK)
