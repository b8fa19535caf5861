"""The change log: one chain, whole or found out."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from app.core.clock import FixedClock, SystemClock
from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.change_log import Head
from app.models.database import WRITES
from app.models.queries import history
from app.models.records import Child, Device, FormRecord, Offence, Report, Service, User
from app.models.verify import CheckStopped, Verdict, verify
from tests.casebook.conftest import DATA_KEY, STORE_ID, USER_ID

ROOT = Path(__file__).parents[2]
GUARDS = (
    "change_is_gapless",
    "change_never_changes",
    "change_never_goes",
    "change_payload_is_never_replaced",
    "change_payload_never_changes",
    "change_payload_goes_by_erasure",
)


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """A connection of somebody who has the data key and takes the guards away."""
    with engine.execution_options(**{WRITES: True}).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for guard in GUARDS:
            connection.exec_driver_sql(f"DROP TRIGGER {guard}")
        connection.exec_driver_sql("DELETE FROM child WHERE 0")
        yield connection


def fill(casebook: Casebook, choices: list[int]) -> None:
    """A history of many kinds, decided by `choices`."""
    with casebook.write() as work:
        child = work.add(Child(given_name="Tal", family_name="Fenwick"))
        form = work.add(FormRecord(child_id=child.id, form_id="made_up", form_version=1))
    for number, choice in enumerate(choices):
        with casebook.write("a reason") as work:
            match choice % 6:
                case 0:
                    work.session.get_one(Child, child.id).how_to_speak = f"slowly {number}"
                case 1:
                    work.save_answers(form.id, {f"q{choice}": {"value": f"words {number}"}})
                case 2:
                    path = f"people/r{choice}/who"
                    work.save_answers(form.id, {path: {"value": f"{number}"}}, leaving=False)
                case 3:
                    work.note("consultation", "child", child.id)
                case 4:
                    work.add(Offence(child_id=child.id, description=f"Took a bike {number}"))
                case 5:
                    work.seal()


# -- the guards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET actor_id = 'x' WHERE entry = 1",
        "DELETE FROM change WHERE entry = 1",
        "DELETE FROM change WHERE entry = (SELECT max(entry) FROM change)",
        "UPDATE change_payload SET body = '{}' WHERE entry = 1",
        "DELETE FROM change_payload WHERE entry = 1",
        "INSERT OR REPLACE INTO change SELECT * FROM change WHERE entry = 1",
        "INSERT OR REPLACE INTO change_payload SELECT entry, x'00', '{}' FROM change_payload",
        "INSERT INTO change SELECT entry + 100, op_id || 'x', group_id, device_id,"
        " device_seq + 100, kind, service_id, record_type, record_id, child_id, fields,"
        " base_revision, actor_id, made_at, origin, payload_hash, previous_hash, own_hash"
        " FROM change WHERE entry = 1",
    ],
)
def test_the_log_is_only_ever_appended_to(
    casebook: Casebook, engine: Engine, statement: str
) -> None:
    with (
        pytest.raises(IntegrityError),
        engine.execution_options(**{WRITES: True}).begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert casebook.verify().ok


# -- the verifier ----------------------------------------------------------------------------------


def shift(connection: Connection, first: int, by: int) -> None:
    """Renumber entries from `first` on, with their values."""
    order = "ASC" if by < 0 else "DESC"
    for table in ("change", "change_payload"):
        rows = connection.exec_driver_sql(
            f"SELECT entry FROM {table} WHERE entry >= ? ORDER BY entry {order}", (first,)
        ).scalars()
        for entry in list(rows):
            connection.exec_driver_sql(
                f"UPDATE {table} SET entry = ? WHERE entry = ?", (entry + by, entry)
            )


def edit(connection: Connection, entry: int, other: int, column: str) -> int:
    value: Any = 99999 if column in ("base_revision", "device_seq") else "changed"
    connection.exec_driver_sql(f"UPDATE change SET {column} = ? WHERE entry = ?", (value, entry))
    return entry


def delete(connection: Connection, entry: int, other: int, column: str) -> int:
    connection.exec_driver_sql("DELETE FROM change_payload WHERE entry = ?", (entry,))
    connection.exec_driver_sql("DELETE FROM change WHERE entry = ?", (entry,))
    return entry


def delete_and_close_up(connection: Connection, entry: int, other: int, column: str) -> int:
    delete(connection, entry, other, column)
    shift(connection, entry, -1)
    return entry


def swap(connection: Connection, entry: int, other: int, column: str) -> int:
    for table in ("change", "change_payload"):
        for was, is_ in ((entry, -1), (other, entry), (-1, other)):
            connection.exec_driver_sql(f"UPDATE {table} SET entry = ? WHERE entry = ?", (is_, was))
    return min(entry, other)


def repeat(connection: Connection, entry: int, other: int, column: str) -> int:
    """Put a copy of an entry behind it."""
    shift(connection, entry + 1, +1)
    names = [name for name in change_log.COLUMNS if name not in ("entry", "op_id", "device_seq")]
    connection.exec_driver_sql(
        f"INSERT INTO change (entry, op_id, device_seq, {', '.join(names)})"
        f" SELECT entry + 1, 'copy', 99999, {', '.join(names)} FROM change WHERE entry = ?",
        (entry,),
    )
    return entry + 1


def cut_the_tail(connection: Connection, entry: int, other: int, column: str) -> int:
    connection.exec_driver_sql("DELETE FROM change_payload WHERE entry >= ?", (entry,))
    connection.exec_driver_sql("DELETE FROM change WHERE entry >= ?", (entry,))
    return entry


def change_the_values(connection: Connection, entry: int, other: int, column: str) -> int:
    connection.exec_driver_sql(
        "UPDATE change_payload SET body = body || ' ' WHERE entry = ?", (entry,)
    )
    return entry


def take_the_values(connection: Connection, entry: int, other: int, column: str) -> int:
    connection.exec_driver_sql("DELETE FROM change_payload WHERE entry = ?", (entry,))
    return entry


def put_other_values(connection: Connection, entry: int, other: int, column: str) -> int:
    connection.exec_driver_sql(
        "UPDATE change_payload SET (salt, body) ="
        " (SELECT salt, body FROM change_payload WHERE entry = ?) WHERE entry = ?",
        (other, entry),
    )
    return entry


TAMPERINGS: tuple[Callable[[Connection, int, int, str], int], ...] = (
    edit,
    delete,
    delete_and_close_up,
    swap,
    repeat,
    cut_the_tail,
    change_the_values,
    take_the_values,
    put_other_values,
)
EDITABLE = tuple(name for name in change_log.COLUMNS if name not in ("entry", "op_id"))


def a_casebook(folder: Path) -> Casebook:
    engine = database.create_store(folder / database.STORE_NAME, DATA_KEY)
    return Casebook.initialise(
        engine,
        store_id=STORE_ID,
        service=Service(name="Rivermouth Youth Justice Service"),
        user=User(id=USER_ID, name="Ash Marlow", role="practitioner"),
        device_name="Test laptop",
        clock=SystemClock(),
        audit_key=change_log.audit_key(DATA_KEY),
    )


@pytest.mark.timeout(900)
def test_any_single_tampering_is_found_and_its_first_entry_named(
    tmp_path: Path, long_run: bool
) -> None:
    """One store is filled further by each example; each tampering is taken back after the look."""
    casebook = a_casebook(tmp_path)
    key = change_log.audit_key(DATA_KEY)

    @settings(
        max_examples=300 if long_run else 60,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        choices=st.lists(st.integers(0, 17), max_size=4),
        tampering_by=st.sampled_from(TAMPERINGS),
        column=st.sampled_from(EDITABLE),
        at=st.integers(0, 10_000),
        with_other=st.integers(1, 10_000),
    )
    def campaign(
        choices: list[int],
        tampering_by: Callable[[Connection, int, int, str], int],
        column: str,
        at: int,
        with_other: int,
    ) -> None:
        fill(casebook, choices)
        anchor = casebook.head()
        assert casebook.verify(anchor) == Verdict(True, anchor.entries, head=anchor)
        with tampering(casebook.engine) as connection:
            held = connection.exec_driver_sql("SELECT entry FROM change_payload ORDER BY entry")
            places = list(held.scalars())
            place = at % len(places)
            other = places[(place + 1 + with_other % (len(places) - 1)) % len(places)]
            entry = places[place]
            expected = tampering_by(connection, entry, other, column)
            verdict = verify(connection, key, anchor)
            connection.rollback()
        assert not verdict.ok
        assert verdict.first_bad == expected, verdict.why
        assert casebook.verify(anchor).ok

    campaign()
    casebook.close()


def test_a_log_that_was_rewritten_from_an_entry_on_does_not_fit_its_anchor(
    casebook: Casebook, clock: FixedClock, tmp_path: Path
) -> None:
    """Somebody with the key can write a whole chain that fits; the anchor outside knows better."""
    anchor = casebook.head()
    other = tmp_path / "other"
    other.mkdir()
    forged = a_casebook(other)
    fill(forged, [1, 3, 4])
    assert forged.verify().ok
    verdict = forged.verify(anchor)
    assert (verdict.ok, verdict.why, verdict.first_bad) == (False, "rewritten", anchor.entries)
    forged.close()


def test_an_older_store_put_back_is_shorter_than_its_anchor(casebook: Casebook) -> None:
    now = casebook.head()
    later = Head(now.entries + 3, "0" * 64)
    verdict = casebook.verify(later)
    assert (verdict.why, verdict.first_bad) == ("cut_short", now.entries + 1)


def test_another_key_makes_no_hash_of_the_chain(casebook: Casebook, engine: Engine) -> None:
    with engine.connect() as connection:
        verdict = verify(connection, change_log.audit_key(os.urandom(32)))
    assert (verdict.first_bad, verdict.why) == (1, "changed")


def test_values_without_an_entry_are_named(casebook: Casebook, engine: Engine) -> None:
    with tampering(engine) as connection:
        connection.exec_driver_sql("INSERT INTO change_payload VALUES (500, x'00', '{}')")
        verdict = verify(connection, change_log.audit_key(DATA_KEY))
        connection.rollback()
    assert (verdict.first_bad, verdict.why) == (500, "values_without_entry")


def test_a_check_can_be_stopped(casebook: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.verify._AT_ONCE", 2)
    with pytest.raises(CheckStopped):
        casebook.verify(progress=lambda done, total: done < total / 2)


# -- devices ---------------------------------------------------------------------------------------


def test_a_restored_casebook_counts_its_changes_as_a_new_device(casebook: Casebook) -> None:
    fill(casebook, [0, 1])
    former = casebook.device_id
    casebook.take_new_device("The spare laptop")
    fill(casebook, [0, 1])
    assert casebook.device_id != former
    assert casebook.state().device_id == casebook.device_id
    with casebook.read() as session:
        counts = session.connection().exec_driver_sql(
            "SELECT device_id, min(device_seq), max(device_seq), count(*) FROM change"
            " GROUP BY device_id ORDER BY min(entry)"
        )
        found = [tuple(row) for row in counts]
        assert session.get_one(Device, casebook.device_id).replaces_id == former
    assert [row[0] for row in found] == [former, casebook.device_id]
    assert all((low, high) == (1, n) for _, low, high, n in found)
    assert casebook.verify().ok


# -- lawful erasure --------------------------------------------------------------------------------

CANARY = "Quillfeather"


def everything(engine: Engine) -> bytes:
    """Every value of every table of the store, the search index's own tables included."""
    found = bytearray()
    with engine.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        ).scalars()
        for table in list(tables):
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                for value in row:
                    found += value if isinstance(value, bytes) else str(value).encode()
    return bytes(found).lower()


def test_lawful_erasure_takes_every_value_and_leaves_the_chain_whole(
    casebook: Casebook, child: Child, engine: Engine
) -> None:
    with casebook.write(f"{CANARY} was referred") as work:
        gone = work.add(Child(given_name=CANARY, family_name=CANARY))
        form = work.add(FormRecord(child_id=gone.id, form_id="made_up", form_version=1))
        work.add(Report(child_id=gone.id, title=CANARY, pdf=CANARY.encode()))
        work.note("disclosure", "child", gone.id, recipient=f"{CANARY}'s mother")
    with casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": f"{CANARY} likes art"}})
        work.save_answers(form.id, {"school": {"value": f"{CANARY} again"}}, leaving=False)
    before = casebook.head().entries
    assert CANARY.lower().encode() in everything(engine)

    erased = casebook.erase_child(gone.id, "retention_ended")

    assert CANARY.lower().encode() not in everything(engine)
    assert erased.records == 3
    assert casebook.verify(casebook.head()).ok
    with casebook.read() as session:
        left = history.entries(session, child_id=gone.id, limit=100)
        assert session.get(Child, gone.id) is None
        assert session.get_one(Child, child.id).given_name == "Tal"
        kept = history.entries(session, child_id=child.id)
    assert left[0].kind == "erase"
    assert left[0].detail["ground"] == "retention_ended"
    assert all(e.erased for e in left[1:])
    assert {"create", "update", "disclosure"} <= {e.kind for e in left}
    assert not any(e.erased for e in kept)
    assert casebook.head().entries > before


def test_values_taken_without_an_erasure_are_named_even_beside_a_lawful_one(
    casebook: Casebook, child: Child, engine: Engine
) -> None:
    with casebook.write() as work:
        other = work.add(Child(given_name="Bea", family_name="Marsh"))
    casebook.erase_child(other.id, "right_to_erasure")
    with casebook.read() as session:
        entry = history.entries(session, child_id=child.id)[0].entry
    with tampering(engine) as connection:
        take_the_values(connection, entry, 0, "")
        verdict = verify(connection, change_log.audit_key(DATA_KEY))
        connection.rollback()
    assert (verdict.first_bad, verdict.why) == (entry, "values_missing")


def test_erasure_goes_by_the_record_and_not_by_where_it_once_was(
    casebook: Casebook, child: Child
) -> None:
    with casebook.write() as work:
        other = work.add(Child(given_name="Bea", family_name="Marsh"))
        stays = work.add(Offence(child_id=other.id, description="It was Tal's"))
        goes = work.add(Offence(child_id=child.id, description="It was Bea's"))
    with casebook.write() as work:
        work.move(work.session.get_one(Offence, stays.id), child.id)
        work.move(work.session.get_one(Offence, goes.id), other.id)
    casebook.erase_child(other.id, "court_order")
    with casebook.read() as session:
        of_tal = history.entries(session, record_id=stays.id)
        of_bea = history.entries(session, record_id=goes.id)
        assert session.get_one(Offence, stays.id).description == "It was Tal's"
        assert session.get(Offence, goes.id) is None
    assert [e.set_to.get("description") for e in of_tal if e.kind == "create"] == ["It was Tal's"]
    assert all(e.erased for e in of_bea if e.fields)
    assert casebook.verify().ok


def test_erasing_a_child_erases_what_was_merged_into_it(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        other = work.add(Child(given_name="Tal", family_name="Fennick"))
    with casebook.write() as work:
        twin = work.session.get_one(Child, other.id)
        twin.merged_into = child.id
        work.call_it("merge", twin)
    casebook.erase_child(child.id, "right_to_erasure")
    with casebook.read() as session:
        assert session.get(Child, other.id) is None
        assert all(
            e.erased or e.kind == "erase"
            for e in history.entries(session, limit=100)
            if e.child_id in (child.id, other.id)
        )
    assert casebook.verify().ok


# -- power cuts ------------------------------------------------------------------------------------


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_by_kill_9(
    casebook: Casebook,
    form: FormRecord,
    engine: Engine,
    tmp_path: Path,
    long_run: bool,
) -> None:
    engine.dispose()
    rounds = 20 if long_run else 4
    saved: dict[str, int] = {}
    chance = random.Random(20261123)
    for _ in range(rounds):
        writer = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/casebook/save_loop.py"), str(tmp_path), form.id],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.25))
        writer.kill()
        for line in writer.stdout.read().splitlines(keepends=True):
            acknowledged = int(line) if line.endswith("\n") else acknowledged
        writer.stdout.close()
        writer.wait()
        for number in range(max(1, acknowledged - 6), acknowledged + 1):
            saved[f"question_{number % 7}"] = number

        again = Casebook.open(
            database.open_engine(tmp_path / database.STORE_NAME, DATA_KEY),
            store_id=STORE_ID,
            actor_id=USER_ID,
            clock=SystemClock(),
            audit_key=change_log.audit_key(DATA_KEY),
        )
        with again.read() as session:
            answers = session.get_one(FormRecord, form.id).answers
            logged: dict[str, Any] = {}
            for entry in reversed(history.entries(session, record_id=form.id, limit=100_000)):
                logged |= entry.set_to
        for name, number in saved.items():
            # One save may have been written and not yet acknowledged.
            kept = int(answers[name]["value"].removeprefix("save number "))
            assert kept >= number or kept == acknowledged + 1
            saved[name] = kept
        assert {k.removeprefix("answers."): v for k, v in logged.items() if "." in k} == answers
        assert again.verify().ok
        again.close()
