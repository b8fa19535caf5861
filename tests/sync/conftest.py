"""Laptops with real casebooks, and the real server behind real requests, for the tests of sync.

The server runs within the test, on SQLite: what happens on the wire is tested in `tests/wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.records import Child, FormRecord, Service, User
from app.sync import conflicts, enrolment, exchange, state
from app.sync.course import Outcome
from app.sync.state import SyncView
from app.sync.transport import Transport
from server import admin
from server.parts import Parts
from server.settings import embedded_settings
from tests.server.inside import code_for, empty_database, served

DATA_KEY = bytes(range(32))
STORE_ID = "0198c0de-0000-7000-8000-000000000001"


class Central:
    """A central server with one service and its administrator."""

    def __init__(self, folder: Path, clock: FixedClock, **service: Any) -> None:
        self.folder = folder
        self.clock = clock
        empty_database(folder / "server.db")
        self._stack = ExitStack()
        self.address, self.parts = self._stack.enter_context(
            served(lambda address: Parts.of(embedded_settings(folder, public_url=address), clock))
        )
        founded = admin.new_service(
            self.parts, name="Rivermouth", administrator="Maud Fennimore", **service
        )
        self.service_id, self.administrator = founded.service_id, founded.user_id

    def close(self) -> None:
        """End it."""
        self._stack.close()

    def code(self, user_id: str, role: Any, name: str = "Ash Marlow") -> str:
        """A one-time code for somebody."""
        return code_for(self.parts, self.service_id, role, user_id=user_id, name=name).text

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in its database."""
        with self.parts.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]


@dataclass
class Laptop:
    """A casebook, and the person who works with it."""

    casebook: Casebook
    central: Central
    folder: Path
    role: str

    def enrol(self) -> None:
        """Let the casebook belong to the service."""
        code = self.central.code(self.casebook.actor_id, self.role)
        enrolment.enrol(self.casebook, self.central.address, code)

    def wire(self) -> Transport:
        """The way to the server."""
        return enrolment.connect(self.casebook)

    def sync(self) -> Outcome:
        """One sync."""
        wire = self.wire()
        try:
            return exchange.sync(self.casebook, wire)
        finally:
            wire.close()

    def view(self) -> SyncView:
        """What the person is told."""
        return state.view(self.casebook)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What stands in the store."""
        with self.casebook.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def child(self, given_name: str = "Tal", **more: Any) -> Child:
        """A child who is allocated to the person."""
        with self.casebook.write() as work:
            return work.add(
                Child(
                    given_name=given_name,
                    family_name="Fenwick",
                    allocated_to=self.casebook.actor_id,
                    **more,
                )
            )

    def form(self, child: Child) -> FormRecord:
        """An empty draft."""
        with self.casebook.write() as work:
            return work.add(FormRecord(child_id=child.id, form_id="made_up", form_version=1))

    def get(self, type_: Any, id_: str) -> Any:
        """A record as it stands here."""
        with self.casebook.read() as session:
            return session.get(type_, id_)

    def change(self, type_: Any, id_: str, **values: Any) -> None:
        """Write columns of a record."""
        with self.casebook.write() as work:
            record = work.session.get_one(type_, id_)
            for name, value in values.items():
                setattr(record, name, value)

    def settle(self, conflict_id: str, value: Any) -> None:
        """Let `value` count where two wrote."""
        with self.casebook.write() as work:
            work.seal()
            conflicts.settle(work, conflict_id, value)

    def answer(self, id_: str, *, leaving: bool = True, **answers: Any) -> None:
        """Answer questions of a draft."""
        with self.casebook.write() as work:
            changes = {path: {"value": value} for path, value in answers.items()}
            work.save_answers(id_, changes, leaving=leaving)


@pytest.fixture
def central(tmp_path: Path, clock: FixedClock) -> Iterator[Central]:
    """A server of one service."""
    made = Central(tmp_path / "server", clock)
    yield made
    made.close()


NewLaptop = Callable[..., Laptop]


@pytest.fixture
def new_laptop(tmp_path: Path, central: Central, clock: FixedClock) -> Iterator[NewLaptop]:
    """Makes laptops; the person on each is a manager unless another role is asked for."""
    made: list[Laptop] = []

    def make(
        name: str, role: str = "manager", *, user_id: str | None = None, enrol: bool = True
    ) -> Laptop:
        folder = tmp_path / name
        folder.mkdir()
        engine = database.create_store(folder / database.STORE_NAME, DATA_KEY)
        casebook = Casebook.initialise(
            engine,
            store_id=STORE_ID,
            service=Service(id=central.service_id, name="Rivermouth"),
            user=User(id=user_id, name=name, role=role),
            device_name=name,
            clock=clock,
            audit_key=change_log.audit_key(DATA_KEY),
        )
        laptop = Laptop(casebook, central, folder, role)
        made.append(laptop)
        if enrol:
            laptop.enrol()
        return laptop

    yield make
    for laptop in made:
        laptop.casebook.engine.dispose()


@pytest.fixture
def ash(new_laptop: NewLaptop) -> Laptop:
    """A laptop that is enrolled."""
    return new_laptop("ash")


@pytest.fixture
def robin(new_laptop: NewLaptop) -> Laptop:
    """Another."""
    return new_laptop("robin")
