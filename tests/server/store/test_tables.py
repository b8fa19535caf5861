"""The migrations lead to the tables that the program knows, and the wall stands round each."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from server import tables
from server.migrations import migrate, newest, version_of

SCALE = Path(__file__).parents[3] / "docs" / "scale.md"


def test_the_migrations_make_the_tables_of_the_program(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []
        assert version_of(connection) == newest()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    from server.database import make_engine

    engine = make_engine(f"sqlite:///{tmp_path / 'twice.db'}")
    epochs = []
    for _ in range(2):
        migrate(engine)
        with engine.connect() as connection:
            epochs.append(connection.execute(text("SELECT epoch FROM server_state")).scalar_one())
    engine.dispose()
    assert epochs[0] == epochs[1]


def test_every_table_of_services_has_the_wall(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA secure_delete")).scalar_one() == 1
        return
    statement = text(
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
        " WHERE polname = 'own_service' AND relrowsecurity AND relforcerowsecurity"
        " AND polwithcheck IS NOT NULL"
    )
    with engine.connect() as connection:
        walled = set(connection.execute(statement).scalars())
    assert walled == {table.name for table in tables.SERVICE_TABLES}


def test_the_document_distributes_every_table_of_services() -> None:
    written = SCALE.read_text("utf-8")
    distributed = re.findall(
        r"SELECT create_distributed_table\('(\w+)', 'service_id'(?:, colocate_with => '(\w+)')?\);",
        written,
    )
    names = [name for name, _ in distributed]
    assert sorted(names) == sorted(table.name for table in tables.SERVICE_TABLES)
    # All by one table, so that the rows of a service stay together on one node.
    assert [beside for _, beside in distributed] == ["", *[names[0]] * (len(names) - 1)]
    assert re.findall(r"SELECT create_reference_table\('(\w+)'\);", written) == ["server_state"]
