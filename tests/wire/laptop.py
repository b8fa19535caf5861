"""A laptop: a process of its own with a real encrypted casebook, told what to do line by line.

Each line says `do` (one of the methods of `Laptop` below) and its arguments; the answer comes
when the work is committed, so that what was answered is what a practitioner was shown as *saved
here*. A line that could not be done for a reason of the world is answered with `not_done`.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from app.core.clock import LONDON, SystemClock
from app.core.errors import BugError, KnownError
from app.models import change_log, database
from app.models.base import ChildRecord, Record
from app.models.casebook import Casebook
from app.models.change_log import values
from app.models.records import RECORD_TYPES, Child, FormRecord, Service, User
from app.sync import (
    caseload,
    conflicts,
    enrolment,
    exchange,
    outbox,
    standing,
    state,
    stops,
    transport,
)
from app.sync.stops import Stopped
from tests.wire.nursery import Said, Spoken, heard

DATA_KEY: Final = bytes(range(32))
STORE_ID: Final = "0198c0de-0000-7000-8000-000000000001"


class ShiftedClock(SystemClock):
    """The clock of a laptop that somebody set wrong.

    Attributes:
        shift: By how much it is ahead.
    """

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift

    def now(self) -> datetime:
        return super().now() + self.shift

    def today(self) -> date:
        return self.now().astimezone(LONDON).date()


class Laptop:
    """What can be done at one laptop. Every public method is a line that it understands."""

    def __init__(self) -> None:
        self.clock = ShiftedClock()
        self.folder = Path()
        self._casebook: Casebook | None = None
        self._lease_days: int | None = None

    @property
    def casebook(self) -> Casebook:
        """The open casebook."""
        assert self._casebook is not None
        return self._casebook

    # -- the casebook --------------------------------------------------------------------------

    def make(self, folder: str, service: Said, user: Said, days: int = 0) -> Said:
        """Make a casebook of a service for a user, whose ids the server gave."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.clock.shift = timedelta(days=days)
        engine = database.create_store(self.folder / database.STORE_NAME, DATA_KEY)
        self._casebook = Casebook.initialise(
            engine,
            store_id=STORE_ID,
            service=Service(**service),
            user=User(**user),
            device_name=self.folder.name,
            clock=self.clock,
            audit_key=change_log.audit_key(DATA_KEY),
        )
        return {"device_id": self._casebook.device_id}

    def open(self, folder: str, actor_id: str, days: int = 0, new_device: str = "") -> Said:
        """Open a casebook that was made before."""
        self.folder = Path(folder)
        self.clock.shift = timedelta(days=days)
        engine = database.open_engine(self.folder / database.STORE_NAME, DATA_KEY)
        self._casebook = Casebook.open(
            engine,
            store_id=STORE_ID,
            actor_id=actor_id,
            clock=self.clock,
            audit_key=change_log.audit_key(DATA_KEY),
            new_device=new_device or None,
        )
        return {"device_id": self._casebook.device_id}

    def close(self) -> Said:
        """Lock."""
        self.casebook.close()
        self._casebook = None
        return {}

    def set_clock(self, days: int) -> Said:
        """Set the laptop's clock wrong by so many days."""
        self.clock.shift = timedelta(days=days)
        return {}

    # -- casework ------------------------------------------------------------------------------

    def add_child(self, name: str, born: str = "", **fields: Any) -> Said:
        """A child with a form that is a draft."""
        if born:
            fields["date_of_birth"] = date.fromisoformat(born)
        with self.casebook.write() as work:
            fields = {"allocated_to": self.casebook.actor_id} | fields
            child = work.add(Child(given_name=name, **fields))
            form = work.add(FormRecord(child_id=child.id, form_id="made_up", form_version=1))
            return {"child": child.id, "form": form.id}

    def add(self, type: str, **fields: Any) -> Said:
        """A record of any type."""
        with self.casebook.write() as work:
            return {"id": work.add(RECORD_TYPES[type](**fields)).id}

    def change(self, type: str, id: str, **fields: Any) -> Said:
        """Write fields of a record."""
        with self.casebook.write() as work:
            record = self._present(work.get(RECORD_TYPES[type], id))
            for name, value in fields.items():
                setattr(record, name, value)
        return {}

    def answer(self, id: str, path: str, answer: Any, leaving: bool = True) -> Said:
        """Answer a question of a draft, or take a row of it out."""
        with self.casebook.write() as work:
            form = self._present(work.get(FormRecord, id))
            if form.state != "draft":
                raise NotThere
            work.save_answers(id, {path: answer}, leaving=leaving)
        return {}

    def add_language(self, id: str, language: str) -> Said:
        """A language that the child speaks, beside those that are known."""
        with self.casebook.write() as work:
            child = self._present(work.get(Child, id))
            child.languages = [*child.languages, language]
        return {}

    def leave_pages(self) -> Said:
        """Leave every page, so that what was typed in it becomes an entry of the log."""
        return {"sealed": self.casebook.seal()}

    def submit(self, id: str) -> Said:
        """Close a form: its answers never change again."""
        with self.casebook.write() as work:
            work.seal()
            form = self._present(work.get(FormRecord, id))
            assert isinstance(form, FormRecord)
            form.state, form.snapshot_hash = "submitted", "0" * 64
        return {}

    def remove(self, type: str, id: str) -> Said:
        """Take a record out of use."""
        with self.casebook.write("entered twice") as work:
            work.remove(self._present(work.get(RECORD_TYPES[type], id)))
        return {}

    def restore(self, type: str, id: str) -> Said:
        """Take it into use again."""
        with self.casebook.write() as work:
            work.restore(self._present(work.get(RECORD_TYPES[type], id)))
        return {}

    def move(self, type: str, id: str, to: str) -> Said:
        """Give a record to another child."""
        with self.casebook.write("wrong child") as work:
            self._present(work.get(Child, to))
            record = self._present(work.get(RECORD_TYPES[type], id))
            assert isinstance(record, ChildRecord)
            work.move(record, to)
        return {}

    def merge(self, keep: str, other: str) -> Said:
        """Make one record of two of the same child, as `app.casework.merging` does."""
        with self.casebook.write("the same child") as work:
            work.seal()
            self._present(work.get(Child, keep))
            gone = self._present(work.get(Child, other))
            for type_ in RECORD_TYPES.values():
                if issubclass(type_, ChildRecord):
                    found = work.session.scalars(select(type_).where(type_.child_id == other))
                    for record in found.all():
                        work.move(record, keep)
            gone.merged_into = keep
            work.call_it("merge", gone)
        return {}

    def erase(self, child: str) -> Said:
        """Lawfully erase a child."""
        return {"records": self.casebook.erase_child(child, "recorded_in_error").records}

    @staticmethod
    def _present(record: Any) -> Any:
        if record is None:
            raise NotThere
        return record

    # -- the server ----------------------------------------------------------------------------

    def sync(self, take_all: bool = False) -> Said:
        """Sync once.

        Args:
            take_all: Take along every child whom this person may.
        """
        try:
            with closing(enrolment.connect(self.casebook)) as wire:
                if take_all:
                    for child in wire.caseload().children:
                        caseload.choose(self.casebook, child.child_id, travels=True)
                outcome = exchange.sync(self.casebook, wire)
        except Stopped as stopped:
            return {"state": "stopped", "stop": stopped.kind, "words": stopped.user_text}
        except KnownError as error:
            return {"state": type(error).__name__, "words": error.user_text}
        except BugError as error:
            return {"state": "bug", "words": str(error)}
        with self.casebook.engine.connect() as connection:
            waiting = outbox.waiting(connection, standing.read(connection))
            aside = connection.exec_driver_sql("SELECT 1 FROM sync_quarantine").fetchone()
        done = not waiting and not outcome.differing and not aside
        return {
            "state": "confirmed" if done else "waiting",
            "words": "",
            "moved": bool(outcome.sent or outcome.received or outcome.read_again),
            "requests": outcome.requests,
        }

    def enrol(self, url: str, code: str) -> Said:
        """Belong to a service at a server."""
        enrolment.enrol(self.casebook, url, code)
        return {"device_id": self.casebook.device_id}

    def be_patient(self, seconds: float) -> Said:
        """Wait for an answer no longer than this."""
        transport.READ_SECONDS = seconds  # type: ignore[misc]
        return {}

    def go_on_after_stop(self) -> Said:
        """A person says yes to what a stop asks."""
        with self.casebook.engine.connect() as connection:
            stop = standing.read(connection).stop
        if stop is None:
            raise NotThere
        stops.answer_stop(self.casebook, stop["kind"], yes=True)
        return {"kind": stop["kind"]}

    def resolve(self, id: str, value: Any) -> Said:
        """A person settles a conflict."""
        with self.casebook.write() as work:
            work.seal()
            conflicts.settle(work, id, value)
        return {}

    def hold_the_store(self, seconds: float) -> Said:
        """Keep the store's one write lock for so long."""
        with self.casebook.write() as work:
            work.note("consultation")
            time.sleep(seconds)
        return {}

    def peak(self) -> Said:
        """The most memory that this process ever held."""
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    # -- what can be looked at -----------------------------------------------------------------

    def report(self) -> Said:
        """Everything that this laptop holds, for the test to compare."""
        self._lease_days = state.view(self.casebook).lease_days_left
        with self.casebook.write() as work:
            work.seal()
        with self.casebook.read() as session:
            records = {
                f"{name}:{record.id}": self._fields(record)
                for name, type_ in RECORD_TYPES.items()
                for record in session.scalars(select(type_))
            }
            changes = session.execute(
                select(change_log.Change, change_log.ChangePayload.body)
                .outerjoin(change_log.ChangePayload)
                .order_by(change_log.Change.entry)
            ).all()
            log = [
                {
                    "entry": change.entry,
                    "op_id": change.op_id,
                    "device": change.device_id,
                    "seq": change.device_seq,
                    "kind": change.kind,
                    "record": f"{change.record_type}:{change.record_id}",
                    "origin": change.origin,
                    "base_revision": change.base_revision,
                    "base": values(body).get("base", {}),
                    "set": values(body).get("set", {}),
                }
                for change, body in changes
            ]
            standing_with_server = self._standing(session.connection())
        verdict = self.casebook.verify()
        return {
            **standing_with_server,
            "device_id": self.casebook.device_id,
            "records": records,
            "log": log,
            "whole": verdict.ok,
            "why": verdict.why,
            "head": list(self.casebook.head()),
        }

    def _standing(self, connection: Connection) -> Said:
        """What this laptop keeps of its exchange with the server."""
        rows = {
            name: [dict(row._mapping) for row in connection.exec_driver_sql(statement)]
            for name, statement in _KEPT.items()
        }
        for row in rows["notices"]:
            body = json.loads(row.pop("body"))
            row |= {"other_id": body.get("other_id"), "records": body.get("records", [])}
        return {
            "waiting": outbox.waiting(connection, standing.read(connection)),
            "acked": standing.read(connection).acked,
            "cursors": {row["stream"]: row["after"] for row in rows["cursors"]},
            "conflicts": [json.loads(row["body"]) for row in rows["conflicts"]],
            "quarantine": rows["quarantine"],
            "refused": rows["refused"],
            "notices": rows["notices"],
            "told_lost": [
                f"{type_}:{id_}"
                for row in rows["notices"]
                if row["kind"] == "lost_work"
                for type_, id_ in row["records"]
            ],
            "lease_ended": self._lease_days == 0,
        }

    @staticmethod
    def _fields(record: Record) -> Said:
        left_out = {"changed_at", "revision", *type(record).derived}
        if isinstance(record, Service):
            # Every laptop made it when its casebook was made.
            left_out.add("created_at")
        columns = [c.key for c in type(record).__table__.columns if c.key not in left_out]
        return {key: change_log.plain(getattr(record, key)) for key in columns}


_KEPT: Final = {
    "cursors": 'SELECT stream, "after" FROM stream_cursor ORDER BY stream',
    "conflicts": "SELECT body FROM sync_conflict ORDER BY id",
    "quarantine": "SELECT record_id, record_type, why FROM sync_quarantine ORDER BY record_id",
    "refused": "SELECT op_id, code, record_type, record_id FROM sync_refused ORDER BY entry",
    "notices": "SELECT id, kind, child_id, body FROM sync_notice ORDER BY id",
}


class NotThere(KnownError):
    """What was to be changed isn't on this laptop, or not in a state to be changed."""

    def __init__(self) -> None:
        super().__init__("That is not on this laptop.")


def run(spoken: Spoken) -> None:
    """Do what each line says until the test hangs up."""
    laptop = Laptop()
    for said in heard(spoken):
        work: Callable[..., Said] = getattr(laptop, said.pop("do"))
        try:
            spoken.say(work(**said))
        except KnownError as error:
            spoken.say({"not_done": type(error).__name__, "text": error.user_text})
