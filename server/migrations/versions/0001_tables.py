"""The tables of the first release, and the wall between services that PostgreSQL keeps up."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.core.ids import new_id

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "access",
    "account",
    "blob",
    "blob_upload",
    "blob_use",
    "child_mark",
    "conflict",
    "departure",
    "device",
    "device_user",
    "enrolment_code",
    "failed_try",
    "manifest",
    "notice",
    "op_log",
    "record",
    "seen_proof",
    "service",
    "stream",
)

# A row shows, and may be written, only in a transaction that was opened for its service. FORCE:
# for the role that owns the tables too.
_WALL = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    "CREATE POLICY own_service ON {table}"
    " USING (service_id = current_setting('waymark.service', true))"
    " WITH CHECK (service_id = current_setting('waymark.service', true))",
)
# Whoever enrols a device knows a code and no service yet.
_BY_CODE = (
    "CREATE POLICY by_code ON enrolment_code FOR SELECT"
    " USING (code_hash = current_setting('waymark.code', true))"
)


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "child_id", "user_id", "source"),
    )
    op.create_index("access_by_user", "access", ["service_id", "user_id", "child_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "user_id"),
    )
    op.create_table(
        "blob",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "sha256"),
    )
    op.create_table(
        "blob_upload",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "sha256", "device_id"),
    )
    op.create_table(
        "blob_use",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "sha256", "record_id", "type"),
    )
    op.create_index("blob_use_by_record", "blob_use", ["service_id", "record_id"], unique=False)
    op.create_table(
        "child_mark",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("children", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "mark"),
    )
    op.create_table(
        "conflict",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("mine_device", sa.Text(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "id"),
    )
    op.create_index("conflict_by_record", "conflict", ["service_id", "record_id"], unique=False)
    op.create_index("conflict_by_stream", "conflict", ["service_id", "stream", "seq"], unique=False)
    op.create_table(
        "departure",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "stream", "id", "type"),
    )
    op.create_index(
        "departure_by_stream", "departure", ["service_id", "stream", "seq"], unique=False
    )
    op.create_table(
        "device",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("key_jwk", sa.Text(), nullable=False),
        sa.Column("thumbprint", sa.Text(), nullable=False),
        sa.Column("acked", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("anchor_entry", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("anchor_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("schema_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoke_mode", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "device_id"),
    )
    op.create_table(
        "device_user",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "device_id", "user_id"),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "code_hash"),
    )
    op.create_table(
        "failed_try",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "source", "until"),
    )
    op.create_table(
        "manifest",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "device_id", "stream"),
    )
    op.create_index("manifest_by_stream", "manifest", ["service_id", "stream"], unique=False)
    op.create_table(
        "notice",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column("other_id", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "id"),
    )
    op.create_index("notice_by_user", "notice", ["service_id", "user_id", "at"], unique=False)
    op.create_table(
        "op_log",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("device_seq", sa.BigInteger(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "device_id", "device_seq"),
    )
    op.create_index("op_log_by_child", "op_log", ["service_id", "child_id"], unique=False)
    op.create_table(
        "record",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("last_device", sa.Text(), nullable=False),
        sa.Column("foreign_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_actor", sa.Text(), nullable=False),
        sa.Column("last_made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "id", "type"),
    )
    op.create_index("record_by_stream", "record", ["service_id", "stream", "seq"], unique=False)
    op.create_index(
        "record_of_child",
        "record",
        ["service_id", "id"],
        unique=False,
        postgresql_where=sa.text("type = 'child'"),
        sqlite_where=sa.text("type = 'child'"),
    )
    op.create_table(
        "seen_proof",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "jti"),
    )
    op.create_table(
        "server_state",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("only"),
    )
    op.create_table(
        "service",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("area", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("caseload_only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sign_in", sa.Text(), nullable=True),
        sa.Column("sign_in_client", sa.Text(), nullable=True),
        sa.Column("organisation_key", sa.Text(), nullable=True),
        sa.Column("order_key_wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id"),
    )
    op.create_table(
        "stream",
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("head", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("count_open", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "digest_open",
            sa.Text(),
            server_default="00000000000000000000000000000000",
            nullable=False,
        ),
        sa.Column("count_all", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "digest_all",
            sa.Text(),
            server_default="00000000000000000000000000000000",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("service_id", "stream"),
    )

    op.bulk_insert(
        sa.table(
            "server_state",
            sa.column("only", sa.Integer),
            sa.column("epoch", sa.Text),
            sa.column("since", sa.DateTime(timezone=True)),
        ),
        [{"only": 1, "epoch": new_id(), "since": datetime.now(UTC)}],
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in _WALL:
                op.execute(statement.format(table=table))
        op.execute(_BY_CODE)


def downgrade() -> None:
    raise RuntimeError("a server's tables go forward only: restore a backup instead")
