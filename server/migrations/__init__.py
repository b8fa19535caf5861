"""The numbered steps by which the server's tables came to be what they are (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from server import tables

HERE = Path(__file__).parent


def migrate(engine: Engine, *, program_role: str | None = None) -> None:
    """Bring the tables to what this program knows; nothing happens where they are.

    Args:
        engine: Of the role that owns the tables.
        program_role: On PostgreSQL, the role that the program runs as; it gets leave to read and
            write rows, and nothing else.
    """
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if program_role is not None and connection.dialect.name == "postgresql":
            _give_leave(connection, program_role)


def version_of(connection: Connection) -> str | None:
    """The step that the tables are at; None: none was taken."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def newest() -> str:
    """The step that this program was written for."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _give_leave(connection: Connection, role: str) -> None:
    to = connection.dialect.identifier_preparer.quote(role)
    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {to}")
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {to}")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config
