"""What the tests of faults share: where laptops and servers come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.cluster import Cluster, running_cluster
from tests.wire.central import Central, InOneFile, OnPostgresql, Site
from tests.wire.nursery import Nursery
from tests.wire.office import Office


@pytest.fixture(scope="session")
def laptops() -> Iterator[Nursery]:
    """Where laptops come from, each a process of its own."""
    with Nursery("tests.wire.laptop") as nursery:
        yield nursery


@pytest.fixture(scope="session")
def servers() -> Iterator[Nursery]:
    """Where processes of servers come from."""
    with Nursery("tests.wire.server_process") as nursery:
        yield nursery


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL for this process of the tests."""
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def small_site(servers: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of one process over SQLite."""
    folder = tmp_path_factory.mktemp("small") / "server"
    site = Site(servers, folder, InOneFile(folder))
    yield site
    site.close()


@pytest.fixture(scope="session")
def large_site(
    servers: Nursery, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server of two processes over PostgreSQL."""
    folder = tmp_path_factory.mktemp("large") / "server"
    site = Site(servers, folder, OnPostgresql(cluster), processes=2)
    yield site
    site.close()


def _calm(site: Site) -> Central:
    site.start()
    site.wire.calm()
    site.wire.happened.clear()
    site.wire.seen.clear()
    return Central.of(site)


@pytest.fixture(params=["one process over SQLite", "two processes over PostgreSQL"])
def central(request: pytest.FixtureRequest) -> Iterator[Central]:
    """A service of its own, at a server that is up and a wire that is calm; of each kind."""
    name = "small_site" if "SQLite" in request.param else "large_site"
    made = _calm(request.getfixturevalue(name))
    yield made
    made.wire.calm()


@pytest.fixture
def large_central(large_site: Site) -> Iterator[Central]:
    """A service of its own at a server of two processes over PostgreSQL."""
    made = _calm(large_site)
    yield made
    made.wire.calm()


@pytest.fixture
def office(large_central: Central, laptops: Nursery, tmp_path: Path) -> Iterator[Office]:
    """People with laptops, around a server of two processes over PostgreSQL."""
    made = Office(large_central, laptops, tmp_path)
    yield made
    made.close()
