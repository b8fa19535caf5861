"""What the tests of faults share: where laptops and servers come from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.central import Central, Site
from tests.wire.nursery import Nursery


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
def small_site(servers: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of one process over SQLite."""
    site = Site(servers, tmp_path_factory.mktemp("site") / "server")
    yield site
    site.close()


@pytest.fixture
def central(small_site: Site) -> Iterator[Central]:
    """A service of its own, at a server that is up and a wire that is calm."""
    small_site.start()
    small_site.wire.calm()
    small_site.wire.happened.clear()
    small_site.wire.seen.clear()
    yield Central.of(small_site)
    small_site.wire.calm()
