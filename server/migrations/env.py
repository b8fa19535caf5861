"""Runs the steps on the connection that `server.migrations.migrate` gives."""

from __future__ import annotations

from alembic import context

from server import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.metadata)
with context.begin_transaction():
    context.run_migrations()
