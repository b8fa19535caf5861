"""Backups: what is in them, which are kept, and the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from sqlalchemy import Engine

from app.core.clock import FixedClock
from app.models import anchor, backup, database, device, kdf, key_file, vault
from app.models.backup import Keep
from app.models.change_log import Head
from tests.vaults import (
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    Made,
    MemoryKeyring,
    bytes_in,
    make_vault,
)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    with kdf.floor_lowered_for_tests(CHEAP):
        yield make_vault(tmp_path / "casebook")


@pytest.fixture
def engine(made: Made) -> Iterator[Engine]:
    engine = made.engine()
    yield engine
    engine.dispose()


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def notes(made: Made) -> list[str]:
    engine = made.engine()
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT text FROM note ORDER BY id").scalars().all()
    engine.dispose()
    return list(found)


def write(engine: Engine, text: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE note SET text = ?", (text,))


# --- Making -------------------------------------------------------------------------------


def test_a_backup_is_whole_encrypted_and_opens_with_its_own_key_file(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    write(engine, "Still in the log of the open store")
    folder = backup.make(engine, backups, clock=clock)
    assert folder.name == "casebook-2026-11-23-0930"
    assert sorted(path.name for path in folder.iterdir()) == [
        "backup.json",
        "casebook.db",
        "casebook.keys",
    ]
    for content in bytes_in(folder).values():
        assert b"Still in the log" not in content
        assert made.data_key not in content
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    verified = backup.verify(folder, made.data_key)
    assert (verified.store_id, verified.rows, verified.made_at) == ("store-one", 40, clock.now())
    unlocked = vault.unlock(folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
    copy = database.open_engine(folder / "casebook.db", unlocked.data_key)
    with copy.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT text FROM note").scalars().all()
    copy.dispose()
    assert found == ["Still in the log of the open store"]


def test_verifying_a_backup_leaves_no_trace_in_it(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    before = bytes_in(backups)
    backup.verify(folder, made.data_key)
    assert bytes_in(backups) == before


def test_two_backups_within_a_minute_stand_side_by_side(
    engine: Engine, backups: Path, clock: FixedClock
) -> None:
    first = backup.make(engine, backups, clock=clock, keep=Keep(days=0, weeks=0, months=0))
    clock.advance(timedelta(seconds=1))
    second = backup.make(engine, backups, clock=clock)
    assert second.name == first.name + "-2"
    assert [one.folder for one in backup.listing(backups)] == [second]


def test_a_backup_can_be_watched_and_stopped_and_leaves_nothing(
    engine: Engine, backups: Path, clock: FixedClock
) -> None:
    with engine.begin() as connection:
        for _ in range(3000):
            connection.exec_driver_sql("INSERT INTO note (text) VALUES (hex(randomblob(500)))")
    seen: list[tuple[int, int]] = []

    def stop(done: int, whole: int) -> bool:
        seen.append((done, whole))
        return False

    with pytest.raises(backup.BackupStopped):
        backup.make(engine, backups, clock=clock, progress=stop)
    assert len(seen) == 1
    assert list(backups.iterdir()) == []
    folder = backup.make(engine, backups, clock=clock, progress=lambda done, whole: done <= whole)
    assert backup.listing(backups)[0].folder == folder
    with pytest.raises(backup.BackupStopped):
        backup.verify(folder, database.file_and_key(engine)[1], progress=stop)


def test_an_engine_guards_against_copies_again_after_a_backup(
    engine: Engine, backups: Path, clock: FixedClock, tmp_path: Path
) -> None:
    backup.make(engine, backups, clock=clock)
    for _ in range(4):
        with database.copying(engine):
            pass
        with engine.connect() as connection, pytest.raises(Exception, match="not authorized"):
            connection.exec_driver_sql(f"ATTACH '{tmp_path / 'plain.db'}' AS plain KEY ''")


def test_a_damaged_store_is_not_backed_up_and_no_good_backup_is_lost(
    made: Made, backups: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHECKED_WHOLE_BYTES", 0)
    first = made.engine()
    good = backup.make(first, backups, clock=clock)
    first.dispose()
    content = bytearray(made.store.read_bytes())
    content[-500] ^= 1
    made.store.write_bytes(content)
    clock.advance(timedelta(days=1))
    engine = made.engine()
    with pytest.raises(database.StoreDamaged):
        backup.make(engine, backups, clock=clock, keep=Keep(days=1, weeks=0, months=0))
    engine.dispose()
    assert [path.name for path in backups.iterdir()] == [good.name]
    backup.verify(good, made.data_key)


# --- Keeping ------------------------------------------------------------------------------


def pretend(backups: Path, moment: datetime, store_id: str = "store-one") -> Path:
    """A folder that lists as a backup of that moment."""
    folder = backups / f"casebook-{moment:%Y-%m-%d-%H%M}-{store_id}"
    folder.mkdir(parents=True)
    manifest = backup.Manifest(
        store_id=store_id, made_at=moment, tables=1, rows=1, store_bytes=0, store_sha256=""
    )
    (folder / "backup.json").write_text(manifest.model_dump_json(), "utf-8")
    (folder / "casebook.db").write_bytes(b"")
    return folder


def test_the_rule_keeps_the_newest_of_days_weeks_and_months(backups: Path) -> None:
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for day in range(400):
        pretend(backups, start - timedelta(days=day))
        pretend(backups, start - timedelta(days=day, hours=3))
    backup.rotate(backups, "store-one", Keep(days=7, weeks=4, months=12))
    kept = [one.made_at for one in backup.listing(backups)]
    assert all(moment.hour == 12 for moment in kept)
    assert [f"{moment:%m-%d}" for moment in kept[:7]] == [
        f"11-{day}" for day in (23, 22, 21, 20, 19, 18, 17)
    ]
    # 23 and 22 November are of two weeks; then the Sundays of the two before them.
    assert [f"{moment:%m-%d}" for moment in kept[7:9]] == ["11-15", "11-08"]
    assert [f"{moment:%Y-%m-%d}" for moment in kept[9:]] == [
        "2026-10-31",
        "2026-09-30",
        "2026-08-31",
        "2026-07-31",
        "2026-06-30",
        "2026-05-31",
        "2026-04-30",
        "2026-03-31",
        "2026-02-28",
        "2026-01-31",
        "2025-12-31",
    ]


def test_the_newest_stays_and_other_casebooks_and_folders_are_left_alone(backups: Path) -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    newest = pretend(backups, moment)
    pretend(backups, moment - timedelta(days=1))
    other = pretend(backups, moment - timedelta(days=900), "store-two")
    private = backups / "casebook-holiday-pictures"
    private.mkdir()
    (private / "lake.jpg").write_bytes(b"lake")
    backup.rotate(backups, "store-one", Keep(days=0, weeks=0, months=0))
    assert set(backups.iterdir()) == {newest, other, private}
    assert (private / "lake.jpg").read_bytes() == b"lake"


# --- Damage in a backup -------------------------------------------------------------------


def test_every_damage_to_a_backup_is_found_and_nothing_is_restored_from_it(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    engine.dispose()
    before = bytes_in(made.folder)
    whole = {name: (folder / name).read_bytes() for name in os.listdir(folder)}

    def edited(name: str, value: object) -> bytes:
        return json.dumps({**json.loads(whole["backup.json"]), name: value}).encode()

    store = whole["casebook.db"]
    damages = {
        "casebook.db": [
            b"",
            store[:-1],
            store[: len(store) // 2],
            store + b"\x00",
            b"\x01" + store[1:],
            store[:6000] + b"?" + store[6001:],
            store[:-1] + bytes([store[-1] ^ 1]),
            b"SQLite format 3\x00" + store[16:],
        ],
        "casebook.keys": [b"", b"{}", whole["casebook.keys"][:-9]],
        "backup.json": [
            b"",
            b"{}",
            edited("rows", 41),
            edited("store_id", "store-two"),
            edited("made_at", "2020-01-01T00:00:00Z"),
            edited("seal", ""),
        ],
    }
    for name, contents in damages.items():
        for content in contents:
            (folder / name).write_bytes(content)
            with pytest.raises(backup.BackupDamaged):
                backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
            assert bytes_in(made.folder) == before
            (folder / name).write_bytes(whole[name])
    (folder / "backup.json").unlink()
    with pytest.raises(backup.NoBackupHere):
        backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert backup.listing(backups) == ()


def test_a_store_exchanged_for_an_older_one_of_the_same_casebook_is_found(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    older = backup.make(engine, backups, clock=clock)
    write(engine, "later")
    clock.advance(timedelta(days=1))
    later = backup.make(engine, backups, clock=clock)
    (later / "casebook.db").write_bytes((older / "casebook.db").read_bytes())
    with pytest.raises(backup.BackupDamaged):
        backup.verify(later, made.data_key)


# --- Restoring ----------------------------------------------------------------------------


def test_a_restore_brings_the_records_back_and_keeps_what_it_replaced(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    write(engine, "as backed up")
    folder = backup.make(engine, backups, clock=clock)
    write(engine, "as it is now")
    engine.dispose()
    clock.advance(timedelta(days=2))
    mark = backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert set(notes(made)) == {"as backed up"}
    assert mark.replaced == "replaced-2026-11-25-0930"
    beside = Made(made.folder / mark.replaced, made.data_key, "", made.organisation, "")
    assert set(notes(beside)) == {"as it is now"}
    assert (made.folder / mark.replaced / "casebook.keys").exists()
    assert backup.restored_mark(made.folder) == mark
    assert mark.backup_made_at == clock.now() - timedelta(days=2)
    backup.clear_restored_mark(made.folder)
    assert backup.restored_mark(made.folder) is None
    backup.verify(folder, made.data_key)


def test_a_restored_casebook_has_no_device_and_no_anchor_any_more(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    identity = "0198c0de-0000-7000-8000-0000000000dd"
    device.keep(made.folder, made.store_id, identity)
    keeper = anchor.Keeper(made.store_id, made.data_key)
    keeper.keep(Head(5, "ab"))
    folder = backup.make(engine, backups, clock=clock)
    engine.dispose()
    assert device.is_ours(made.folder, made.store_id, identity)
    backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert not device.is_ours(made.folder, made.store_id, identity)
    assert keeper.read() is None


def test_passphrases_changed_since_the_backup_stay_changed(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    vault.set_passphrase(
        made.folder, data_key=made.data_key, user_id="sam", passphrase=OTHER_PASSPHRASE
    )
    engine.dispose()
    backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    vault.unlock(made.folder, user_id="sam", passphrase=OTHER_PASSPHRASE, clock=clock)
    with pytest.raises(vault.WrongPassphrase):
        vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
    made.engine().dispose()


@pytest.mark.parametrize("keys", [None, b"", b"{not json"])
def test_a_missing_or_damaged_key_file_comes_back_from_the_backup(
    made: Made, engine: Engine, backups: Path, clock: FixedClock, keys: bytes | None
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    engine.dispose()
    made.keys.unlink()
    if keys is not None:
        made.keys.write_bytes(keys)
    backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    unlocked = vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
    assert unlocked.data_key == made.data_key
    assert len(notes(made)) == 40


def test_a_lost_laptops_casebook_comes_back_into_an_empty_folder(
    made: Made, engine: Engine, backups: Path, clock: FixedClock, tmp_path: Path
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    unlocked = vault.unlock_with_recovery(folder, code=made.code)
    new = tmp_path / "another laptop"
    mark = backup.restore(folder, new, data_key=unlocked.data_key, clock=clock)
    assert mark.replaced is None
    assert vault.inspect(new).kind == "ready"
    there = Made(new, made.data_key, made.code, made.organisation, made.store_id)
    assert len(notes(there)) == 40
    assert vault.unlock(new, user_id="sam", passphrase=PASSPHRASE, clock=clock).store_id


@pytest.mark.parametrize("damage", ["empty", "cut", "plain", "flipped", "missing"])
def test_a_damaged_store_is_replaced_and_kept(
    made: Made, engine: Engine, backups: Path, clock: FixedClock, damage: str
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    engine.dispose()
    content = made.store.read_bytes()
    broken = {
        "empty": b"",
        "cut": content[:9000],
        "plain": b"SQLite format 3\x00" + content[16:],
        "flipped": content[:9000] + b"?" + content[9001:],
        "missing": None,
    }[damage]
    made.store.unlink()
    if broken is not None:
        made.store.write_bytes(broken)
    mark = backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert len(notes(made)) == 40
    if broken is None:
        assert mark.replaced is None
    else:
        assert mark.replaced is not None
        assert (made.folder / mark.replaced / "casebook.db").read_bytes() == broken


def test_the_log_of_a_damaged_store_is_not_replayed_into_the_restored_one(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    write(engine, "only in the log")
    store, log = made.store.read_bytes(), (made.folder / "casebook.db-wal").read_bytes()
    engine.dispose()
    made.store.write_bytes(store[:4096])
    (made.folder / "casebook.db-wal").write_bytes(log[:-9000])
    mark = backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert "only in the log" not in notes(made)
    assert mark.replaced is not None
    assert (made.folder / mark.replaced / "casebook.db-wal").read_bytes() == log[:-9000]


def test_a_backup_is_never_restored_over_another_casebook(
    made: Made, engine: Engine, backups: Path, clock: FixedClock, tmp_path: Path
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    other = make_vault(tmp_path / "other", store_id="store-two")
    before = bytes_in(other.folder)
    with pytest.raises(backup.AnotherCasebook):
        backup.restore(folder, other.folder, data_key=made.data_key, clock=clock)
    assert bytes_in(other.folder) == before
    other.keys.unlink()
    before = bytes_in(other.folder)
    with pytest.raises(backup.AnotherCasebook):
        backup.restore(folder, other.folder, data_key=made.data_key, clock=clock)
    assert bytes_in(other.folder) == before
    with pytest.raises(database.WrongKey):
        backup.verify(folder, other.data_key)


def test_a_backup_of_a_newer_program_is_refused(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 8")
    folder = backup.make(engine, backups, clock=clock)
    engine.dispose()
    before = bytes_in(made.folder)
    with pytest.raises(database.StoreTooNew):
        backup.restore(folder, made.folder, data_key=made.data_key, clock=clock, newest=7)
    assert bytes_in(made.folder) == before


def test_a_disk_without_second_names_gets_a_copy_of_what_is_replaced(
    made: Made,
    engine: Engine,
    backups: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    write(engine, "as it is now")
    engine.dispose()

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    mark = backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
    assert mark.replaced is not None
    beside = Made(made.folder / mark.replaced, made.data_key, "", made.organisation, "")
    assert set(notes(beside)) == {"as it is now"}


def test_an_attempt_counter_in_a_backup_is_not_carried_into_verification(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    folder = backup.make(engine, backups, clock=clock)
    with pytest.raises(vault.WrongPassphrase):
        vault.unlock(folder, user_id="sam", passphrase="not the passphrase", clock=clock)
    assert key_file.read(folder).attempts.failed == 1
    backup.verify(folder, made.data_key)


def test_a_restore_drops_the_anchor_in_the_keyring_too(
    made: Made, engine: Engine, backups: Path, clock: FixedClock
) -> None:
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    try:
        anchor.Keeper(made.store_id, made.data_key).keep(Head(5, "ab"))
        assert len(memory.kept) == 1
        folder = backup.make(engine, backups, clock=clock)
        engine.dispose()
        backup.restore(folder, made.folder, data_key=made.data_key, clock=clock)
        assert memory.kept == {}
    finally:
        keyring.set_keyring(before)
