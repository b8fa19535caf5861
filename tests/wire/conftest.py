"""What the tests of faults share: where laptops come from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.nursery import Nursery


@pytest.fixture(scope="session")
def laptops() -> Iterator[Nursery]:
    """Where laptops come from, each a process of its own."""
    with Nursery("tests.wire.laptop") as nursery:
        yield nursery
