"""Services with people and laptops over a real database, and words to say what laptops send."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.core.ids import new_id
from app.sync.protocol import (
    Cursor,
    Operation,
    Pull,
    Pulled,
    Push,
    Pushed,
    RecordChange,
    StreamState,
)
from server import bulk, tables
from server.caller import Caller, Role
from server.database import in_service
from server.envelope import MasterKey, ServiceKeys
from server.pull import pull
from server.push import push

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass
class World:
    """One service in a database."""

    engine: Engine
    caseload_only: bool = True
    service_id: str = field(default_factory=new_id)
    master: MasterKey = field(default_factory=lambda: MasterKey(os.urandom(32)))
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.keys, wrapped = ServiceKeys.new(self.service_id, self.master)
        name = self.keys.names.seal_text("Fenland", f"service/{self.service_id}")
        row = (name, wrapped, self.caseload_only, self.now)
        columns = ("name", "wrapped_key", "caseload_only", "created_at")
        self.do(lambda c: bulk.put(c, tables.service, columns, [row], service_id=self.service_id))
        self.epoch = self.do(
            lambda c: str(c.execute(text("SELECT epoch FROM server_state")).scalar_one())
        )

    def do(self, work: Callable[[Connection], Any]) -> Any:
        """Do something in a transaction of the service."""
        return in_service(self.engine, self.service_id, work)

    def person(self, role: Role = "practitioner") -> Person:
        """Somebody new with an account."""
        person = Person(new_id(), role)
        name = self.keys.names.seal_text("Alex Weaver", f"account/{person.id}")
        row = (person.id, name, role)
        self.do(
            lambda c: bulk.put(
                c,
                tables.account,
                ("user_id", "name", "role"),
                [row],
                service_id=self.service_id,
            )
        )
        return person

    def laptop(self, *people: Person) -> Laptop:
        """A new device on which these people have signed in; the first of them speaks for it."""
        return Laptop(self, list(people))

    def count(self, table: str, condition: str = "1 = 1") -> int:
        """How many rows of the service a table has."""
        statement = f"SELECT count(*) FROM {table} WHERE service_id = :service AND {condition}"
        return int(
            self.do(lambda c: c.execute(text(statement), {"service": self.service_id}).scalar_one())
        )


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: str
    role: Role


@dataclass
class Laptop:
    """A device: it counts its operations and knows how far it has pulled."""

    world: World
    people: list[Person]
    id: str = field(default_factory=new_id)
    seq: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    waiting: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        service_id, now = self.world.service_id, self.world.now
        name = self.world.keys.names.seal_text("Laptop 1", f"device/{self.id}")
        row = (self.id, name, "{}", self.id, now, now + timedelta(days=14))
        columns = ("device_id", "name", "key_jwk", "thumbprint", "enrolled_at", "lease_until")

        def enrol(connection: Connection) -> None:
            bulk.put(connection, tables.device, columns, [row], service_id=service_id)

        self.world.do(enrol)
        for person in self.people:
            self.sign_in(person)

    def sign_in(self, person: Person) -> None:
        """Somebody signs in here for the first time."""
        row = (self.id, person.id, self.world.now)
        columns = ("device_id", "user_id", "since")
        self.world.do(
            lambda c: bulk.put(
                c, tables.device_user, columns, [row], service_id=self.world.service_id
            )
        )

    @property
    def caller(self) -> Caller:
        """Who speaks for the device."""
        person = self.people[0]
        return Caller(self.world.service_id, self.id, person.id, person.role)

    def op(
        self, kind: str, type_: str | None = None, id_: str | None = None, **more: Any
    ) -> Operation:
        """The next operation; what isn't said is as plain as it can be."""
        self.seq += 1
        values: dict[str, Any] = {
            "op_id": new_id(),
            "device_seq": self.seq,
            "group": new_id(),
            "kind": kind,
            "type": type_,
            "id": id_,
            "actor": self.people[0].id,
            "made_at": self.world.now,
            "entry": self.seq,
            "own_hash": os.urandom(32).hex(),
            **more,
        }
        operation = Operation(**values)
        self.waiting.append(operation)
        return operation

    def child(self, **fields: Any) -> str:
        """Register a child; its id."""
        id_ = new_id()
        named = {"given_name": "Robin", "family_name": id_[-6:], **fields}
        self.op("create", "child", id_, child_id=id_, set=named)
        return id_

    def record(self, child: str, type_: str = "offence", **fields: Any) -> str:
        """Add a record of a child; its id."""
        id_ = new_id()
        self.op("create", type_, id_, child_id=child, set={"child_id": child, **fields})
        return id_

    def change(
        self, child: str, id_: str, set_: dict[str, Any], type_: str = "offence", **more: Any
    ) -> Operation:
        """Change a record of a child."""
        return self.op("update", type_, id_, child_id=child, set=set_, **more)

    def push(self, operations: Sequence[Operation] | None = None, **more: Any) -> Pushed:
        """Send what waits, or just these operations."""
        sent = list(self.waiting if operations is None else operations)
        if operations is None:
            self.waiting.clear()
        values: dict[str, Any] = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": self.id,
            "epoch": self.world.epoch,
            "operations": tuple(sent),
            **more,
        }
        message = Push(**values)
        keys, caller, now = self.world.keys, self.caller, self.world.now
        pushed: Pushed = self.world.do(lambda c: push(c, keys, caller, message, now=now))
        return pushed

    def pull(self, *streams: str, limit: int = 500, **more: Any) -> Pulled:
        """One page of the streams that it holds and of these, from where it has come."""
        for stream in streams:
            self.cursors.setdefault(stream, 0)
        values: dict[str, Any] = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": self.id,
            "epoch": self.world.epoch,
            "cursors": tuple(Cursor(stream=s, after=a) for s, a in self.cursors.items()),
            "limit": limit,
            **more,
        }
        message = Pull(**values)
        keys, caller, now = self.world.keys, self.caller, self.world.now
        pulled: Pulled = self.world.do(lambda c: pull(c, keys, caller, message, now=now))
        for state in pulled.streams:
            if state.held:
                self.cursors[state.stream] = state.next
            else:
                self.cursors.pop(state.stream)
        return pulled

    def pull_all(self, *streams: str, limit: int = 500) -> dict[str, RecordChange]:
        """Pull until there is no more; the last that was told of each record."""
        told: dict[str, RecordChange] = {}
        while True:
            page = self.pull(*streams, limit=limit)
            told.update({change.id: change for change in page.changes})
            if not any(state.more for state in page.streams):
                return told


def state_of(pulled: Pulled, stream: str) -> StreamState:
    """What a page says of one stream."""
    return next(state for state in pulled.streams if state.stream == stream)
