"""A disk without room: a clear message, the old file as it was, no half file anywhere."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models import backup, database, kdf, key_file, vault
from tests.vaults import CHEAP, PASSPHRASE, Made, bytes_in, make_vault, run_python


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of 320 KiB of its own; None where this user may not mount one."""
    point = tmp_path / "disk"
    point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=320k", "waymark-test", str(point)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    yield point if mounted else None
    if mounted:
        subprocess.run(["umount", "--lazy", str(point)], check=True)


def limited(work: str, made: Made, limit: int, *arguments: Path) -> str:
    """What the work says in a process that may write files of `limit` bytes at most."""
    code = f"""
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models import backup, database, kdf, vault
from tests.vaults import CHEAP
folder, rest = Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]]
key = bytes.fromhex(sys.stdin.read())
clock = FixedClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
with kdf.floor_lowered_for_tests(CHEAP):
    try:
        {work}
        print("done")
    except KnownError as refused:
        print(type(refused).__name__)
"""
    done = run_python(code, made.folder, *arguments, input=made.data_key.hex())
    assert done.stderr == ""
    return done.stdout.strip()


def grow(made: Made, size: int) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE scan (body BLOB)")
        connection.exec_driver_sql(f"INSERT INTO scan VALUES (randomblob({size}))")
    engine.dispose()


def test_a_backup_without_room_leaves_no_half_and_the_old_ones_whole(
    made: Made, tmp_path: Path, clock: FixedClock
) -> None:
    engine = made.engine()
    first = backup.make(engine, tmp_path / "backups", clock=clock)
    engine.dispose()
    grow(made, 200_000)
    before = bytes_in(tmp_path)
    work = "backup.make(database.open_engine(folder / 'casebook.db', key), rest[0], clock=clock)"
    said = limited(work, made, 100_000, tmp_path / "backups")
    assert said in ("DiskFull", "StoreUnwritable")
    after = {name: data for name, data in bytes_in(tmp_path).items() if "casebook.db-" not in name}
    assert after == before
    assert [one.folder for one in backup.listing(tmp_path / "backups")] == [first]
    assert limited(work, made, 10_000_000, tmp_path / "backups") == "done"


def test_a_restore_without_room_leaves_the_store_in_its_place(
    made: Made, tmp_path: Path, clock: FixedClock
) -> None:
    grow(made, 200_000)
    engine = made.engine()
    folder = backup.make(engine, tmp_path / "backups", clock=clock)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE note SET text = 'as it is now'")
    engine.dispose()
    before = bytes_in(made.folder)
    work = "backup.restore(rest[0], folder, data_key=key, clock=clock)"
    said = limited(work, made, 100_000, folder)
    assert said in ("DiskFull", "StoreUnwritable")
    assert bytes_in(made.folder) == before
    assert limited(work, made, 10_000_000, folder) == "done"


def test_a_key_file_without_room_stays_as_it_was(made: Made, clock: FixedClock) -> None:
    before = bytes_in(made.folder)
    work = (
        "vault.set_passphrase(folder, data_key=key, user_id='sam', passphrase='never kept words')"
    )
    assert limited(work, made, 500) == "KeysNotWritten"
    assert bytes_in(made.folder) == before
    assert vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)


def test_a_save_without_room_is_told_and_taken_back_whole(made: Made) -> None:
    work = """
        engine = database.open_engine(folder / "casebook.db", key)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE note SET text = 'half' WHERE id = 1")
            connection.exec_driver_sql("INSERT INTO note (text) VALUES (hex(randomblob(200000)))")
""".strip()
    assert limited(work, made, 100_000) in ("DiskFull", "StoreUnwritable")
    engine = made.engine()
    with engine.connect() as connection:
        half = connection.exec_driver_sql("SELECT count(*) FROM note WHERE text = 'half'")
        assert half.scalar_one() == 0
    assert database.integrity(engine) == ()
    engine.dispose()


def test_on_a_disk_that_is_really_full_everything_old_stays(
    small_disk: Path | None, tmp_path: Path, clock: FixedClock
) -> None:
    """Where no disk can be mounted, the limits on file sizes above are all the proof there is."""
    if small_disk is None:
        return
    with kdf.floor_lowered_for_tests(CHEAP):
        made = make_vault(small_disk / "casebook")
        keys = made.keys.read_bytes()
        engine = made.engine()
        backup.make(engine, small_disk / "backups", clock=clock)
        with pytest.raises(database.DiskFull), engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO note (text) VALUES (hex(randomblob(300000)))")
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as filling, pytest.raises(OSError, match="No space"):
            while True:
                filling.write(bytes(1024))
        with pytest.raises(database.DiskFull):
            backup.make(engine, small_disk / "backups", clock=clock)
        assert len(list((small_disk / "backups").iterdir())) == 1
        with pytest.raises(key_file.KeysNotWritten):
            vault.new_recovery_code(made.folder, data_key=made.data_key)
        assert made.keys.read_bytes() == keys
        # A wrong passphrase that can't be counted is still refused, and so is the right one not.
        with pytest.raises(KnownError):
            vault.unlock(made.folder, user_id="sam", passphrase="not it at all", clock=clock)
        unlocked = vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
        assert unlocked.data_key == made.data_key
        engine.dispose()
        filler.unlink()
        again = made.engine()
        assert database.integrity(again) == ()
        backup.verify(backup.listing(small_disk / "backups")[0].folder, made.data_key)
        again.dispose()
