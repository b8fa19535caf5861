"""What the operations of one push make of the records, worked out before anything is written.

Records, conflicts and access are loaded once; each group is judged on what the groups before it
made of them, and leaves no trace when one of its operations is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from app.core.ids import is_id
from app.sync.merge import NOTHING, REMOVED, Held, merge
from app.sync.protocol import (
    SERVICE_STREAM,
    Operation,
    OperationResult,
    RejectionCode,
)
from server import access, bulk, records, tables
from server.access import Standing
from server.conflicts import Conflict, begin, counting, go_on, settled
from server.envelope import ServiceKeys
from server.records import Key, Row

# Types from which something follows, see `Batch._follow`.
FOLLOWED: Final = frozenset({"child", "user"})
# Types that belong to the service whatever an operation says.
OF_THE_SERVICE: Final = frozenset({"user", "service", "device"})

_ABSENT: Final = object()
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

K = TypeVar("K")
V = TypeVar("V")


class _Rejected(Exception):
    """An operation has no effect."""

    def __init__(self, code: RejectionCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Batch:
    """One push under judgement.

    Attributes:
        rows: Every record that an operation names, as it is now. changed: Which of them differ
            from the database.
        conflicts: Open ones, and those that this push made or settled.
        blobs: Whole blobs that the operations name, with the children that they may be kept for;
            None among them: for any. None: no operation names a blob.
        granted: (child, user, source) to open. closed: By child: to whom it was given.
        uses: (blob, record, type, child). late: (child, actor) of work by those who no longer
            have the child. erased: Children that were erased, with the ids of their records.
        created: Children that are new. people: User records that were written.
        joined: By child whose record was joined with another one: that other one.
    """

    connection: Connection
    keys: ServiceKeys
    standing: Standing
    device_id: str
    now: datetime
    rows: dict[Key, Row]
    conflicts: dict[str, Conflict]
    blobs: Mapping[str, set[str | None]] | None
    changed: dict[Key, None] = field(default_factory=dict)
    granted: dict[tuple[str, str, str], None] = field(default_factory=dict)
    closed: dict[str, str | None] = field(default_factory=dict)
    uses: dict[tuple[str, str, str, str | None], None] = field(default_factory=dict)
    late: dict[tuple[str, str], None] = field(default_factory=dict)
    erased: dict[str, list[str]] = field(default_factory=dict)
    created: dict[str, None] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    _undo: list[tuple[dict[Any, Any], Any, Any]] = field(default_factory=list)

    def judge(
        self, group: list[Operation], unkeepable: frozenset[str] | set[str]
    ) -> list[OperationResult]:
        """What becomes of the operations of one group, which have effect together or not.

        Args:
            unkeepable: Ids of operations that hold a value which can't be kept.
        """
        self._undo.clear()
        results: list[OperationResult] = []
        for operation in group:
            try:
                if operation.op_id in unkeepable:
                    raise _Rejected("malformed")
                results.append(self._judge(operation))
            except _Rejected as rejected:
                self._roll_back()
                return [
                    _result(
                        one,
                        "rejected",
                        code=rejected.code if one is operation else "group_rejected",
                    )
                    for one in group
                ]
        return results

    # -- one operation ---------------------------------------------------------------------------

    def _judge(self, operation: Operation) -> OperationResult:
        if operation.actor not in self.standing.people.roles:
            raise _Rejected("unknown_actor")
        if operation.kind == "erase":
            return self._erase(operation)
        if not operation.set and not operation.resolves:
            return _result(operation, "recorded")
        if operation.type is None or operation.id is None:
            raise _Rejected("malformed")
        row = self.rows.get((operation.type, operation.id))
        held = NOTHING if row is None else self._open(row)
        child = self._check(operation, row, held)
        if row is None:
            row = self._new(operation, child)
        return self._write(operation, row, held, child)

    def _check(self, operation: Operation, row: Row | None, held: Held) -> str | None:
        """The child that the record will belong to. Raises `_Rejected`."""
        type_ = operation.type or ""
        if (row is not None and row.erased) or operation.child_id in self.erased:
            raise _Rejected("erased")
        if row is None and operation.kind != "create":
            raise _Rejected("unknown_record")
        child = self._child_after(operation, row)
        if child is None:
            if self.standing.service_refusal(operation, None if row is None else held.fields):
                raise _Rejected("not_allowed")
        else:
            self._check_child(operation, row, child)
            if access.is_own_work(operation, held.fields):
                raise _Rejected("not_allowed")
        if (
            row is not None
            and operation.kind == "create"
            and type_ not in OF_THE_SERVICE
            and any(value != held.fields.get(name) for name, value in operation.set.items())
        ):
            raise _Rejected("already_exists")
        if self.blobs is not None:
            for blob in blobs_named((operation,)):
                self._check_blob(operation, blob, child)
        return child

    def _child_after(self, operation: Operation, row: Row | None) -> str | None:
        if operation.type in OF_THE_SERVICE:
            return None
        if operation.type == "child":
            return operation.id
        before = operation.child_id if row is None else row.child_id
        if "child_id" not in operation.set:
            return before
        after = operation.set["child_id"]
        if before is None and after is None:
            return None
        if before is None or not isinstance(after, str) or not is_id(after):
            raise _Rejected("malformed")
        return after

    def _check_child(self, operation: Operation, row: Row | None, child: str) -> None:
        if operation.type == "child" and row is None:
            refusal = self.standing.refusal(operation, ())
            if refusal is not None:
                raise _Rejected(refusal)
            return
        for one in {child, row.child_id if row else child}:
            of_child = self.rows.get(("child", one or ""))
            if of_child is None:
                raise _Rejected("unknown_record")
            if of_child.erased:
                raise _Rejected("erased")
        children = {child, (row.child_id or child) if row else child}
        refusal = self.standing.refusal(operation, children)
        if refusal == "not_your_child" and self._left(operation, row, child):
            refusal = self.standing.refusal(operation, (operation.child_id or "",))
        if refusal is None and row is not None and row.child_id not in (None, child):
            # Late work adds to a child who was handed on. What is held of the child by then is
            # taken elsewhere by those alone who have the child now.
            refusal = self._taking_refusal(operation, row.child_id)
        if refusal is not None:
            raise _Rejected(refusal)
        for one in sorted(children):
            if not self.standing.has(operation.actor, one):
                self._put(self.late, (one, operation.actor), None)

    def _taking_refusal(self, operation: Operation, child: str | None) -> RejectionCode | None:
        """Why a record may not leave a child; None: it may."""
        has = child is not None and self.standing.has(operation.actor, child)
        return None if has else "not_your_child"

    def _left(self, operation: Operation, row: Row | None, child: str) -> bool:
        """Whether the operation was made before its device learned that the record was moved."""
        if row is None or operation.child_id is None or row.child_id != child:
            return False
        return row.child_id != operation.child_id and bool(
            bulk.take(
                self.connection,
                tables.departure,
                ("id",),
                service_id=self.keys.service_id,
                among=("id", (row.id,)),
                equal=("stream", operation.child_id),
            )
        )

    def _check_blob(self, operation: Operation, blob: str, child: str | None) -> None:
        known_for = (self.blobs or {}).get(blob)
        if known_for is None or not (None in known_for or child in known_for):
            raise _Rejected("blob_missing")
        self._put(self.uses, (blob, operation.id or "", operation.type or "", child), None)

    # -- what it does ----------------------------------------------------------------------------

    def _new(self, operation: Operation, child: str | None) -> Row:
        return Row(
            type=operation.type or "",
            id=operation.id or "",
            child_id=child,
            stream=child or SERVICE_STREAM,
            seq=0,
            rev=0,
            body=None,
            last_device=self.device_id,
            foreign_seq=0,
            last_actor=operation.actor,
            made_at=self.now,
            erased=False,
            held=NOTHING,
            writers={},
        )

    def _write(
        self, operation: Operation, row: Row, held: Held, child: str | None
    ) -> OperationResult:
        base_rev = min(operation.base_rev, held.rev)
        by_others = None
        if REMOVED in operation.set or REMOVED in held.fields:
            by_others = records.by_others(row, held, operation.actor, self.device_id)
        merged = merge(
            held,
            row.type,
            operation.set,
            operation.base,
            base_rev,
            by_others=by_others,
            whole=operation.whole,
        )
        after, is_new = merged.record, row.rev == 0
        if row.type == "child" and not is_new:
            self._check_handing_on(operation, held, after)
        if is_new and after is held:
            after = Held(1, {}, {})
        conflicts: tuple[str, ...] = ()
        if merged.collisions:
            begun = (begin(row, one, operation, self.device_id) for one in merged.collisions)
            conflicts = tuple(self._collide(one) for one in begun)
        if after is not held or conflicts:
            made_at = bulk.keepable(operation.made_at)
            if row.type != "child" and child is not None:
                child = after.fields.get("child_id", child)
            differs = bool(conflicts) or _differs(operation, after)
            new = row if is_new else row.changed(differs=row.differs or differs)
            new.writers = records.wrote(row, after, operation.actor, made_at, self.device_id)
            new.rev, new.held, new.child_id = after.rev, after, child
            new.stream = child or SERVICE_STREAM
            if after is not held:
                new.last_actor, new.made_at = operation.actor, made_at
            self._put(self.rows, new.key, new)
            self._put(self.changed, new.key, None)
            if new.type in FOLLOWED:
                self._follow(operation, held, new, is_new=is_new)
        if self.conflicts:
            self._settle(operation, after)
        return _result(operation, merged.outcome, rev=after.rev, conflicts=conflicts)

    def _check_handing_on(self, operation: Operation, held: Held, after: Held) -> None:
        """A child is handed on by whoever has the child, or by a manager or administrator: nobody
        takes back a child who was given to somebody else and still lies on a laptop of theirs.

        Raises:
            _Rejected: Somebody else does.
        """
        worker = held.fields.get("allocated_to")
        if after.fields.get("allocated_to") == worker or worker in (None, operation.actor):
            return
        if self.standing.people.roles.get(operation.actor) not in access.EVERY_CHILD:
            raise _Rejected("not_your_child")

    def _follow(self, operation: Operation, held: Held, new: Row, *, is_new: bool) -> None:
        """What follows from a record being as it is now."""
        if new.type == "user":
            self._put(self.people, new.id, None)
        if new.type != "child" or new.held is None:
            return
        if is_new:
            self._put(self.created, new.id, None)
            self._open_to(new.id, operation.actor, "created")
            self._put(self.standing.held, new.id, None)
        into = new.held.fields.get("merged_into")
        # Whoever may not have that record opens it to nobody by naming it.
        if (
            into != held.fields.get("merged_into")
            and isinstance(into, str)
            and ("child", into) in self.rows
            and self.standing.has(operation.actor, into)
        ):
            self._put(self.joined, new.id, into)
        before, now = held.fields.get("allocated_to"), new.held.fields.get("allocated_to")
        if before == now:
            return
        if new.id not in self.created or before is not None:
            for child, user in [pair for pair in self.standing.open if pair[0] == new.id]:
                self._drop(self.standing.open, (child, user))
            for one in [one for one in self.granted if one[0] == new.id and one[1] != now]:
                self._drop(self.granted, one)
            self._put(self.closed, new.id, now if isinstance(now, str) else None)
        if isinstance(now, str) and is_id(now):
            self._open_to(new.id, now, "allocated")

    def _open_to(self, child: str, user: str, source: str) -> None:
        self._put(self.granted, (child, user, source), None)
        self._put(self.standing.open, (child, user), None)

    def _collide(self, fresh: Conflict) -> str:
        for one in self.conflicts.values():
            same = (one.type, one.record_id, one.field) == (
                fresh.type,
                fresh.record_id,
                fresh.field,
            )
            if same and one.device == fresh.device and one.resolved_at is None:
                fresh = go_on(one, fresh)
                break
        self._put(self.conflicts, fresh.id, fresh)
        return fresh.id

    def _settle(self, operation: Operation, after: Held) -> None:
        """Settle the conflicts that the operation resolves; others of its fields hold on."""
        for one in [*self.conflicts.values()]:
            if (one.type, one.record_id) != (operation.type, operation.id) or one.resolved_at:
                continue
            if one.id in operation.resolves:
                self._put(self.conflicts, one.id, settled(one, operation.actor, self.now))
            elif one.field in operation.set:
                current = after.fields.get(one.field)
                if current != one.values["current"]:
                    self._put(self.conflicts, one.id, counting(one, current))

    def _erase(self, operation: Operation) -> OperationResult:
        """Erase a child; of other types the child's own erasure has taken them already."""
        if operation.type != "child" or operation.id is None:
            return _result(operation, "recorded")
        if self.standing.people.roles.get(operation.actor) not in access.MAY_ERASE:
            raise _Rejected("not_allowed")
        child = operation.id
        of_child = self.rows.get(("child", child))
        if of_child is None:
            return _result(operation, "recorded")
        if of_child.erased:
            return _result(operation, "applied", rev=of_child.rev)
        for row in records.of_stream(self.connection, self.keys.service_id, child):
            if row.key not in self.rows:
                self._put(self.rows, row.key, row)
        mine = [row for row in self.rows.values() if row.child_id == child and not row.erased]
        for row in mine:
            erased = row.changed(
                rev=row.rev + 1,
                body=None,
                held=NOTHING,
                writers={},
                erased=True,
                last_actor=operation.actor,
                made_at=bulk.keepable(operation.made_at),
            )
            self._put(self.rows, row.key, erased)
            self._put(self.changed, row.key, None)
        for one in [one for one in self.conflicts.values() if one.child_id == child]:
            self._drop(self.conflicts, one.id)
        self._put(self.erased, child, sorted(row.id for row in mine))
        return _result(operation, "applied", rev=of_child.rev + 1)

    def _open(self, row: Row) -> Held:
        return records.opened(row, self.keys)

    # -- so that a group leaves no trace ---------------------------------------------------------

    def _put(self, target: dict[K, V], key: K, value: V) -> None:
        self._undo.append((target, key, target.get(key, _ABSENT)))
        target[key] = value

    def _drop(self, target: dict[K, V], key: K) -> None:
        self._undo.append((target, key, target.pop(key)))

    def _roll_back(self) -> None:
        for target, key, before in reversed(self._undo):
            if before is _ABSENT:
                target.pop(key, None)
            else:
                target[key] = before


def blob_of(value: Any) -> str | None:
    """The hash of the blob that a field's value stands for; None for any other value."""
    if type(value) is dict and value.keys() == {"sha256", "size"}:
        sha256 = value["sha256"]
        if isinstance(sha256, str) and _SHA256.fullmatch(sha256):
            return sha256
    return None


def blobs_named(operations: Iterable[Operation]) -> set[str]:
    """The hashes of all blobs that operations name."""
    named = {
        blob_of(value) for one in operations for value in one.set.values() if type(value) is dict
    }
    return {blob for blob in named if blob is not None}


def _differs(operation: Operation, after: Held) -> bool:
    """Whether a field holds something else than the device wrote."""
    if operation.set.items() <= after.fields.items():
        return False
    return any(after.fields.get(name) != value for name, value in operation.set.items())


def _result(
    operation: Operation,
    status: Any,
    *,
    rev: int | None = None,
    code: RejectionCode | None = None,
    conflicts: tuple[str, ...] = (),
) -> OperationResult:
    return OperationResult(
        op_id=operation.op_id,
        device_seq=operation.device_seq,
        status=status,
        rev=rev,
        code=code,
        conflicts=conflicts,
    )
