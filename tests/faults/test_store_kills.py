"""kill -9 in the middle of making, re-keying, backing up and restoring a casebook.

A process of its own does the work and kills itself at the n-th touch of a file, for each n until
it gets through: every moment between two file operations is a moment of the power cut.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.clock import FixedClock
from app.models import backup, database, vault
from tests.vaults import PASSPHRASE, ROOT, Made

OTHER = "nine patient otters"

# Does the work in a child for each number it is told, and lets it die at that touch of a file
# below the folder. One process for all, because starting one takes longer than the work.
KILL_AT = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from app.core.clock import FixedClock
from app.models import backup, database, escrow, kdf, vault
from tests.vaults import CHEAP
folder, rest = Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]]
key = bytes.fromhex(sys.stdin.readline())
clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
TOUCHES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}

def die_at(left):
    def touched(name, arguments):
        nonlocal left
        if name in TOUCHES and str(folder) in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(touched)

def work():
WORK

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        with kdf.floor_lowered_for_tests(CHEAP):
            die_at(int(line))
            work()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Killer:
    """Does a piece of work again and again, killed at another touch each time."""

    def __init__(self, work: str, made: Made, *arguments: Path) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                KILL_AT.replace("WORK", textwrap.indent(work.strip(), "    ")),
                str(made.folder),
                *map(str, arguments),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._tell(made.data_key.hex())

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def kill_at(self, touch: int) -> bool:
        """Whether the work was killed at that touch; False when it got through first."""
        assert self._process.stdout is not None
        self._tell(str(touch))
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        return code != 0

    def __enter__(self) -> Killer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)


def kills(
    work: str, made: Made, *arguments: Path, before: Callable[[], object] = lambda: None
) -> Iterator[bool]:
    """After each death whether it was one; the last time, False, the work got through.

    Args:
        before: Puts the folder back as it was.
    """
    with Killer(work, made, *arguments) as killer:
        for touch in itertools.count(1):
            before()
            killed = killer.kill_at(touch)
            yield killed
            if not killed:
                assert touch > 4, "the work touched hardly any file"
                return


def keeping(made: Made) -> Callable[[], object]:
    """What puts the folder back as it is now."""
    kept = Path(shutil.copytree(made.folder, made.folder.with_name("kept")))

    def back() -> None:
        shutil.rmtree(made.folder)
        shutil.copytree(kept, made.folder)

    return back


def note(made: Made) -> str:
    engine = made.engine()
    try:
        assert database.integrity(engine) == ()
        with engine.connect() as connection:
            return str(
                connection.exec_driver_sql("SELECT text FROM note WHERE id = 1").scalar_one()
            )
    finally:
        engine.dispose()


def write_note(made: Made, text: str) -> None:
    engine = made.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE note SET text = ? WHERE id = 1", (text,))
    engine.dispose()


def opens_with(made: Made, clock: FixedClock) -> set[str]:
    """Which of the two passphrases open the vault."""
    opening = set()
    for passphrase in (PASSPHRASE, OTHER):
        clock.advance(timedelta(minutes=5))
        try:
            vault.unlock(made.folder, user_id="sam", passphrase=passphrase, clock=clock)
        except vault.WrongPassphrase:
            continue
        opening.add(passphrase)
    return opening


def test_a_change_of_passphrase_killed_anywhere_leaves_the_old_one_or_the_new_one(
    made: Made, clock: FixedClock
) -> None:
    work = f"""
vault.set_passphrase(folder, data_key=key, user_id="sam", passphrase={OTHER!r})
"""
    back = keeping(made)
    seen = []
    for killed in kills(work, made, before=back):
        opening = opens_with(made, clock)
        assert len(opening) == 1
        assert vault.unlock_with_recovery(made.folder, code=made.code).data_key == made.data_key
        seen.append((killed, opening == {OTHER}))
    assert seen[0] == (True, False)
    assert seen[-1] == (False, True)
    assert len(seen) >= 4


def test_a_restore_killed_anywhere_leaves_the_old_store_or_the_new_one(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    write_note(made, "as backed up")
    engine = made.engine()
    copy = backup.make(engine, tmp_path / "backups", clock=clock)
    engine.dispose()
    write_note(made, "as it is now")
    work = """
mark = backup.restore(rest[0], folder, data_key=key, clock=clock)
"""
    back = keeping(made)
    seen = []
    for killed in kills(work, made, copy, before=back):
        restored = note(made) == "as backed up"
        mark = backup.restored_mark(made.folder)
        assert (mark is not None) == restored
        if restored:
            assert mark is not None
            assert mark.replaced is not None
            replaced = made.folder / mark.replaced / database.STORE_NAME
            beside = Made(replaced.parent, made.data_key, "", made.organisation, "")
            assert note(beside) == "as it is now"
        assert opens_with(made, clock) == {PASSPHRASE}
        backup.verify(copy, made.data_key)
        seen.append((killed, restored))
        if killed and not restored:
            # Begun again, it gets through, whatever the first left behind.
            backup.restore(copy, made.folder, data_key=made.data_key, clock=clock)
            assert note(made) == "as backed up"
            names = [path.name for path in made.folder.iterdir()]
            assert len([name for name in names if name.startswith("replaced-")]) == 1
            assert not [name for name in names if name.endswith((".restoring", ".new"))]
    assert seen[0] == (True, False)
    assert seen[-1] == (False, True)
    assert len(seen) >= 5


def test_a_restore_over_a_damaged_store_killed_anywhere_can_be_done_again(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    write_note(made, "as backed up")
    engine = made.engine()
    copy = backup.make(engine, tmp_path / "backups", clock=clock)
    engine.dispose()
    damaged = bytearray(made.store.read_bytes())
    damaged[5000] ^= 1
    made.store.write_bytes(damaged)
    made.keys.write_bytes(b"{")
    work = """
backup.restore(rest[0], folder, data_key=key, clock=clock)
"""
    back = keeping(made)
    for killed in kills(work, made, copy, before=back):
        if killed and made.store.read_bytes() == damaged:
            backup.restore(copy, made.folder, data_key=made.data_key, clock=clock)
        assert note(made) == "as backed up"
        assert opens_with(made, clock) == {PASSPHRASE}
        beside = [p / database.STORE_NAME for p in made.folder.glob("replaced-*")]
        assert [store.read_bytes() for store in beside] == [damaged]


def test_a_backup_killed_anywhere_never_looks_like_a_whole_one(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    backups = made.folder / "backups"
    work = """
engine = database.open_engine(folder / "casebook.db", key)
backup.make(engine, folder / "backups", clock=clock, keep=backup.Keep(days=1, weeks=0, months=0))
engine.dispose()
"""
    engine = made.engine()
    first = backup.make(engine, backups, clock=clock)
    engine.dispose()
    for _ in kills(work, made, before=keeping(made)):
        listed = backup.listing(backups)
        assert listed
        for one in listed:
            backup.verify(one.folder, made.data_key)
    assert first not in [one.folder for one in listed]
    assert len(listed) == 1
    assert [path.name for path in backups.iterdir()] == [listed[0].folder.name]


def test_making_a_casebook_killed_anywhere_leaves_one_or_can_be_begun_again(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    target = Made(tmp_path / "fresh", b"", "", made.organisation, "fresh")
    work = f"""
new = vault.create(
    folder, user_id="eve", user_name="Eve Adair", passphrase={OTHER!r},
    organisation_key=escrow.public_bytes(escrow.make()), store_id="fresh",
)
database.create_store(folder / "casebook.db", new.data_key).dispose()
"""
    kinds = set()

    def clear() -> None:
        shutil.rmtree(target.folder, ignore_errors=True)

    again = Killer(work, target)
    for _ in kills(work, target, before=clear):
        kind = vault.inspect(target.folder).kind
        kinds.add(kind)
        assert kind in ("none", "unfinished", "ready")
        if kind != "ready":
            assert not target.store.exists()
            assert not again.kill_at(10_000)
        unlocked = vault.unlock(target.folder, user_id="eve", passphrase=OTHER, clock=clock)
        database.open_engine(target.store, unlocked.data_key).dispose()
    again.__exit__()
    assert {"none", "unfinished", "ready"} == kinds


@pytest.mark.parametrize("after_ms", [5, 20, 40])
def test_a_program_killed_while_it_saves_loses_nothing_it_has_told(
    made: Made, after_ms: int, long_run: bool
) -> None:
    code = """
import sys
from pathlib import Path
from app.models import database
engine = database.open_engine(Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline()))
print("ready", flush=True)
for number in range(1, 100_000):
    with engine.execution_options(waymark_writes=True).begin() as connection:
        connection.exec_driver_sql("INSERT INTO note (text) VALUES (?)", (f"typed {number}",))
    print(number, flush=True)
"""
    for _ in range(20 if long_run else 2):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(made.store)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            writer.stdin.write(made.data_key.hex() + "\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == "ready\n"
            time.sleep(after_ms / 1000)
            writer.kill()
            told = [int(line) for line in writer.stdout.read().split("\n") if line.isdigit()]
        engine = made.engine()
        assert database.integrity(engine) == ()
        with engine.begin() as connection:
            kept = connection.exec_driver_sql(
                "SELECT count(*) FROM note WHERE text LIKE 'typed %'"
            ).scalar_one()
            connection.exec_driver_sql("DELETE FROM note WHERE text LIKE 'typed %'")
        engine.dispose()
        # The last line may have been cut off, or be committed and not yet told.
        assert kept >= max(told, default=0)
