"""A unit of work: one transaction in which records are written and every write is logged.

Before each flush the session's records are compared with what they were when they were loaded,
column by column (JSON columns by their canonical text, because SQLAlchemy can't see a change
inside one), and each record that differs appends one entry to the change log. There is no other
way to write: bulk updates and deletions are refused, and so is deleting a record.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple, NoReturn, TypeVar

from sqlalchemy import ColumnDefault, Connection, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.util import identity_key

from app.core.clock import Clock
from app.core.errors import BugError
from app.core.ids import new_id
from app.models import documents, erasure, search
from app.models.base import Base, ChildRecord, Json, Record, canonical, moment_of, moment_text
from app.models.change_log import ChangeLog, TextUnkeepable, plain
from app.models.erasure import Erased, Ground
from app.models.records import CasebookState, FormRecord

R = TypeVar("R", bound=Base)

# Kept by the unit of work itself, so never part of what a change says.
_BOOKKEEPING: Final = frozenset(
    {"id", "service_id", "created_at", "changed_at", "revision", "base_revision"}
)
# What a new record need not say: the defaults of text and of JSON columns, as snapshots hold them.
_NOTHING: Final = (None, "", "[]", "{}")


class Written(NamedTuple):
    """What a save left behind: the record's revision, and when it was written."""

    revision: int
    at: datetime


class _Held(NamedTuple):
    """What the store holds of one form record."""

    id: str
    child_id: str
    form: tuple[str, int]
    state: str
    document: documents.Document
    revision: int
    changed_at: datetime
    base_revision: int


class WorkSession(Session):
    """The session of a unit of work. Writes that events can't see are refused."""

    work: UnitOfWork
    _refused: ClassVar[str] = "a bulk write passes by the change log"

    def bulk_save_objects(self, *_: Any, **__: Any) -> NoReturn:
        raise BugError(self._refused)

    def bulk_insert_mappings(self, *_: Any, **__: Any) -> NoReturn:
        raise BugError(self._refused)

    def bulk_update_mappings(self, *_: Any, **__: Any) -> NoReturn:
        raise BugError(self._refused)


class UnitOfWork:
    """Records written together, with one group of log entries. `Casebook.write` makes it.

    Attributes:
        reason: Why, in the words of the person who acts; kept in each entry's payload.
        resolves: Ids of conflicts that the records written next settle, for the server.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        service_id: str,
        actor_id: str,
        clock: Clock,
        log: ChangeLog,
        reason: str | None = None,
    ) -> None:
        self.reason = reason
        self.resolves: tuple[str, ...] = ()
        self._connection = connection
        self._service_id = service_id
        self._actor_id = actor_id
        self._clock = clock
        self._log = log
        self._session: WorkSession | None = None
        # Held strongly: a session lets go of an object that it believes unchanged, and it can't
        # see a change inside a JSON column.
        self._loaded: dict[Record, dict[str, Any]] = {}
        self._kinds: dict[Record, str] = {}

    # -- reading and writing records ----------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session, for queries. What it loads is written back when it was changed."""
        if self._session is None:
            self._session = WorkSession(self._connection, expire_on_commit=False)
            self._session.work = self
        return self._session

    @property
    def state(self) -> CasebookState:
        """The row that says which casebook this is; writing it is not logged."""
        return self.session.get_one(CasebookState, 1)

    def add(self, record: R) -> R:
        """Make a new record: it gets an id, its service and its times, and is logged."""
        for column in inspect(type(record)).columns:
            default = column.default
            if isinstance(default, ColumnDefault) and getattr(record, column.key) is None:
                value = default.arg
                setattr(record, column.key, value({}) if callable(value) else value)
        if isinstance(record, Record):
            record.id = record.id or new_id()
            record.service_id = record.service_id or self._service_id
            record.created_at = record.changed_at = self._clock.now()
            record.prepare()
        self.session.add(record)
        return record

    def get(self, type_: type[R], key: Any) -> R | None:
        """The record of that id, removed ones too; None where there is none."""
        return self.session.get(type_, key)

    def remove(self, record: Record) -> None:
        """Take a record out of use. It stays in the store and in the history."""
        record.removed_at = record.removed_at or self._clock.now()

    def restore(self, record: Record) -> None:
        """Take a removed record into use again."""
        record.removed_at = None

    def move(self, record: ChildRecord, to_child_id: str) -> None:
        """Give a record to the child that it belongs to. Logged under both children."""
        if record.child_id == to_child_id:
            return
        self.note("move", record.record_type(), record.id, child_id=record.child_id)
        record.child_id = to_child_id
        self._kinds[record] = "move"

    def call_it(self, kind: str, record: Record) -> None:
        """Log the next change of `record` as `kind` (such as *merge*) instead of an update."""
        self._kinds[record] = kind

    def note(
        self,
        kind: str,
        record_type: str | None = None,
        record_id: str | None = None,
        *,
        child_id: str | None = None,
        reason: str | None = None,
        recipient: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> int:
        """Log something that writes no record: a consultation, disclosure, export, print …

        Args:
            child_id: The child that it is about; follows from `record_id` where that is a child.
            recipient: To whom something was disclosed.
            detail: Facts as JSON can hold them, such as the hash of what was exported.

        Returns:
            Its place in the chain.
        """
        self.flush()
        return self._log.append(
            kind,
            record_type=record_type,
            record_id=record_id,
            child_id=child_id or (record_id if record_type == "child" else None),
            reason=reason or self.reason,
            recipient=recipient,
            detail=detail,
        )

    def settle(self, record: Record, field: str, value: Any, conflict_id: str) -> None:
        """Log that a field holds what it shall after a conflict, where nothing had to be written.

        Args:
            field: A column, or `answers.` and a path. value: What it holds, as JSON can hold it.
        """
        self.flush()
        self._log.append(
            "update",
            record_type=record.record_type(),
            record_id=record.id,
            child_id=record.of_child(),
            base={field: value},
            set_to={field: value},
            base_revision=record.base_revision,
            reason=self.reason,
            detail={"resolves": [conflict_id]},
        )

    def erase_child(self, child_id: str, ground: Ground) -> Erased:
        """Lawfully erase a child, see `erasure`. `Casebook.erase_child` does the whole of it."""
        self.flush()
        self._loaded.clear()
        erased = erasure.erase_child(self._connection, self._log, child_id, ground)
        self.session.expunge_all()
        return erased

    def flush(self) -> None:
        """Write what was changed so far, within the transaction."""
        if self._session is None:
            return
        self._mark_changed_documents(self._session)
        self._session.flush()

    # -- answers of a form: the fast way ------------------------------------------------------

    def save_answers(
        self, record_id: str, changes: Mapping[str, Any | None], *, leaving: bool = True
    ) -> Written:
        """Save answers of a form that is a draft.

        Written by plain statements instead of objects: this is what runs while somebody types.

        Args:
            changes: By path (see `documents`): the answer as JSON can hold it, None to clear it.
            leaving: Whether the page visit ends, so that what was changed in it becomes one
                entry of the log. In the middle of a visit the entry waits, the record doesn't.

        Raises:
            BugError: There is no such form record, or it is not a draft.
            TextUnkeepable: A text can't be encoded.
        """
        self.flush()
        self._seal_others(record_id)
        held = self._held(record_id)
        if held is None or held.state != "draft":
            raise BugError("answers were to be saved in what is not a draft")
        document = held.document
        before: dict[str, Any | None] = {}
        for path, answer in changes.items():
            was = documents.put(document, path, copy.deepcopy(answer))
            if was != answer:
                before[path] = was
        now = self._clock.now()
        revision, at = held.revision, now if before else held.changed_at
        if leaving:
            revision += self._append_edits(held, before)
        elif before:
            self._remember(record_id, before, now)
        if before or revision != held.revision:
            self._write_document(record_id, document, at, revision)
            self._read_again(record_id)
        return Written(revision, at)

    def seal(self, record_id: str | None = None) -> int:
        """Make log entries of what page visits left open, in one form or in all; return how many.

        Called when a page is left, at lock, and when a casebook is opened after a crash.
        """
        self.flush()
        condition = "" if record_id is None else "WHERE record_id = ?"
        open_in = self._connection.exec_driver_sql(
            f"SELECT DISTINCT record_id FROM open_edit {condition}",
            () if record_id is None else (record_id,),
        ).fetchall()
        sealed = 0
        for (found,) in open_in:
            held = self._held(found)
            if held is None:
                raise BugError("an open edit has no form record")
            if self._append_edits(held, {}):
                self._connection.exec_driver_sql(
                    "UPDATE form_record SET revision = revision + 1 WHERE id = ?", (found,)
                )
                self._read_again(found)
                sealed += 1
        return sealed

    def _remember(self, record_id: str, before: Mapping[str, Any | None], now: datetime) -> None:
        for path, was in before.items():
            self._connection.exec_driver_sql(
                "INSERT INTO open_edit (record_id, path, before, actor_id, made_at)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (record_id, path) DO UPDATE SET made_at = excluded.made_at",
                (
                    record_id,
                    path,
                    None if was is None else canonical(was),
                    self._actor_id,
                    moment_text(now),
                ),
            )

    def _held(self, record_id: str) -> _Held | None:
        """What the store holds of a form record, past any object of it."""
        row = self._connection.exec_driver_sql(
            "SELECT id, child_id, form_id, form_version, state, answers, revision, changed_at,"
            " base_revision FROM form_record WHERE id = ?",
            (record_id,),
        ).fetchone()
        if row is None:
            return None
        id_, child_id, form_id, version, state, answers, revision, at, base_revision = row
        return _Held(
            id_,
            child_id,
            (form_id, version),
            state,
            json.loads(answers),
            revision,
            moment_of(at),
            base_revision,
        )

    def _append_edits(self, held: _Held, just_now: Mapping[str, Any | None]) -> bool:
        """One entry for all edits of a visit: those that stood open, and those made just now."""
        rows = self._connection.exec_driver_sql(
            "SELECT path, before, actor_id, made_at FROM open_edit WHERE record_id = ?"
            " ORDER BY rowid",
            (held.id,),
        ).fetchall()
        base = {row[0]: None if row[1] is None else json.loads(row[1]) for row in rows}
        for path, was in just_now.items():
            base.setdefault(path, was)
        base = documents.outermost(base)
        after = {path: documents.read(held.document, path) for path in base}
        changed = [path for path, was in base.items() if was != after[path]]
        for path, order in documents.orders(held.document, base, changed).items():
            base[path], after[path] = order
            changed.append(path)
        if rows:
            self._connection.exec_driver_sql(
                "DELETE FROM open_edit WHERE record_id = ?", (held.id,)
            )
        if not changed:
            return False
        self._log.append(
            "update",
            record_type="form_record",
            record_id=held.id,
            child_id=held.child_id,
            base={f"answers.{path}": base[path] for path in changed},
            set_to={f"answers.{path}": after[path] for path in changed},
            base_revision=held.base_revision,
            reason=self.reason if just_now else None,
            actor_id=rows[0][2] if rows else None,
            made_at=None if just_now else moment_of(max(row[3] for row in rows)),
        )
        search.put_answers(
            self._connection,
            record_id=held.id,
            child_id=held.child_id,
            form=held.form,
            answers={path: after[path] for path in changed},
        )
        return True

    def _seal_others(self, record_id: str) -> None:
        """Seal what another person left open in this form before this one goes on."""
        others = self._connection.exec_driver_sql(
            "SELECT 1 FROM open_edit WHERE record_id = ? AND actor_id <> ? LIMIT 1",
            (record_id, self._actor_id),
        ).fetchone()
        if others:
            self.seal(record_id)

    def _read_again(self, record_id: str) -> None:
        """Give an object of that form, if the session holds one, what was written beside it."""
        key = identity_key(FormRecord, record_id)
        if self._session is not None and key in self._session.identity_map:
            self._session.refresh(self._session.identity_map[key])

    def _write_document(
        self, record_id: str, document: documents.Document, at: datetime, revision: int
    ) -> None:
        text = canonical(document)
        try:
            self._connection.exec_driver_sql(
                "UPDATE form_record SET answers = ?, changed_at = ?, revision = ? WHERE id = ?",
                (text, moment_text(at), revision, record_id),
            )
        except UnicodeEncodeError:
            raise TextUnkeepable from None

    # -- capture: called by the session's events ----------------------------------------------

    def remember_loaded(self, record: Record) -> None:
        """Keep what `record` holds as it stands in the store."""
        self._loaded[record] = _snapshot(record)

    def _mark_changed_documents(self, session: Session) -> None:
        """Tell the session of JSON that was changed in place, which it can't see."""
        for record, loaded in self._loaded.items():
            for key in _json_columns(type(record)) & loaded.keys() & record.__dict__.keys():
                if record in session and canonical(getattr(record, key)) != loaded[key]:
                    flag_modified(record, key)

    def capture(self, session: Session) -> None:
        """Log each record that is about to be written."""
        self._mark_changed_documents(session)
        if any(isinstance(record, Record) for record in session.deleted):
            raise BugError("a record was to be deleted; only lawful erasure does that")
        for record in session.new:
            if isinstance(record, Record):
                self._capture_new(record)
        for record, loaded in list(self._loaded.items()):
            if record in session and record not in session.new:
                self._capture_changed(record, loaded)

    def _capture_new(self, record: Record) -> None:
        if not record.id:
            raise BugError("a record was added past the unit of work")
        record.prepare()
        now = {key: value for key, value in _snapshot(record).items() if value not in _NOTHING}
        set_to: dict[str, Any] = {}
        for key, value in now.items():
            if key in record.documents:
                parts = json.loads(value)
                set_to.update((f"{key}.{name}", part) for name, part in parts.items())
            else:
                set_to[key] = _said(record, key, value)
        self._append(self._kinds.pop(record, "create"), record, {}, set_to, None)

    def _capture_changed(self, record: Record, loaded: dict[str, Any]) -> None:
        record.prepare()
        now = _snapshot(record)
        changed = [key for key, value in now.items() if value != loaded.get(key)]
        if not changed:
            return
        revision = record.revision
        if isinstance(record, FormRecord):
            revision = self._revision_after_sealing(record)
        base: dict[str, Any] = {}
        set_to: dict[str, Any] = {}
        for key in changed:
            if key in record.documents:
                was, is_ = (json.loads(side[key]) for side in (loaded, now))
                for path, pair in documents.differences(was, is_).items():
                    base[f"{key}.{path}"], set_to[f"{key}.{path}"] = pair
            else:
                base[key] = _said(record, key, loaded.get(key))
                set_to[key] = _said(record, key, now[key])
        kind = self._kinds.pop(record, None) or _kind_of(loaded, now)
        self._append(kind, record, base, set_to, record.base_revision)
        record.revision = revision + 1
        record.changed_at = self._clock.now()

    def _revision_after_sealing(self, record: FormRecord) -> int:
        held = self._held(record.id)
        if held is None:
            raise BugError("a form record was changed that the store doesn't hold")
        return held.revision + self._append_edits(held, {})

    def _append(
        self,
        kind: str,
        record: Record,
        base: Mapping[str, Any],
        set_to: Mapping[str, Any],
        base_revision: int | None,
    ) -> None:
        self._log.append(
            kind,
            record_type=record.record_type(),
            record_id=record.id,
            child_id=record.of_child(),
            base=base,
            set_to=set_to,
            base_revision=base_revision,
            reason=self.reason,
            detail={"resolves": list(self.resolves)} if self.resolves else None,
        )
        search.put(self._connection, record)

    def written(self, records: Iterable[object]) -> None:
        """Take what was just written as the new starting point."""
        for record in records:
            if isinstance(record, Record):
                self.remember_loaded(record)

    def close(self) -> None:
        """Let go of the session; records that were read keep the values they have."""
        if self._session is not None:
            self._session.close()


def _kind_of(loaded: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if now.get("removed_at") and not loaded.get("removed_at"):
        return "remove"
    if loaded.get("removed_at") and not now.get("removed_at"):
        return "restore"
    return "update"


@cache
def _json_columns(type_: type[Record]) -> frozenset[str]:
    columns = inspect(type_).columns
    return frozenset(column.key for column in columns if isinstance(column.type, Json))


@cache
def _logged_columns(type_: type[Record]) -> tuple[str, ...]:
    kept_apart = _BOOKKEEPING | type_.derived
    return tuple(column.key for column in inspect(type_).columns if column.key not in kept_apart)


def _snapshot(record: Record) -> dict[str, Any]:
    """The loaded columns of a record; JSON as canonical text, which no later change can alter."""
    held = record.__dict__
    as_json = _json_columns(type(record))
    return {
        key: canonical(held[key]) if key in as_json and held[key] is not None else held[key]
        for key in _logged_columns(type(record))
        if key in held
    }


def _said(record: Record, key: str, value: Any) -> Any:
    """A snapshot's value as the log says it."""
    if key in _json_columns(type(record)) and value is not None:
        return json.loads(value)
    return plain(value)


@event.listens_for(WorkSession, "loaded_as_persistent")
def _loaded(session: Session, instance: object) -> None:
    if isinstance(session, WorkSession) and isinstance(instance, Record):
        session.work.remember_loaded(instance)


@event.listens_for(Record, "refresh", propagate=True)
def _refreshed(target: Record, context: Any, attrs: Any) -> None:
    if isinstance(context.session, WorkSession):
        session = context.session
        known = session.work._loaded.get(target, {})
        fresh = _snapshot(target)
        if attrs is not None:
            fresh = known | {key: value for key, value in fresh.items() if key in attrs}
        session.work._loaded[target] = fresh


@event.listens_for(WorkSession, "before_flush")
def _before_flush(session: Session, context: UOWTransaction, instances: Any) -> None:  # noqa: ARG001
    if isinstance(session, WorkSession):
        session.work.capture(session)


@event.listens_for(WorkSession, "after_flush_postexec")
def _after_flush(session: Session, context: UOWTransaction) -> None:  # noqa: ARG001
    if isinstance(session, WorkSession):
        session.work.written(session.identity_map.values())


@event.listens_for(WorkSession, "do_orm_execute")
def _before_execute(state: ORMExecuteState) -> None:
    if not state.is_select:
        raise BugError("a bulk write passes by the change log")
