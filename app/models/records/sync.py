"""What this copy of the casebook keeps of its exchange with the central server.

All of it is local: what is sent is the change log, what is received becomes records and entries
of that log. `app.sync` reads and writes these tables.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Json, Local


class SyncState(Local):
    """The one row that says where this copy stands with the server.

    Attributes:
        id: Always 1.
        server: The address of the server; None: it belongs to none yet.
        device_id: The device that was enrolled. Where the casebook has another by now, it was
            restored or copied and must be enrolled anew.
        role: Of the user at the server, as last heard.
        epoch: The server's, see `app.sync.protocol`.
        acked: The last operation of this device that the server keeps.
        sent_to: The entry of the log up to which everything made here is with the server.
        numbered_from: The entry after which operations are counted; those after it that were made
            here have the numbers 1, 2, 3 … at the server.
        old_entries_until: Entries up to this one say nothing of the server's revisions.
        pull_first: A restored or copied casebook listens before it speaks.
        device_key: The private key that proves requests, as PEM.
        order_key: The public key (JWK) that an order to wipe must be signed with.
        organisation_key: The public key (X25519, base64) that a rescue seals to.
        lease_until: Until when the device may work without asking again.
        highest_seen: The latest moment that this copy ever saw, so that a clock which was put
            back doesn't lengthen the lease.
        last_confirmed_at: When the server last had everything, by this device's clock.
        stop: Why syncing stopped until a person answers: `kind`, `detail`, `answer`.
        automatic, on_metered, in_custody: Whether to sync by itself, over a connection that
            costs by volume, and whether the laptop is where no network may be used.
    """

    __tablename__ = "sync_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    server: Mapped[str | None]
    service_id: Mapped[str | None]
    device_id: Mapped[str | None]
    user_id: Mapped[str | None]
    role: Mapped[str] = mapped_column(default="")
    epoch: Mapped[str | None]
    acked: Mapped[int] = mapped_column(default=0)
    sent_to: Mapped[int] = mapped_column(default=0)
    numbered_from: Mapped[int] = mapped_column(default=0)
    old_entries_until: Mapped[int] = mapped_column(default=0)
    pull_first: Mapped[bool] = mapped_column(default=False)
    device_key: Mapped[str | None]
    order_key: Mapped[dict[str, Any] | None]
    organisation_key: Mapped[str | None]
    sign_in: Mapped[str | None]
    sign_in_client: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    highest_seen: Mapped[datetime | None]
    last_confirmed_at: Mapped[datetime | None]
    stop: Mapped[dict[str, Any] | None]
    automatic: Mapped[bool] = mapped_column(default=True)
    on_metered: Mapped[bool] = mapped_column(default=False)
    in_custody: Mapped[bool] = mapped_column(default=False)


class SyncSignIn(Local):
    """A person's sign-in to the service, where it has one; see `app.sync.kept_sign_in`.

    Attributes:
        id_token: Bound to this device's key. until: How long it counts.
        name: The person, as the service's sign-in says; may be empty.
    """

    __tablename__ = "sync_sign_in"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    id_token: Mapped[str]
    until: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")


class StreamCursor(Local):
    """How far this copy has come in one stream of the server.

    Attributes:
        head: The last change that the server is known to have in it.
        lease_until: Until when it may be held without asking again.
        reread: Unsent work stood against what was pulled: read it once more from the beginning
            when that work has been judged.
    """

    __tablename__ = "stream_cursor"

    stream: Mapped[str] = mapped_column(primary_key=True)
    after: Mapped[int] = mapped_column(default=0)
    head: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    reread: Mapped[bool] = mapped_column(default=False)


class SyncConflict(Local):
    """Two values of one field, until a person has said which counts.

    Attributes:
        body: The whole item, see `app.sync.protocol.ConflictItem`.
        answered: A person decided here, and the server doesn't know yet.
    """

    __tablename__ = "sync_conflict"
    __table_args__ = (Index("sync_conflict_by_record", "record_id", "field"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[str]
    child_id: Mapped[str | None]
    field: Mapped[str]
    safety: Mapped[bool] = mapped_column(default=False)
    body: Mapped[dict[str, Any]]
    answered: Mapped[bool] = mapped_column(default=False)


class SyncRefused(Local):
    """Work of this device that the server refused. What was written stands in the log's entry.

    Attributes:
        entry: Its place in the change log. code: Why, see `app.sync.protocol.RejectionCode`.
    """

    __tablename__ = "sync_refused"
    __table_args__ = (Index("sync_refused_by_record", "record_id"),)

    op_id: Mapped[str] = mapped_column(primary_key=True)
    device_seq: Mapped[int]
    entry: Mapped[int]
    code: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[str]
    child_id: Mapped[str | None]
    at: Mapped[datetime]


class SyncQuarantine(Local):
    """A change from the server that could not be applied, put aside while the rest went on.

    Attributes:
        body: The change as it came, see `app.sync.protocol.RecordChange`.
        why: *waits_for*: a record that it refers to isn't here yet; *unreadable*: a value can't
            be kept; *locked*: it would change what never changes; *blob_missing*: the server has
            no bytes for it; *in_use*: other records refer to what it would take away; *leaves*:
            it left a stream, and whether it arrives in another is known at the end of a sync.
    """

    __tablename__ = "sync_quarantine"
    __table_args__ = (Index("sync_quarantine_by_stream", "stream"),)

    record_id: Mapped[str] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    stream: Mapped[str]
    child_id: Mapped[str | None]
    seq: Mapped[int]
    rev: Mapped[int]
    why: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class SyncExtra(Local):
    """What a newer program keeps of a record and this one has no place for, untouched.

    Attributes:
        whole: The type itself is unknown, so these are all fields of the record.
    """

    __tablename__ = "sync_extra"
    __table_args__ = (Index("sync_extra_by_stream", "stream"),)

    record_id: Mapped[str] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    stream: Mapped[str]
    rev: Mapped[int]
    whole: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[dict[str, Any]]


class SyncChoice(Local):
    """Whether a child travels with this laptop, where a person said so."""

    __tablename__ = "sync_choice"

    child_id: Mapped[str] = mapped_column(primary_key=True)
    travels: Mapped[bool]


class SyncNotice(Local):
    """Something that the server wants a person to be told.

    Attributes:
        body: See `app.sync.protocol.Notice`.
    """

    __tablename__ = "sync_notice"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    child_id: Mapped[str | None]
    body: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
