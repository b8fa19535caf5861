"""The change log: the one place that writes what was done, to whom, by whom and when.

It is three things at once: the audit trail that section 62 of the Data Protection Act 2018 asks
for, the outbox of what the server has not seen, and the history that a practitioner reads.

**One chain.** Each `Change` holds the hash of the entry before it, and its own hash is
HMAC-SHA256 over its canonical JSON under a key derived from the data key. Triggers of the store
(`migrations`) refuse every update and deletion. `entry` counts the entries of this store from 1
without a gap; `device_seq` counts those that this device made, which is what a server
acknowledges. A change that came from a server carries its origin, takes no `device_seq` and is
never sent.

**Values apart.** What was written (`set`), what stood there (`base`), and every word that a
person typed (reason, recipient) stand in `ChangePayload`; the chain holds only the payload's
salted hash. Lawful erasure takes payloads away and the chain stays whole; a payload that is
missing without an entry of kind *erase* or *purge* after it is tampering, and the verifier says
so. Bytes (a report's pages) are logged by their hash and size.

**Autosaves coalesce, and nothing waits in memory.** A chain that is only ever appended to can't
have an entry's payload replaced, and one entry every two seconds of typing would bury the
history. So an autosave in the middle of a page visit writes the record itself at once, and
remembers in `OpenEdit`, in the same transaction, what stood there when the visit began (one row
a field, written once). When the page is left, `UnitOfWork.seal` makes one entry of the visit:
base from `OpenEdit`, set from the record. The same happens before anything else is logged about
that record, before another person's edit of it, when the casebook is locked, and when it is next
opened after a crash (then under the name and time of who had typed). So after `kill -9` the
record holds every saved word and the log can always be completed; what was typed and undone
within one visit leaves no entry.

**A clock that was set is noted.** Order is that of the chain and of the server's revisions, never
of a clock; but people read the moments. Before the first thing that is written after a laptop's
clock leapt stands one entry of kind *clock*, with what the clock was to show and what it showed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import Clock, Leap, Reading, leap, reading
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models.base import Base, Json, canonical, moment_of, moment_text

KINDS: Final = frozenset(
    {
        "create",
        "update",
        "remove",
        "restore",
        "move",
        "merge",
        "unmerge",
        "erase",
        "purge",
        "consultation",
        "disclosure",
        "export",
        "print",
        "unlock",
        "lock",
        "keys",
        "backup",
        "restore_backup",
        "migrate",
        "clock",
    }
)

# What the hash of the entry before the first is.
BEGINNING: Final = "0" * 64
_SALT_BYTES: Final = 16
_AUDIT_INFO: Final = b"waymark change log 1"


class Change(Base):
    """One entry of the chain.

    Attributes:
        entry: Its place in this store's chain, from 1.
        op_id: UUIDv7, the same wherever the change travels.
        group_id: Shared by the entries of one unit of work.
        device_id, device_seq: The device that made it and its gapless count there; no count for
            what came from a server.
        kind: One of `KINDS`.
        fields: Names of the fields that were written; parts of a document as `answers.<path>`.
        base_revision: The server's revision that the record rested on before the change; in
            entries of before version 4 of the store, the record's own revision.
        actor_id: The user who did it.
        made_at: By the device's clock, for people to read.
        origin: The server that it came from; None for what was done here.
        payload_hash: Salted SHA-256 of the payload; None where nothing was written.
        previous_hash, own_hash: The links of the chain.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("change_by_device", "device_id", "device_seq", unique=True),
        Index("change_by_child", "child_id", "entry"),
        Index("change_by_record", "record_id", "entry"),
        Index(
            "change_erasures", "record_id", "entry", sqlite_where=text("kind IN ('erase', 'purge')")
        ),
    )

    entry: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[str] = mapped_column(unique=True)
    group_id: Mapped[str]
    device_id: Mapped[str]
    device_seq: Mapped[int | None]
    kind: Mapped[str]
    service_id: Mapped[str]
    record_type: Mapped[str | None]
    record_id: Mapped[str | None]
    child_id: Mapped[str | None]
    fields: Mapped[list[str]] = mapped_column(Json)
    base_revision: Mapped[int | None]
    actor_id: Mapped[str]
    made_at: Mapped[datetime]
    origin: Mapped[str | None]
    payload_hash: Mapped[str | None]
    previous_hash: Mapped[str]
    own_hash: Mapped[str]


class ChangePayload(Base):
    """The values of one entry.

    Attributes:
        body: Canonical JSON with those that apply of `set`, `base`, `reason`, `recipient`,
            `detail`.
    """

    __tablename__ = "change_payload"

    entry: Mapped[int] = mapped_column(ForeignKey("change.entry"), primary_key=True)
    salt: Mapped[bytes]
    body: Mapped[str]


COLUMNS: Final = tuple(column.name for column in Change.__table__.columns)
_HASHED: Final = COLUMNS[:-1]
_INSERT_CHANGE: Final = (
    f"INSERT INTO change ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
)
_INSERT_PAYLOAD: Final = "INSERT INTO change_payload (entry, salt, body) VALUES (?, ?, ?)"


class TextUnkeepable(KnownError):
    """The text holds half a character, which no file can keep."""

    def __init__(self) -> None:
        super().__init__(
            _("This text holds a character that can't be kept."),
            _("Take out the last thing that was pasted, then try again."),
        )


class Head(NamedTuple):
    """Where the chain ends: how many entries, and the hash of the last. What an anchor keeps."""

    entries: int
    hash: str


NO_HEAD: Final = Head(0, BEGINNING)


class Received(NamedTuple):
    """A change that came from a server, to be logged.

    Attributes:
        base, set_to: Values by field, before and after, as JSON can hold them.
        actor_id, made_at: Who did it and when (as stored); None where the server doesn't say.
    """

    kind: str
    record_type: str
    record_id: str
    child_id: str | None
    base: Mapping[str, Any]
    set_to: Mapping[str, Any]
    base_revision: int
    actor_id: str | None
    made_at: str | None


def audit_key(data_key: bytes) -> bytes:
    """The key of the chain's hashes, derived from the data key of the store (32 bytes)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_AUDIT_INFO).derive(data_key)


def head(connection: Connection) -> Head:
    """Where the chain ends now."""
    last = connection.exec_driver_sql(
        "SELECT entry, own_hash FROM change ORDER BY entry DESC LIMIT 1"
    ).fetchone()
    return NO_HEAD if last is None else Head(last[0], last[1])


def own_hash(key: bytes, row: Sequence[Any]) -> str:
    """The hash of an entry, given its stored columns in the order of `COLUMNS`."""
    text = canonical(dict(zip(_HASHED, row, strict=False)))
    return hmac.digest(key, text.encode("utf-8"), "sha256").hex()


def payload_hash(salt: bytes, body: str) -> str:
    """The salted hash of a payload, as its entry holds it."""
    return hashlib.sha256(salt + body.encode("utf-8")).hexdigest()


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it. Bytes stand for themselves by hash and size."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest(), "size": len(value)}
    return value


class ChangeLog:
    """Appends to the chain within one transaction, which must have begun as a writing one.

    Args:
        before: What the clock showed when this run of the program last wrote; None: it didn't.

    Attributes:
        reading: What the clock showed when the first entry of now was made here; else None.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        key: bytes,
        service_id: str,
        device_id: str,
        actor_id: str,
        clock: Clock,
        before: Reading | None = None,
    ) -> None:
        self._connection = connection
        self._before = before
        self.reading: Reading | None = None
        self._key = key
        self._service_id = service_id
        self._device_id = device_id
        self._actor_id = actor_id
        self._clock = clock
        self._group_id = new_id()
        self._head: Head | None = None
        self._device_seq = 0
        self._last: datetime | None = None

    def append(
        self,
        kind: str,
        *,
        record_type: str | None = None,
        record_id: str | None = None,
        child_id: str | None = None,
        base: Mapping[str, Any] | None = None,
        set_to: Mapping[str, Any] | None = None,
        base_revision: int | None = None,
        reason: str | None = None,
        recipient: str | None = None,
        detail: Mapping[str, Any] | None = None,
        actor_id: str | None = None,
        made_at: datetime | None = None,
        origin: str | None = None,
    ) -> int:
        """Append one entry and its payload; return its place in the chain.

        Args:
            base, set_to: Values by field, before and after, as JSON can hold them.
            actor_id, made_at: Given only for what somebody did earlier and a crash left unsealed,
                or elsewhere.
            origin: The server that it came from, which makes it an entry that is never sent.

        Raises:
            TextUnkeepable: A text can't be encoded.
        """
        if kind not in KINDS:
            raise BugError(f"unknown kind of change: {kind}")
        if self._head is None:
            self._read_head()
        if self.reading is None and made_at is None and origin is None:
            self._note_leap()
        previous = self._head or NO_HEAD
        parts = {
            "set": set_to,
            "base": base,
            "reason": reason,
            "recipient": recipient,
            "detail": detail,
        }
        body = {name: part for name, part in parts.items() if part}
        entry = previous.entries + 1
        try:
            payload = self._payload(entry, body) if body else None
        except UnicodeEncodeError:
            raise TextUnkeepable from None
        row = [
            entry,
            new_id(),
            self._group_id,
            self._device_id,
            None if origin else self._device_seq + 1,
            kind,
            self._service_id,
            record_type,
            record_id,
            child_id,
            canonical(list(set_to or base or ())),
            base_revision,
            actor_id or self._actor_id,
            moment_text(made_at or self._clock.now()),
            origin,
            payload_hash(payload[1], payload[2]) if payload else None,
            previous.hash,
        ]
        link = own_hash(self._key, row)
        self._connection.exec_driver_sql(_INSERT_CHANGE, (*row, link))
        if payload:
            self._connection.exec_driver_sql(_INSERT_PAYLOAD, payload)
        self._head = Head(entry, link)
        self._device_seq += 0 if origin else 1
        return entry

    def append_received(self, received: Iterable[Received], origin: str) -> int:
        """Append what came from a server, all at once; return how many entries were made.

        Args:
            origin: The server that it came from.
        """
        if self._head is None:
            self._read_head()
        entry, link = self._head or NO_HEAD
        now = moment_text(self._clock.now())
        rows, payloads = [], []
        for change in received:
            entry += 1
            fields = change.set_to or change.base
            hashed = None
            if fields:
                payload = self._payload(entry, {"set": change.set_to, "base": change.base})
                payloads.append(payload)
                hashed = payload_hash(payload[1], payload[2])
            row = (
                entry,
                new_id(),
                self._group_id,
                self._device_id,
                None,
                change.kind,
                self._service_id,
                change.record_type,
                change.record_id,
                change.child_id,
                canonical(list(fields)),
                change.base_revision,
                change.actor_id or self._actor_id,
                change.made_at or now,
                origin,
                hashed,
                link,
            )
            link = own_hash(self._key, row)
            rows.append((*row, link))
        if rows:
            self._connection.exec_driver_sql(_INSERT_CHANGE, rows)
        if payloads:
            self._connection.exec_driver_sql(_INSERT_PAYLOAD, payloads)
        self._head = Head(entry, link)
        return len(rows)

    @staticmethod
    def _payload(entry: int, body: Mapping[str, Any]) -> tuple[int, bytes, str]:
        text = canonical(body)
        text.encode("utf-8")
        return entry, os.urandom(_SALT_BYTES), text

    def _note_leap(self) -> None:
        """Note that the clock was set since the last thing was written here, where it was.

        The entry is a group of its own: it says nothing about what is written with it.
        """
        self.reading = reading(self._clock)
        found = leap(self._before, self.reading, self._last)
        if found is None:
            return
        group, self._group_id = self._group_id, new_id()
        self.append("clock", detail=told_leap(found))
        self._group_id = group

    def _read_head(self) -> None:
        self._head = head(self._connection)
        last = self._connection.exec_driver_sql(
            "SELECT device_seq, made_at FROM change WHERE device_id = ? AND device_seq IS NOT NULL"
            " ORDER BY device_seq DESC LIMIT 1",
            (self._device_id,),
        ).fetchone()
        if last is None:
            # A new device, and the log of the one that it was copied from.
            last = self._connection.exec_driver_sql(
                "SELECT 0, made_at FROM change WHERE origin IS NULL ORDER BY entry DESC LIMIT 1"
            ).fetchone()
        if last is not None:
            self._device_seq, self._last = last[0], moment_of(last[1])


def told_leap(found: Leap) -> dict[str, str]:
    """A leap of the clock as its entry tells of it."""
    return {"was": moment_text(found.was), "shown": moment_text(found.shown)}


def leap_told(detail: Mapping[str, Any]) -> Leap:
    """The leap that an entry of kind *clock* tells of."""
    return Leap(moment_of(detail["was"]), moment_of(detail["shown"]))


def values(body: str | None) -> dict[str, Any]:
    """The parts of a payload's body; empty where the values were erased or none were written."""
    return {} if body is None else dict(json.loads(body))
