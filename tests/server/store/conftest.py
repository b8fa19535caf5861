"""The server's store on both databases that it runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from server.database import make_engine
from server.migrations import migrate
from tests.server.postgresql import Cluster, cluster
from tests.server.store.statements import Watched
from tests.server.store.world import World


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this test run."""
    with cluster() as made:
        yield made


@pytest.fixture(scope="session")
def watched() -> Watched:
    """Every statement of this test run that was sent on behalf of a service."""
    return Watched()


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, watched: Watched) -> Iterator[Engine]:
    """A prepared database; on PostgreSQL as a role that owns nothing and is no superuser."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{tmp_path / 'server.db'}")
        migrate(made)
    else:
        postgres: Cluster = request.getfixturevalue("postgres")
        name = postgres.fresh_database()
        owner = make_engine(postgres.url(name, "waymark_owner"))
        migrate(owner, program_role="waymark_program")
        owner.dispose()
        made = make_engine(postgres.url(name, "waymark_program"))
    event.listen(made, "before_cursor_execute", watched.note)
    yield made
    made.dispose()
    # Not at the end of the run alone: the test that sent it is the one that fails.
    assert watched.without_service() == []


@pytest.fixture
def world(engine: Engine) -> World:
    """A service."""
    return World(engine)
