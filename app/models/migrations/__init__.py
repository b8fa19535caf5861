"""The versions of the store's tables, and the way from each to the next."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from app.models.base import Base
from app.models.change_log import TRIGGERS
from app.models.database import WRITES, StoreTooNew
from app.models.records import work
from app.models.search import INDEX_DDL

NEWEST = 1


def make_schema(engine: Engine) -> None:
    """Make the tables of a new store at the newest version."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        Base.metadata.create_all(connection)
        for statement in (*TRIGGERS, *work.TRIGGERS, *INDEX_DDL):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA user_version = {NEWEST}")


def migrate(engine: Engine, *, backup: Callable[[], object] | None = None) -> int:
    """Bring a store up to the newest version; return the version that it had."""
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > NEWEST:
        raise StoreTooNew
    if version < NEWEST and backup is not None:
        backup()
    return version
