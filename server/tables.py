"""The tables of the server. Every key is led by `service_id`, so that they distribute by it.

What a person wrote never stands here in clear: columns of the type `Sealed` hold ciphertext of
`server.envelope`, made by this program under a key of the service. Ids, counts, times, kinds of
record and names of fields are readable, because the server works by them.

There are no foreign keys: a push writes many rows of many tables in one transaction under its own
locks, and `docs/scale.md` says why nothing may reach from one service's rows to another's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC, on SQLite too, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's own signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(LargeBinary):
    """Ciphertext of `server.envelope`."""


def _id(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _service() -> Column[str]:
    return Column("service_id", Text, nullable=False)


def _when(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _yes(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _table(name: str, *parts: Any, key: tuple[str, ...]) -> Table:
    return Table(name, metadata, _service(), *parts, PrimaryKeyConstraint("service_id", *key))


# One row, of no service: a server is in one epoch, and a restored one is in another.
server_state = Table(
    "server_state",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# name, area: sealed. wrapped_key, order_key_wrapped: under the master key.
# organisation_key: public, base64. sign_in: the issuer of OpenID Connect; NULL: none.
service = _table(
    "service",
    Column("name", Sealed, nullable=False),
    Column("area", Sealed),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("caseload_only", Boolean, nullable=False, server_default=text("true")),
    Column("sign_in", Text),
    Column("sign_in_client", Text),
    Column("organisation_key", Text),
    Column("order_key_wrapped", LargeBinary),
    _when("created_at", nullable=False),
    key=(),
)

# subject: by which the service's sign-in knows the person.
account = _table(
    "account",
    _id("user_id"),
    Column("name", Sealed, nullable=False),
    Column("role", Text, nullable=False),
    _when("ended_at"),
    Column("subject", Text),
    key=("user_id",),
)

# thumbprint: of key_jwk (RFC 7638). acked: the last `device_seq` that is kept for good.
# anchor_*: the last entry of the device's chain that was seen here.
device = _table(
    "device",
    _id("device_id"),
    Column("name", Sealed, nullable=False),
    Column("platform", Text, nullable=False, server_default=""),
    Column("key_jwk", Text, nullable=False),
    Column("thumbprint", Text, nullable=False),
    _count("acked"),
    _count("anchor_entry"),
    Column("anchor_hash", Text, nullable=False, server_default=""),
    _count("schema_version"),
    _when("enrolled_at", nullable=False),
    Column("enrolled_by", Text),
    _when("revoked_at"),
    Column("revoke_mode", Text),
    Column("replaces", Text),
    _when("last_seen"),
    _when("lease_until", nullable=False),
    key=("device_id",),
)

# Who signed in on a device, ever.
# signed_in_until: how long the person's sign-in with the service's issuer counts on this device.
device_user = _table(
    "device_user",
    _id("device_id"),
    _id("user_id"),
    _when("since", nullable=False),
    _when("signed_in_until"),
    key=("device_id", "user_id"),
)

# code_hash: SHA-256 of the one-time code, as 64 hexadecimal digits. user_name: sealed.
enrolment_code = _table(
    "enrolment_code",
    Column("code_hash", Text, nullable=False),
    _id("user_id"),
    Column("user_name", Sealed, nullable=False),
    Column("role", Text, nullable=False),
    _when("expires_at", nullable=False),
    _when("used_at"),
    Column("made_by", Text),
    key=("code_hash",),
)

# How often codes were guessed wrong from one source within one window of time. Who guesses names
# no service: these rows stand under `server.enrolment.NOBODY`. source: keyed hash of an address.
failed_try = _table(
    "failed_try",
    Column("source", Text, nullable=False),
    Column("until", Moment, nullable=False),
    _count("tries"),
    key=("source", "until"),
)

seen_proof = _table(
    "seen_proof",
    Column("jti", Text, nullable=False),
    _when("expires_at", nullable=False),
    key=("jti",),
)

# body: sealed {"fields": …, "field_rev": …}, NULL once erased. foreign_seq: the place in the
# stream at which another device than last_device last had a part in it.
record = _table(
    "record",
    _id("id"),
    Column("type", Text, nullable=False),
    _id("child_id", nullable=True),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("body", Sealed),
    _id("last_device"),
    _count("foreign_seq"),
    _id("last_actor"),
    _when("last_made_at", nullable=False),
    _yes("erased"),
    key=("id", "type"),
)
Index("record_by_stream", record.c.service_id, record.c.stream, record.c.seq)
_CHILDREN = text("type = 'child'")
Index(
    "record_of_child",
    record.c.service_id,
    record.c.id,
    postgresql_where=_CHILDREN,
    sqlite_where=_CHILDREN,
)

# A record that left a stream.
departure = _table(
    "departure",
    Column("stream", Text, nullable=False),
    _id("id"),
    Column("type", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    key=("stream", "id", "type"),
)
Index("departure_by_stream", departure.c.service_id, departure.c.stream, departure.c.seq)

# digest_*: sums of `app.sync.protocol.record_digest`, as 32 hexadecimal digits; open: without the
# restricted types, all: with them.
stream = _table(
    "stream",
    Column("stream", Text, nullable=False),
    _count("head"),
    _count("count_open"),
    Column("digest_open", Text, nullable=False, server_default="0" * 32),
    _count("count_all"),
    Column("digest_all", Text, nullable=False, server_default="0" * 32),
    key=("stream",),
)

# fingerprint: by which an operation that comes again is known, see `server.push`. result: what
# became of it. body: sealed values; NULL where there are none, or once they were erased.
op_log = _table(
    "op_log",
    _id("device_id"),
    Column("device_seq", BigInteger, nullable=False),
    _id("op_id"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("result", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("type", Text),
    _id("record_id", nullable=True),
    _id("child_id", nullable=True),
    _id("actor"),
    _when("made_at", nullable=False),
    _when("received_at", nullable=False),
    Column("body", Sealed),
    key=("device_id", "device_seq"),
)
Index("op_log_by_child", op_log.c.service_id, op_log.c.child_id)
# For a casebook that was restored: what its former device had sent, see `server.met_before`.
Index("op_log_by_op", op_log.c.service_id, op_log.c.op_id)

# body: sealed base, theirs, mine, current, who and when.
conflict = _table(
    "conflict",
    _id("id"),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    _id("record_id"),
    _id("child_id", nullable=True),
    Column("field", Text, nullable=False),
    Column("body", Sealed, nullable=False),
    _id("mine_device"),
    _id("resolved_by", nullable=True),
    _when("resolved_at"),
    key=("id",),
)
Index("conflict_by_stream", conflict.c.service_id, conflict.c.stream, conflict.c.seq)
Index("conflict_by_record", conflict.c.service_id, conflict.c.record_id)

# What lies on a device: `cursor` is how far it said itself that it has come.
manifest = _table(
    "manifest",
    _id("device_id"),
    Column("stream", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    _when("at", nullable=False),
    key=("device_id", "stream"),
)
Index("manifest_by_stream", manifest.c.service_id, manifest.c.stream)

# source: *created* by the person, *allocated* to, or *granted* by an administrator.
access = _table(
    "access",
    _id("child_id"),
    _id("user_id"),
    Column("source", Text, nullable=False),
    _when("since", nullable=False),
    _when("until"),
    key=("child_id", "user_id", "source"),
)
Index("access_by_user", access.c.service_id, access.c.user_id, access.c.child_id)

# mark: keyed hash of what makes two records seem one child. children: their ids, with spaces
# between: one row for all of them, so that two who register one child at once meet at its lock.
child_mark = _table(
    "child_mark",
    Column("mark", Text, nullable=False),
    Column("children", Text, nullable=False),
    key=("mark",),
)

# user_id NULL: for every manager and administrator.
notice = _table(
    "notice",
    _id("id"),
    _id("user_id", nullable=True),
    Column("kind", Text, nullable=False),
    _id("child_id", nullable=True),
    _id("other_id", nullable=True),
    _id("device_id", nullable=True),
    _id("actor", nullable=True),
    _when("at", nullable=False),
    _when("seen_at"),
    key=("id",),
)
Index("notice_by_user", notice.c.service_id, notice.c.user_id, notice.c.at)

# A blob that is whole. wrapped_key: its own key under the service's; path: below the blob folder.
blob = _table(
    "blob",
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("path", Text, nullable=False),
    _when("at", nullable=False),
    key=("sha256",),
)

# What a device sent of a blob, until `offset` is `size`; then it tells who brought the blob.
blob_upload = _table(
    "blob_upload",
    Column("sha256", Text, nullable=False),
    _id("device_id"),
    Column("size", BigInteger, nullable=False),
    _count("offset"),
    Column("wrapped_key", LargeBinary),
    Column("path", Text),
    _when("at", nullable=False),
    key=("sha256", "device_id"),
)

# Which record names a blob: whoever may hold the record may have the blob.
blob_use = _table(
    "blob_use",
    Column("sha256", Text, nullable=False),
    _id("record_id"),
    Column("type", Text, nullable=False),
    _id("child_id", nullable=True),
    key=("sha256", "record_id", "type"),
)
Index("blob_use_by_record", blob_use.c.service_id, blob_use.c.record_id)

# The tables of one service: every statement that touches one names `service_id`.
SERVICE_TABLES: Final[tuple[Table, ...]] = tuple(
    table for table in metadata.sorted_tables if "service_id" in table.c
)
