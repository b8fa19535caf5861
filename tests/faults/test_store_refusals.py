"""Stores that are not what they should be: each refused in words, none changed by a byte."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DatabaseError

from app.core.clock import FixedClock
from app.core.errors import BugError, KnownError
from app.models import backup, database
from app.models.store_pages import PAGE
from tests.vaults import Made, bytes_in, make_vault, run_python

WRONG_KEY = bytes(range(32))


def refused(
    made: Made, error: type[KnownError], key: bytes | None = None, **more: int
) -> KnownError:
    """Opening is refused with `error`, and every file of the casebook is as it was."""
    before = bytes_in(made.folder)
    with pytest.raises(error) as told:
        database.open_engine(made.store, key or made.data_key, **more)
    assert type(told.value) is error
    assert told.value.user_text.endswith(".")
    assert told.value.hint
    assert bytes_in(made.folder) == before
    assert not database.is_open_here(made.store)
    return told.value


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0x40
    file.write_bytes(content)


# --- Not there, not whole, not encrypted --------------------------------------------------


def test_a_missing_store_is_refused_and_never_made_anew(made: Made) -> None:
    made.store.unlink()
    refused(made, database.StoreMissing)
    assert not made.store.exists()


def test_an_empty_store_is_refused(made: Made) -> None:
    made.store.write_bytes(b"")
    refused(made, database.StoreEmpty)


def test_a_store_that_is_a_folder_is_refused(made: Made) -> None:
    made.store.unlink()
    made.store.mkdir()
    refused(made, database.StoreMissing)


def test_a_plain_sqlite_store_is_refused(made: Made) -> None:
    made.store.unlink()
    with contextlib.closing(sqlite3.connect(made.store)) as plain:
        plain.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
        plain.commit()
    refused(made, database.StorePlain)


@pytest.mark.parametrize(
    "left",
    [
        lambda size: size - 1,
        lambda size: size - PAGE,
        lambda size: size // 2,
        lambda size: size // 2 // PAGE * PAGE,
        lambda size: PAGE,
    ],
    ids=["a byte", "a page", "the middle", "whole pages", "all but one page"],
)
def test_a_store_cut_short_is_refused(made: Made, left: Callable[[int], int]) -> None:
    os.truncate(made.store, left(made.store.stat().st_size))
    refused(made, database.StoreCutShort)


@pytest.mark.parametrize("size", [1, 15, 16, 100, PAGE - 1])
def test_less_than_a_page_is_refused(made: Made, size: int) -> None:
    os.truncate(made.store, size)
    error = refused(made, database.WrongKey)
    assert "do not belong together" in error.user_text


def test_random_bytes_are_refused(made: Made) -> None:
    made.store.write_bytes(os.urandom(8 * PAGE))
    refused(made, database.WrongKey)


# --- Damage -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [0, 15, 100, 2000, PAGE - 80, PAGE - 64, PAGE - 1],
    ids=["salt", "salt's end", "header", "page 1", "vector", "seal", "seal's end"],
)
def test_a_flipped_byte_in_page_1_is_damage_and_not_a_wrong_key(made: Made, at: int) -> None:
    flip(made.store, at)
    refused(made, database.StoreDamaged)


def test_a_flipped_byte_in_any_page_is_refused(made: Made) -> None:
    whole = made.store.read_bytes()
    pages = len(whole) // PAGE
    assert pages >= 5
    for page in range(1, pages):
        for within in (0, 1717, PAGE - 70, PAGE - 5):
            made.store.write_bytes(whole)
            flip(made.store, page * PAGE + within)
            refused(made, database.StoreDamaged)


def test_pages_swapped_or_zeroed_or_put_twice_are_refused(made: Made) -> None:
    whole = made.store.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    for changed in (
        [pages[0], pages[2], pages[1], *pages[3:]],
        [pages[0], pages[1], bytes(PAGE), *pages[3:]],
        [pages[0], pages[1], pages[1], *pages[3:]],
    ):
        made.store.write_bytes(b"".join(changed))
        refused(made, database.StoreDamaged)
    made.store.write_bytes(whole)
    made.engine().dispose()


def test_damage_in_a_large_store_is_found_by_the_long_check_and_when_it_is_read(
    made: Made,
) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE scan (id INTEGER PRIMARY KEY, body BLOB)")
        for _ in range(6):
            connection.exec_driver_sql("INSERT INTO scan (body) VALUES (randomblob(1000000))")
    engine.dispose()
    assert made.store.stat().st_size > database.CHECKED_WHOLE_BYTES
    assert database.broken_pages(made.store, made.data_key) == ()
    middle = made.store.stat().st_size // PAGE // 2
    flip(made.store, middle * PAGE + 99)
    assert database.broken_pages(made.store, made.data_key) == (middle + 1,)
    engine = made.engine()
    with pytest.raises(database.StoreDamaged), engine.connect() as connection:
        connection.exec_driver_sql("SELECT sum(length(hex(body))) FROM scan").scalar_one()
    assert any(str(middle + 1) in finding for finding in database.integrity(engine))
    with pytest.raises(BugError):
        database.broken_pages(made.store, made.data_key)
    engine.dispose()


def test_a_check_of_pages_can_be_watched_and_stopped(made: Made) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE scan (id INTEGER PRIMARY KEY, body BLOB)")
        connection.exec_driver_sql("INSERT INTO scan (body) VALUES (randomblob(6000000))")
    engine.dispose()
    seen: list[tuple[int, int]] = []

    def stop(done: int, whole: int) -> bool:
        seen.append((done, whole))
        return len(seen) < 2

    flip(made.store, made.store.stat().st_size - 200)
    assert database.broken_pages(made.store, made.data_key, stop) == ()
    assert [done for done, _ in seen] == [512, 1024]


# --- The write-ahead log ------------------------------------------------------------------


def copy_of_open_store(made: Made, target: Path) -> Made:
    """The files of a store with changes still in its log, as a power cut leaves them."""
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE note SET text = 'changed' WHERE id <= 30")
        connection.exec_driver_sql("PRAGMA user_version = 9")
    target.mkdir()
    for name in ("casebook.db", "casebook.db-wal", "casebook.keys"):
        shutil.copy(made.folder / name, target / name)
    engine.dispose()
    return Made(target, made.data_key, made.code, made.organisation, made.store_id)


def test_a_wrong_key_does_not_fold_the_log_into_the_store(made: Made, tmp_path: Path) -> None:
    cut = copy_of_open_store(made, tmp_path / "cut")
    assert (cut.folder / "casebook.db-wal").stat().st_size > 0
    refused(cut, database.WrongKey, WRONG_KEY)
    engine = cut.engine()
    with engine.connect() as connection:
        changed = connection.exec_driver_sql(
            "SELECT count(*) FROM note WHERE text = 'changed'"
        ).scalar_one()
    engine.dispose()
    assert changed == 30


def test_a_version_that_stands_only_in_the_log_is_seen(made: Made, tmp_path: Path) -> None:
    cut = copy_of_open_store(made, tmp_path / "cut")
    refused(cut, database.StoreTooNew, newest=8)
    database.open_engine(cut.store, cut.data_key, newest=9).dispose()


def test_pages_torn_by_a_power_cut_while_the_log_was_folded_in_are_mended_from_it(
    made: Made, tmp_path: Path
) -> None:
    cut = copy_of_open_store(made, tmp_path / "cut")
    log = (cut.folder / "casebook.db-wal").read_bytes()
    logged = {int.from_bytes(log[at : at + 4], "big") for at in range(32, len(log), 24 + PAGE)}
    assert 1 in logged
    assert len(logged) >= 4
    for page in logged:
        flip(cut.store, (page - 1) * PAGE + 700)
    engine = cut.engine()
    assert database.integrity(engine) == ()
    engine.dispose()


def test_the_log_of_another_store_changes_nothing(made: Made, tmp_path: Path) -> None:
    cut = copy_of_open_store(made, tmp_path / "cut")
    log = bytearray((cut.folder / "casebook.db-wal").read_bytes())
    (cut.folder / "casebook.db-wal").write_bytes(log[:32] + os.urandom(len(log) - 32))
    engine = cut.engine()
    with engine.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM note").scalar_one()
    engine.dispose()
    assert count == 40


# --- Wrong key, newer version -------------------------------------------------------------


def test_a_wrong_key_is_refused(made: Made) -> None:
    refused(made, database.WrongKey, WRONG_KEY)


def test_a_wrong_key_says_nothing_on_stderr(made: Made) -> None:
    before = bytes_in(made.folder)
    code = """
import sys
from pathlib import Path
from app.models import database
import sqlcipher3.dbapi2 as sqlcipher
store = Path(sys.argv[1])
for opening in (database.open_engine, database._keyed):
    try:
        opening(store, bytes(range(32)))
    except (database.WrongKey, sqlcipher.DatabaseError) as refused:
        print(type(refused).__name__)
"""
    done = run_python(code, made.store)
    assert done.stdout.split() == ["WrongKey", "DatabaseError"]
    assert done.stderr == ""
    assert bytes_in(made.folder) == before


def test_damage_met_while_reading_says_nothing_on_stderr(made: Made) -> None:
    code = """
import sys
from pathlib import Path
from app.models import database
store, key = Path(sys.argv[1]), bytes.fromhex(sys.stdin.read())
database.CHECKED_WHOLE_BYTES = 0
engine = database.open_engine(store, key)
try:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT sum(length(text)) FROM note").scalar_one()
except database.StoreDamaged as damaged:
    print(damaged.user_text)
engine.dispose()
"""
    flip(made.store, made.store.stat().st_size - 500)
    done = run_python(code, made.store, input=made.data_key.hex())
    assert done.stdout.strip() == "The records of this casebook are damaged."
    assert done.stderr == ""


def test_a_newer_version_is_refused(made: Made) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 3")
    engine.dispose()
    refused(made, database.StoreTooNew, newest=2)
    database.open_engine(made.store, made.data_key, newest=3).dispose()


def test_a_key_of_another_length_is_our_mistake(made: Made) -> None:
    with pytest.raises(BugError):
        database.open_engine(made.store, b"short")


# --- What an open store allows ------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["ATTACH '{}' AS plain KEY ''", "ATTACH '{}' AS other", "VACUUM INTO '{}'"]
)
def test_no_plain_copy_can_be_written_from_an_open_store(
    made: Made, tmp_path: Path, statement: str
) -> None:
    engine = made.engine()
    target = tmp_path / "copy.db"
    refusal = r"not authorized|authorization denied"
    with engine.connect() as connection, pytest.raises(DatabaseError, match=refusal):
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(statement.format(target))
    engine.dispose()
    assert not target.exists()


def test_every_connection_has_the_settings_of_the_design(made: Made) -> None:
    engine = made.engine()
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "temp_store": 2,
        "busy_timeout": 5000,
        "cache_size": -65536,
        "cipher_status": "1",
        "cipher_provider": "openssl",
    }
    with contextlib.ExitStack() as held:
        for _ in range(4):
            connection = held.enter_context(engine.connect())
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted
            }
            assert found == wanted
    engine.dispose()


def test_many_threads_share_the_pool_without_an_error(made: Made) -> None:
    engine = made.engine()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                with engine.connect() as connection:
                    connection.exec_driver_sql("SELECT count(*) FROM note").scalar_one()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert errors == []
    assert not database.is_open_here(made.store)


def test_a_busy_store_is_told_as_such(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    engine = made.engine()
    writing = engine.execution_options(waymark_writes=True)
    with writing.connect() as first, first.begin():
        first.exec_driver_sql("UPDATE note SET text = 'mine' WHERE id = 1")
        with pytest.raises(database.StoreBusy), writing.begin() as second:
            second.exec_driver_sql("UPDATE note SET text = 'theirs' WHERE id = 1")
    engine.dispose()


def test_reads_within_a_transaction_see_one_moment(made: Made) -> None:
    engine = made.engine()
    count = "SELECT count(*) FROM note"
    with engine.connect() as reader:
        before = reader.exec_driver_sql(count).scalar_one()
        with engine.begin() as writer:
            writer.exec_driver_sql("DELETE FROM note WHERE id <= 10")
        assert reader.exec_driver_sql(count).scalar_one() == before
    engine.dispose()


def test_tables_are_changed_within_a_transaction_or_not_at_all(made: Made) -> None:
    engine = made.engine()
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        connection.exec_driver_sql("PRAGMA user_version = 5")
        raise ZeroDivisionError
    with engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    engine.dispose()
    assert tables == ["note"]
    assert version == 0


def test_an_error_in_a_statement_does_not_quote_what_was_typed(made: Made) -> None:
    engine = made.engine()
    with pytest.raises(DatabaseError) as failed, engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO note (id, text) VALUES (1, ?)", ("Zebedee",))
    engine.dispose()
    assert "Zebedee" not in str(failed.value)
    assert made.data_key.hex() not in repr(engine)


# --- Making a store -----------------------------------------------------------------------


def test_a_store_is_never_made_over_a_file(made: Made) -> None:
    before = bytes_in(made.folder)
    with pytest.raises(database.StoreExists):
        database.create_store(made.store, made.data_key)
    assert bytes_in(made.folder) == before
    made.store.write_bytes(b"")
    with pytest.raises(database.StoreExists):
        database.create_store(made.store, made.data_key)
    assert made.store.read_bytes() == b""


def test_a_new_store_is_encrypted_and_opens_with_its_key_alone(tmp_path: Path) -> None:
    store = tmp_path / "new" / database.STORE_NAME
    database.create_store(store, WRONG_KEY).dispose()
    assert [path.name for path in store.parent.iterdir()] == [database.STORE_NAME]
    assert store.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlcipher.connect(str(store))) as bare:
        bare.execute("PRAGMA cipher_log_level = NONE")
        with pytest.raises(sqlcipher.DatabaseError):
            bare.execute("SELECT count(*) FROM sqlite_master")
    database.open_engine(store, WRONG_KEY).dispose()


@pytest.mark.parametrize("name", ["Tŷ newydd", "100% sure?", "#1 'quoted\" & more", "file:x"])
def test_a_folder_may_have_any_name(
    made: Made, tmp_path: Path, name: str, clock: FixedClock
) -> None:
    made = make_vault(tmp_path / name, store_id="store-two")
    engine = made.engine()
    folder = backup.make(engine, tmp_path / name / "copies of it", clock=clock)
    engine.dispose()
    backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    made.engine().dispose()
    assert {path.name for path in tmp_path.iterdir()} == {"casebook", name}


def test_no_store_is_left_where_the_disk_has_no_room(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from app.core.errors import KnownError
from app.models import database
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    database.create_store(Path(sys.argv[1]), bytes(range(32)))
except KnownError as refused:
    print(type(refused).__name__)
"""
    done = run_python(code, tmp_path / "new" / database.STORE_NAME)
    assert done.stdout.split() == ["StoreUnwritable"], done.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_nothing_of_a_store_can_be_read_from_its_files(made: Made) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE words USING fts5(text)")
        connection.exec_driver_sql("INSERT INTO words VALUES (?)", ("Quillfeather " * 50,))
    for content in bytes_in(made.folder).values():
        assert b"Quillfeather" not in content
        assert b"CREATE TABLE" not in content
    engine.dispose()
    for content in bytes_in(made.folder).values():
        assert b"Quillfeather" not in content
