"""Laptops with real casebooks to sync: one with a pile of work, others that wait for it.

Everybody in them is made up from syllables.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from app.core import turns
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.models import change_log, database
from app.models.base import ChildRecord
from app.models.casebook import Casebook
from app.models.records import Alert, Carer, Child, Professional, Service, User
from app.sync import caseload, enrolment, exchange, outbox, standing, transport
from app.sync.course import Outcome
from app.sync.device_key import DeviceKey
from app.sync.transport import Transport, Who
from tests.benchmarks import stores
from tests.benchmarks.sync_central import ADMINISTRATOR, NAME

DATA_KEY: Final = bytes(range(32))
# A child with what belongs to the child: so many records in all, saved so many at a time.
OF_A_CHILD: Final = 50
IN_A_SAVE: Final = 10


@dataclass
class Laptop:
    """An open casebook on its way to the server, counting its requests.

    Attributes:
        address: Where it calls the server; None: where it was enrolled.
    """

    casebook: Casebook
    address: str | None = None
    requests: list[str] = field(default_factory=list)

    def enrol(self, address: str, code: str) -> None:
        """Let the casebook belong to its service."""
        enrolment.enrol(self.casebook, address, code)

    def take_all(self) -> None:
        """Take along every child whom the person may."""
        wire = self._wire()
        for child in wire.caseload().children:
            caseload.choose(self.casebook, child.child_id, travels=True)
        wire.close()

    def sync(self) -> Outcome:
        """One whole sync, which must leave nothing waiting and both sides equal."""
        wire = self._wire()
        try:
            outcome = exchange.sync(self.casebook, wire)
        finally:
            wire.close()
        if outcome.refused or outcome.conflicts or outcome.aside or outcome.differing:
            raise SystemExit(f"not everything was exchanged: {outcome}")
        return outcome

    def _wire(self) -> Transport:
        with self.casebook.engine.connect() as connection:
            here = standing.read(connection)
        address = self.address or str(here.server)
        client = transport.make_client(address)
        client.event_hooks = {"request": [self._count]}
        return Transport(
            address,
            DeviceKey(here.device_key),
            Who(self.casebook.service_id, str(here.device_id), self.casebook.actor_id),
            clock=self.casebook.clock,
            client=client,
        )

    def _count(self, request: httpx.Request) -> None:
        self.requests.append(request.url.path)


def new_casebook(folder: Path, service_id: str, user_id: str, name: str = ADMINISTRATOR) -> None:
    """A casebook of the service for somebody, closed again."""
    folder.mkdir(parents=True)
    engine = database.create_store(folder / database.STORE_NAME, DATA_KEY)
    Casebook.initialise(
        engine,
        store_id=new_id(),
        service=Service(id=service_id, name=NAME),
        user=User(id=user_id, name=name, role="administrator"),
        device_name=folder.name,
        clock=SystemClock(),
        audit_key=change_log.audit_key(DATA_KEY),
    ).close()
    (folder / "who").write_text(user_id, "ascii")


@contextmanager
def opened(folder: Path) -> Iterator[Laptop]:
    """The casebook in a folder."""
    casebook = _open(folder)
    yield Laptop(casebook)
    casebook.close()


@contextmanager
def copied(folder: Path, other: Path) -> Iterator[Laptop]:
    """A copy of the closed casebook in a folder, which goes afterwards."""
    shutil.copytree(folder, other)
    with opened(other) as laptop:
        # As the program does once its window is there.
        turns.spare_what_is_loaded()
        yield laptop
    shutil.rmtree(other)


def _open(folder: Path) -> Casebook:
    engine = database.open_engine(folder / database.STORE_NAME, DATA_KEY)
    with engine.connect() as connection:
        store_id = connection.exec_driver_sql("SELECT store_id FROM casebook_state").scalar_one()
    return Casebook.open(
        engine,
        store_id=store_id,
        actor_id=(folder / "who").read_text("ascii"),
        clock=SystemClock(),
        audit_key=change_log.audit_key(DATA_KEY),
    )


def fill(laptop: Laptop, changes: int, worker: str | None = None) -> None:
    """Make so many records, as practitioners do: a few in each save.

    Args:
        worker: To whom the children are allocated; None: to whoever makes them.
    """
    worker = worker or laptop.casebook.actor_id
    child_id = ""
    for start in range(0, changes, IN_A_SAVE):
        numbers = list(range(start, min(start + IN_A_SAVE, changes)))
        with laptop.casebook.write() as work:
            if start % OF_A_CHILD == 0:
                child_id = work.add(_child(numbers.pop(0), worker)).id
            for number in numbers:
                work.add(_record(number, child_id))


def _child(number: int, worker: str) -> Child:
    return Child(
        given_name=stores.word(number % 5_000).capitalize(),
        family_name=stores.family_name(18 * number),
        date_of_birth=date(2009, 1, 1) + timedelta(days=number % 2_000),
        how_to_speak="One thing at a time, and time to think.",
        school="Fictional High School",
        allocated_to=worker,
    )


def _record(number: int, child_id: str) -> ChildRecord:
    text = stores.text_of(number)[:240]
    name = f"{stores.word(number).capitalize()} {stores.family_name(number)}"
    types: tuple[ChildRecord, ...] = (
        Professional(
            child_id=child_id,
            name=name,
            role="Mentor",
            agency="Fictional Boxing Club",
            phone=f"01632 96{number % 10_000:04}",
            from_date=date(2026, 1, 1) + timedelta(days=number % 300),
            note=text,
        ),
        Carer(
            child_id=child_id,
            name=name,
            relationship="Aunt",
            parental_responsibility="no",
            phone=f"01632 96{number % 10_000:04}",
            contact_note=text,
        ),
        Alert(
            child_id=child_id,
            kind="other",
            text=text,
            from_date=date(2026, 1, 1) + timedelta(days=number % 300),
        ),
    )
    return types[number % len(types)]


def waiting(laptop: Laptop) -> list[dict[str, Any]]:
    """What the laptop has yet to send, in its order, as it would stand in a push."""
    with laptop.casebook.engine.connect() as connection:
        here = standing.read(connection)
        found: list[dict[str, Any]] = []
        while (page := outbox.next_page(connection, here)) is not None:
            found += [one.model_dump(mode="json") for one in page.operations]
            last = page.operations[-1].device_seq
            here = replace(here, acked=last, sent_to=page.entries[-1])
    return found


def held(laptop: Laptop) -> dict[str, dict[str, Any]]:
    """What the laptop holds of the records that `fill` makes, by id."""
    found: dict[str, dict[str, Any]] = {}
    left_out = {"id", "service_id", "created_at", "changed_at", "revision", "base_revision"}
    with laptop.casebook.read() as session:
        for type_ in (Child, Professional, Carer, Alert):
            columns = [c for c in type_.__table__.columns if c.key not in left_out]
            for row in session.execute(type_.__table__.select()):
                found[row.id] = {c.key: change_log.plain(row._mapping[c]) for c in columns}
    return found
