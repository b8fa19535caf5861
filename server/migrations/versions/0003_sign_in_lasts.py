"""How long somebody's sign-in on a device counts, beyond the token that proved it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device_user", sa.Column("signed_in_until", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    raise RuntimeError("a server's tables go forward only: restore a backup instead")
