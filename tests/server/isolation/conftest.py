"""The ground of the matrix, laid once for all of its cells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.core.clock import FixedClock
from tests.server.cluster import OWNER, PROGRAM, Cluster
from tests.server.conftest import Database, environment_of, standing_still
from tests.server.inside import empty_database
from tests.server.isolation.ground import Ground, digest_on_postgresql, digest_on_sqlite

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def ground(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """On PostgreSQL, where the digest is taken by a superuser whom no policy hides a row from."""
    name = cluster.borrow_database()
    database = Database("postgresql", cluster.url(name, PROGRAM), cluster.url(name, OWNER))
    variables = environment_of(database, tmp_path_factory.mktemp("server"))
    conninfo = f"host={cluster.folder} user=postgres dbname={name}"
    with (
        standing_still(variables, FixedClock(NOW)) as server,
        digest_on_postgresql(conninfo) as digest,
    ):
        yield Ground(server, digest)
    cluster.give_back(name)


@pytest.fixture(scope="module")
def ground_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The same over SQLite."""
    folder = tmp_path_factory.mktemp("server")
    file = empty_database(folder / "server.db")
    database = Database("sqlite", f"sqlite:///{file}", f"sqlite:///{file}")
    variables = environment_of(database, folder)
    with (
        standing_still(variables, FixedClock(NOW)) as server,
        digest_on_sqlite(file) as digest,
    ):
        yield Ground(server, digest)
