"""No statement on behalf of a service forgets to say which: they distribute by it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from server import tables
from server.database import scoped
from tests.server.statements import Watched
from tests.server.store.world import World


@pytest.fixture
def alone() -> Watched:
    """A watch of its own, so that what it sees here fails no other test."""
    return Watched()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM record WHERE id = 'x'",
        "SELECT record.id, service_id FROM record",
        "UPDATE \"stream\" SET head = 1 WHERE stream = 'x'",
        "DELETE FROM access WHERE child_id = 'x'",
        "INSERT INTO notice (id) VALUES ('x')",
        "SELECT 1 FROM server_state JOIN device ON device.device_id = 'x'",
    ],
)
def test_a_statement_that_forgets_the_service_is_found(alone: Watched, statement: str) -> None:
    alone.statements.add(statement)
    assert alone.without_service() == [statement]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM record WHERE service_id = 'x' AND id = 'x'",
        "SELECT body FROM record WHERE record.service_id = %(a)s",
        "INSERT INTO notice (service_id, id) VALUES ('x', 'x')",
        "SELECT epoch FROM server_state",
        "SELECT set_config('waymark.service', 'x', true)",
    ],
)
def test_one_that_names_it_passes(alone: Watched, statement: str) -> None:
    alone.statements.add(statement)
    assert alone.without_service() == []


def test_the_watch_sees_what_the_store_sends(world: World, watched: Watched) -> None:
    """A watch that sees nothing would pass everything."""
    laptop = world.laptop(world.person("manager"))
    child = laptop.child(date_of_birth="2010-01-01")
    laptop.push()
    laptop.pull_all(child)
    expected = {"record", "stream", "op_log", "device", "manifest", "access", "child_mark"}
    assert expected <= watched.tables()
    with scoped(world.engine, world.service_id) as connection:
        marked = text("SELECT count(*) FROM record WHERE service_id = :service -- seen")
        connection.execute(marked, {"service": world.service_id})
    assert any("-- seen" in statement for statement in watched.statements)


def test_every_key_is_led_by_the_service() -> None:
    assert [
        table.name for table in tables.metadata.sorted_tables if table not in tables.SERVICE_TABLES
    ] == ["server_state"]
    for table in tables.SERVICE_TABLES:
        assert next(iter(table.primary_key.columns)).name == "service_id"
        for index in table.indexes:
            assert next(iter(index.columns)).name == "service_id"
