"""What those who look after the server need: every service listed, an operation found by its id."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The role that owns the tables may list services, to sweep them and to wrap their keys anew. Of
# every other table it sees one service at a time, as the program does.
_LISTED = "CREATE POLICY listed_by_owner ON service FOR SELECT TO CURRENT_USER USING (true)"


def upgrade() -> None:
    op.create_index("op_log_by_op", "op_log", ["service_id", "op_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_LISTED)


def downgrade() -> None:
    raise RuntimeError("a server's tables go forward only: restore a backup instead")
