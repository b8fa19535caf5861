"""Records that move from one child to another, and children who are merged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.models.queries import history
from app.models.records import Child, Hearing, Offence, Outcome
from app.sync import caseload
from tests.sync.conftest import DATA_KEY, STORE_ID, Laptop

ROOT = Path(__file__).parents[2]


def test_a_moved_record_moves_everywhere_and_keeps_its_history(ash: Laptop, robin: Laptop) -> None:
    one, other = ash.child("One"), ash.child("Other")
    with ash.casebook.write() as work:
        offence = work.add(Offence(child_id=one.id, description="Took a bicycle"))
    ash.sync()
    for child in (one, other):
        caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    with ash.casebook.write("wrong child") as work:
        work.move(work.session.get_one(Offence, offence.id), other.id)
    ash.sync()
    outcome = robin.sync()
    assert (outcome.aside, outcome.differing) == (0, [])
    assert robin.get(Offence, offence.id).child_id == other.id
    with robin.casebook.read() as session:
        told = history.entries(session, record_id=offence.id)
    assert [entry.erased for entry in told] == [False, False]
    assert robin.view().word == "confirmed"


def test_what_moves_to_a_child_who_is_not_here_leaves(ash: Laptop, robin: Laptop) -> None:
    one, other = ash.child("One"), ash.child("Other")
    with ash.casebook.write() as work:
        hearing = work.add(Hearing(child_id=one.id, court="Canary Court"))
        work.flush()
        outcome = work.add(Outcome(child_id=one.id, hearing_id=hearing.id))
    ash.sync()
    caseload.choose(robin.casebook, one.id, True)
    robin.sync()
    assert robin.get(Hearing, hearing.id) is not None
    with ash.casebook.write("wrong child") as work:
        work.move(work.session.get_one(Hearing, hearing.id), other.id)
    ash.sync()
    robin.sync()
    (item,) = robin.view().items
    assert (item.kind, item.reason) == ("aside", "in_use"), "an outcome here refers to it"
    with ash.casebook.write("wrong child") as work:
        work.move(work.session.get_one(Outcome, outcome.id), other.id)
    ash.sync()
    robin.sync()
    robin.sync()
    assert robin.get(Hearing, hearing.id) is None
    assert robin.get(Outcome, outcome.id) is None
    assert robin.view().items == ()
    assert robin.get(Child, one.id) is not None


def test_a_merge_of_two_children_with_many_records_alarms_nobody(
    ash: Laptop, robin: Laptop
) -> None:
    keep, gone = ash.child("Keep"), ash.child("Gone")
    with ash.casebook.write() as work:
        for number in range(30):
            work.add(Offence(child_id=gone.id, description=f"Offence {number}"))
    ash.sync()
    for child in (keep, gone):
        caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    with ash.casebook.write("the same child") as work:
        for offence in work.session.query(Offence).all():
            work.move(offence, keep.id)
        record = work.session.get_one(Child, gone.id)
        record.merged_into = keep.id
        work.call_it("merge", record)
    ash.sync()
    assert robin.sync().differing == []
    assert robin.rows("SELECT count(*) FROM offence WHERE child_id = ?", keep.id) == [(30,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from app.core.clock import SystemClock
from app.models import change_log, database
from app.models.casebook import Casebook
from app.sync import enrolment, exchange, apply, outbox
folder, actor, store, key, where = sys.argv[1:]
engine = database.open_engine(Path(folder) / database.STORE_NAME, bytes.fromhex(key))
casebook = Casebook.open(engine, store_id=store, actor_id=actor, clock=SystemClock(),
    audit_key=change_log.audit_key(bytes.fromhex(key)))
wire = enrolment.connect(casebook)
def dies(real):
    def runs(*given, **more):
        result = real(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    return runs
if where == "push":
    wire.push = dies(wire.push)
elif where == "pull":
    wire.pull = dies(wire.pull)
elif where == "apply":
    apply.apply_page = dies(apply.apply_page)
exchange.sync(casebook, wire)
"""


def test_a_power_cut_anywhere_in_a_sync_loses_and_doubles_nothing(
    ash: Laptop, robin: Laptop
) -> None:
    child = ash.child()
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    # The process that is killed has the computer's clock, and its proofs must be of now.
    ash.central.clock.moment = datetime.now(UTC)
    for number, where in enumerate(("push", "pull", "apply")):
        ash.change(Child, child.id, school=f"School {number}")
        robin.change(Child, child.id, gp=f"Surgery {number}")
        ash.sync()
        robin.casebook.engine.dispose()
        killed = subprocess.run(
            [
                *(sys.executable, "-c", KILLED, str(robin.folder)),
                *(robin.casebook.actor_id, STORE_ID, DATA_KEY.hex(), where),
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        outcome = robin.sync()
        assert (outcome.conflicts, outcome.refused, outcome.differing) == (0, 0, [])
        ash.sync()
        for laptop in (ash, robin):
            there = laptop.get(Child, child.id)
            assert (there.school, there.gp) == (f"School {number}", f"Surgery {number}")
            assert laptop.casebook.verify().ok
    (count,) = ash.central.rows("SELECT count(*), count(DISTINCT op_id) FROM op_log")
    assert count[0] == count[1]
