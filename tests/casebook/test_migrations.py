"""Versions of the tables: every stored old casebook opens, and a newer one is refused."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from app.core.clock import FixedClock
from app.core.errors import BugError, KnownError
from app.models import backup, change_log, database, migrations, vault
from app.models.base import Base
from app.models.casebook import Casebook, EntriesMissing
from app.models.database import WRITES
from app.models.migrations import m0002_order_names, m0004_sync
from app.models.queries import caseload, history
from app.models.records import Child, FormRecord, HarmPrompt, Place
from app.models.records.child import plain_name
from app.models.search import search
from app.models.store_errors import StoreDamaged, StoreTooNew, WrongKey
from app.sync import outbox, standing
from tests.casebook.conftest import DATA_KEY, STORE_ID
from tests.data import make_casebook as old

DATA = Path(__file__).parents[1] / "data"
ROOT = Path(__file__).parents[2]


VERSIONS = tuple(range(1, migrations.NEWEST))


@pytest.fixture
def old_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the casebook that version 1, or the version asked for, left."""
    version = getattr(request, "param", 1)
    folder = tmp_path / f"v{version}"
    shutil.copytree(DATA / f"casebook_v{version}", folder)
    return folder


@pytest.fixture
def data_key(old_folder: Path, clock: FixedClock) -> bytes:
    return vault.unlock(
        old_folder, user_id=old.USER_ID, passphrase=old.PASSPHRASE, clock=clock
    ).data_key


def open_old(folder: Path, data_key: bytes, clock: FixedClock, **more: Any) -> Casebook:
    return Casebook.open(
        database.open_engine(folder / database.STORE_NAME, data_key, newest=migrations.NEWEST),
        store_id=old.STORE_ID,
        actor_id=old.USER_ID,
        clock=clock,
        audit_key=change_log.audit_key(data_key),
        **more,
    )


def schema(engine: Engine) -> dict[str, Any]:
    """Tables, columns, indexes and links of a store, free of how they were written down."""
    found: dict[str, Any] = {}
    with engine.connect() as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

        for (table,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = {row[1:] for row in rows(f'PRAGMA table_info("{table}")')}
            indexes = {
                name: (unique, [r[2] for r in rows(f'PRAGMA index_info("{name}")')])
                for _, name, unique, _, _ in rows(f'PRAGMA index_list("{table}")')
            }
            links = {row[2:] for row in rows(f'PRAGMA foreign_key_list("{table}")')}
            found[table] = (columns, indexes, links)
    return found


def test_steps_are_numbered_without_a_gap_and_each_starts_from_a_stored_file() -> None:
    assert [step.VERSION for step in migrations.STEPS] == list(range(1, migrations.NEWEST + 1))
    for version in range(1, migrations.NEWEST):
        assert (DATA / f"casebook_v{version}" / database.STORE_NAME).exists()


def test_the_steps_lead_to_the_tables_that_the_records_describe(
    engine: Engine, tmp_path: Path
) -> None:
    migrations.make_schema(engine)
    described = database.create_store(tmp_path / "described.db", DATA_KEY)
    Base.metadata.create_all(described)
    by_steps, by_records = schema(engine), schema(described)
    described.dispose()
    assert {name for name in by_steps if not name.startswith("search_index")} == set(by_records)
    for table, form in by_records.items():
        assert by_steps[table] == form, table


@pytest.mark.parametrize("old_folder", VERSIONS, indirect=True)
def test_a_casebook_of_an_old_version_opens_whole(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    before = int(old_folder.name.removeprefix("v"))
    casebook = open_old(old_folder, data_key, clock)
    assert migrations.version_of(casebook.engine) == migrations.NEWEST
    assert schema(casebook.engine)["child"] != {}
    with casebook.read() as session:
        lines = caseload.children(session)
        assert [line.family_name for line in lines] == [
            "Åberg",
            "Adley",
            "de Vere",
            "Fenwick",
            "Ó Briain",
        ]
        for line in lines:
            assert line.sort_name == plain_name(line.family_name, line.given_name)
        tal = next(line for line in lines if line.given_name == "Tal")
        (found,) = search(session, "grandmother")
        form = session.get_one(FormRecord, found.record_id)
        assert form.answers["home"]["value"] == "With his grandmother"
        assert session.get_one(Place, old.USER_ID).record_id == form.id
        assert [f.record_id for f in search(session, "art")] == [form.id]
        entries = history.entries(session, limit=100)
    assert [entry.kind for entry in entries[:2]] == ["update", "migrate"]
    assert entries[0].set_to["answers.school"]["value"] == "He likes art and"
    assert entries[1].detail == {"from": before, "to": migrations.NEWEST}
    assert casebook.verify().ok

    with casebook.write() as work:
        work.session.get_one(Child, tal.child_id).family_name = "Éowen"
    with casebook.read() as session:
        assert [line.given_name for line in caseload.children(session)][3] == "Tal"
        assert session.get_one(Child, tal.child_id).sort_name == "eowen tal"
    casebook.close()


@pytest.mark.parametrize("old_folder", VERSIONS[1:], indirect=True)
def test_a_sign_of_harm_of_an_old_version_still_waits(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    casebook = open_old(old_folder, data_key, clock)
    with casebook.write() as work:
        prompt = work.session.scalars(select(HarmPrompt)).one()
        assert (prompt.state, prompt.path) == ("open", "safe_at_home")
        assert (prompt.given, prompt.later, prompt.later_at) == (None, None, None)
        prompt.given = {"value": "a_bit", "language": "cy"}
    with casebook.read() as session:
        assert session.get_one(HarmPrompt, prompt.id).given == {"value": "a_bit", "language": "cy"}
    assert casebook.verify().ok
    casebook.close()


@pytest.mark.parametrize("old_folder", range(1, m0004_sync.VERSION), indirect=True)
def test_what_was_written_before_sync_rests_on_nothing_of_the_servers(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    casebook = open_old(old_folder, data_key, clock)
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
        entries = connection.exec_driver_sql(
            "SELECT max(entry) FROM change WHERE kind NOT IN ('migrate')"
            " AND entry <= (SELECT min(entry) FROM change WHERE kind = 'migrate')"
        ).scalar_one()
        assert here.old_entries_until == entries > 0
        assert (here.enrolled, here.automatic, here.acked) == (False, True, 0)
        page = outbox.next_page(connection, here)
        assert page is not None
        assert {operation.base_rev for operation in page.operations} == {0}
        assert [o.device_seq for o in page.operations] == list(range(1, len(page.operations) + 1))
        assert outbox.waiting(connection, here) == len(page.operations)
    casebook.close()


def test_a_backup_of_the_old_version_is_made_first(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    open_old(old_folder, data_key, clock).close()
    (made,) = backup.listing(old_folder / "backups")
    assert backup.verify(made.folder, data_key).tables == 1
    open_old(old_folder, data_key, clock).close()
    assert len(backup.listing(old_folder / "backups")) == 1, "nothing to do, nothing to back up"


def test_without_a_backup_the_store_stays_as_it_is(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    def disk_full() -> None:
        raise KnownError("The disk is full.")

    with pytest.raises(KnownError):
        open_old(old_folder, data_key, clock, backup=disk_full)
    engine = database.open_engine(old_folder / database.STORE_NAME, data_key)
    assert migrations.version_of(engine) == 1
    engine.dispose()


def test_a_step_that_fails_leaves_the_version_before(
    old_folder: Path, data_key: bytes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = m0002_order_names.apply

    def fails_at_the_end(connection: Any) -> None:
        real(connection)
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    monkeypatch.setattr(m0002_order_names, "apply", fails_at_the_end)
    with pytest.raises(OperationalError):
        open_old(old_folder, data_key, clock)
    engine = database.open_engine(old_folder / database.STORE_NAME, data_key)
    assert migrations.version_of(engine) == 1
    with engine.connect() as connection:
        columns = connection.exec_driver_sql("PRAGMA table_info(child)").fetchall()
    assert "sort_name" not in {column[1] for column in columns}
    engine.dispose()
    monkeypatch.undo()
    open_old(old_folder, data_key, clock).close()


KILLED = """
import os, signal, sys
from pathlib import Path
from app.models import database, migrations
from app.models.migrations import m0002_order_names, m0004_sync
real = m0002_order_names.apply
def killed(connection):
    real(connection)
    os.kill(os.getpid(), signal.SIGKILL)
m0002_order_names.apply = killed
engine = database.open_engine(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
migrations.migrate(engine, backup=lambda: None)
"""


def test_a_power_cut_within_a_step_leaves_the_version_before(
    old_folder: Path, data_key: bytes, clock: FixedClock
) -> None:
    store = old_folder / database.STORE_NAME
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(store), data_key.hex()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    engine = database.open_engine(store, data_key)
    assert migrations.version_of(engine) == 1
    engine.dispose()
    casebook = open_old(old_folder, data_key, clock)
    assert casebook.verify().ok
    casebook.close()


def test_a_newer_store_is_refused_and_untouched(
    casebook: Casebook, engine: Engine, tmp_path: Path, clock: FixedClock, audit_key: bytes
) -> None:
    newer = migrations.NEWEST + 1
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {newer}")
    with pytest.raises(StoreTooNew):
        Casebook.open(engine, store_id=STORE_ID, actor_id="x", clock=clock, audit_key=audit_key)
    engine.dispose()
    store = tmp_path / database.STORE_NAME
    before = store.read_bytes()
    with pytest.raises(StoreTooNew):
        database.open_engine(store, DATA_KEY, newest=migrations.NEWEST)
    assert store.read_bytes() == before


def test_the_store_of_another_key_file_is_refused(
    casebook: Casebook, engine: Engine, clock: FixedClock, audit_key: bytes
) -> None:
    with pytest.raises(WrongKey):
        Casebook.open(engine, store_id="another", actor_id="x", clock=clock, audit_key=audit_key)


def test_a_store_with_fewer_entries_than_it_had_is_refused(
    casebook: Casebook, engine: Engine, clock: FixedClock, audit_key: bytes
) -> None:
    with pytest.raises(EntriesMissing):
        Casebook.open(
            engine,
            store_id=STORE_ID,
            actor_id="x",
            clock=clock,
            audit_key=audit_key,
            least_entries=casebook.head().entries + 1,
        )


def test_an_empty_store_is_no_casebook(engine: Engine, clock: FixedClock, audit_key: bytes) -> None:
    with pytest.raises(StoreDamaged):
        Casebook.open(engine, store_id=STORE_ID, actor_id="x", clock=clock, audit_key=audit_key)
    migrations.make_schema(engine)
    with pytest.raises(StoreDamaged):
        Casebook.open(engine, store_id=STORE_ID, actor_id="x", clock=clock, audit_key=audit_key)
    with pytest.raises(BugError):
        migrations.make_schema(engine)
