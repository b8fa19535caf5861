"""An open casebook: the one door to what is stored.

It is used on one thread. Reading gives a session that can't write; writing gives a unit of work
whose every change is logged in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Self

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session, UOWTransaction

from app.core.clock import Clock, Reading
from app.core.errors import BugError
from app.core.i18n import _
from app.core.ids import new_id
from app.models import backup as backups
from app.models import change_log, database, migrations
from app.models.change_log import ChangeLog, Head
from app.models.database import WRITES
from app.models.erasure import Erased, Ground
from app.models.records import CasebookState, Device, Service, User
from app.models.store_errors import StoreDamaged, WrongKey
from app.models.verify import Verdict, verify
from app.models.work import UnitOfWork

BACKUPS_NAME: Final = "backups"


class EntriesMissing(StoreDamaged):
    """The store has fewer entries than it is known to have had."""

    def __init__(self) -> None:
        super().__init__(_("The records of this casebook are older than they were when last used."))


@dataclass(frozen=True)
class State:
    """Which casebook this is, see `CasebookState`."""

    store_id: str
    service_id: str
    device_id: str
    made_at: datetime
    recovery_confirmed: bool
    demo: bool


def _back_up(engine: Engine, clock: Clock) -> None:
    store_file, _key = database.file_and_key(engine)
    backups.make(engine, store_file.parent / BACKUPS_NAME, clock=clock)


class ReadSession(Session):
    """A session that reads."""


@event.listens_for(ReadSession, "before_flush")
def _never_writes(session: Session, context: UOWTransaction, instances: object) -> None:  # noqa: ARG001
    if session.new or session.dirty or session.deleted:
        raise BugError("a session that only reads was to write")


class Casebook:
    """An open store, the person who acts and the device it is on.

    Args:
        engine: From `database.open_engine`.
        actor_id: The user who unlocked it.
        device_id: The identity of this copy.
        audit_key: From `change_log.audit_key`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        actor_id: str,
        device_id: str,
        service_id: str,
        store_id: str,
        clock: Clock,
        audit_key: bytes,
    ) -> None:
        self.engine = engine
        self.actor_id = actor_id
        self.device_id = device_id
        self.service_id = service_id
        self.store_id = store_id
        self.clock = clock
        self._audit_key = audit_key
        self._last_reading: Reading | None = None
        self._writing = engine.execution_options(**{WRITES: True})

    @classmethod
    def initialise(
        cls,
        engine: Engine,
        *,
        store_id: str,
        service: Service,
        user: User,
        device_name: str,
        clock: Clock,
        audit_key: bytes,
        demo: bool = False,
        device_id: str | None = None,
    ) -> Self:
        """Make the tables of a new, empty store and its first records, and open it.

        Args:
            service: The service that it is for, without an id yet.
            user: The first user; `user.id` may be set already, because the key file names it.
            demo: Whether it is a demonstration casebook, for good.
            device_id: Of this copy, where a server knows it already; None: a new one.
        """
        migrations.make_schema(engine)
        service.id = service.id or new_id()
        user.id = user.id or new_id()
        casebook = cls(
            engine,
            actor_id=user.id,
            device_id=device_id or new_id(),
            service_id=service.id,
            store_id=store_id,
            clock=clock,
            audit_key=audit_key,
        )
        with casebook.write() as work:
            work.add(
                CasebookState(
                    id=1,
                    store_id=store_id,
                    service_id=service.id,
                    device_id=casebook.device_id,
                    made_at=clock.now(),
                    demo=demo,
                )
            )
            work.add(service)
            work.add(user)
            work.add(Device(id=casebook.device_id, name=device_name))
        return casebook

    @classmethod
    def open(
        cls,
        engine: Engine,
        *,
        store_id: str,
        actor_id: str,
        clock: Clock,
        audit_key: bytes,
        least_entries: int = 0,
        backup: Callable[[], object] | None = None,
        new_device: str | None = None,
    ) -> Self:
        """Open a store: bring its tables up to date, check that it is the right one, and seal
        what a crash left open.

        Args:
            store_id: What the key file says.
            actor_id: The user who unlocked it.
            least_entries: How many entries its log is known to have; fewer is refused.
            backup: Makes a backup before the tables are changed; without it, one is made in the
                folder `backups` beside the store.
            new_device: Name of a new device identity, for a restored or copied casebook.

        Raises:
            StoreTooNew: A newer program made it.
            WrongKey: The store belongs to another key file.
            EntriesMissing: An older store was put in its place.
            StoreDamaged: It holds no casebook.
        """
        before = migrations.migrate(engine, backup=backup or partial(_back_up, engine, clock))
        with ReadSession(engine) as session:
            state = session.get(CasebookState, 1)
            if state is None:
                raise StoreDamaged
            if state.store_id != store_id:
                raise WrongKey
            if change_log.head(session.connection()).entries < least_entries:
                raise EntriesMissing
            casebook = cls(
                engine,
                actor_id=actor_id,
                device_id=state.device_id,
                service_id=state.service_id,
                store_id=store_id,
                clock=clock,
                audit_key=audit_key,
            )
        if before != migrations.NEWEST:
            with casebook.write() as work:
                work.note("migrate", detail={"from": before, "to": migrations.NEWEST})
        if new_device is not None:
            casebook.take_new_device(new_device)
        casebook.seal()
        return casebook

    @contextmanager
    def write(self, reason: str | None = None) -> Iterator[UnitOfWork]:
        """One transaction: committed at the end, taken back whole when an error leaves it.

        Args:
            reason: Why, in the words of the person who acts.
        """
        with self._writing.connect() as connection, connection.begin():
            log = self._log(connection)
            work = self._work(connection, log, reason)
            try:
                yield work
                work.flush()
            finally:
                work.close()
        self._last_reading = log.reading or self._last_reading

    @contextmanager
    def exchange(self) -> Iterator[tuple[Connection, ChangeLog]]:
        """One transaction in which a server's changes are written by plain statements.

        Whoever writes a record here appends to the log what came from the server, itself. Page
        visits that stand open are sealed first: what was typed in them rests on what stood there
        until now, and must say so.
        """
        with self._writing.connect() as connection, connection.begin():
            log = self._log(connection)
            self._work(connection, log).seal()
            yield connection, log
        self._last_reading = log.reading or self._last_reading

    def _work(
        self, connection: Connection, log: ChangeLog, reason: str | None = None
    ) -> UnitOfWork:
        return UnitOfWork(
            connection,
            service_id=self.service_id,
            actor_id=self.actor_id,
            clock=self.clock,
            log=log,
            reason=reason,
        )

    def _log(self, connection: Connection) -> ChangeLog:
        return ChangeLog(
            connection,
            key=self._audit_key,
            service_id=self.service_id,
            device_id=self.device_id,
            actor_id=self.actor_id,
            clock=self.clock,
            before=self._last_reading,
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the store and can't write."""
        with ReadSession(self.engine, autoflush=False) as session:
            yield session

    def state(self) -> State:
        """Which casebook this is and how far its set-up has come."""
        with self.read() as session:
            row = session.execute(select(CasebookState)).scalar_one()
            return State(
                store_id=row.store_id,
                service_id=row.service_id,
                device_id=row.device_id,
                made_at=row.made_at,
                recovery_confirmed=row.recovery_confirmed,
                demo=row.demo,
            )

    def head(self) -> Head:
        """Where the change log ends: what an anchor outside the store keeps."""
        with self.engine.connect() as connection:
            return change_log.head(connection)

    def seal(self) -> int:
        """Make log entries of what page visits left open; return how many."""
        with self.write() as work:
            return work.seal()

    def verify(
        self, anchor: Head | None = None, progress: Callable[[int, int], bool] | None = None
    ) -> Verdict:
        """Check the change log from its first entry on, see `verify.verify`."""
        with self.engine.connect() as connection:
            return verify(connection, self._audit_key, anchor, progress)

    def erase_child(self, child_id: str, ground: Ground) -> Erased:
        """Lawfully erase a child, see `erasure`, and empty the write-ahead log of old pages."""
        with self.write() as work:
            work.seal()
            erased = work.erase_child(child_id, ground)
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
        return erased

    def take_new_device(self, name: str) -> None:
        """Give this copy a device identity of its own, because it was restored or copied."""
        former, self.device_id = self.device_id, new_id()
        with self.write() as work:
            work.state.device_id = self.device_id
            work.add(Device(id=self.device_id, name=name, replaces_id=former))

    def close(self) -> None:
        """Seal what is open and let go of the store. The casebook can't be used afterwards."""
        try:
            self.seal()
        finally:
            self.engine.dispose()
