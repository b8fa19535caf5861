"""The server's store on both databases that it runs on."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.server.store.world import World


@pytest.fixture
def world(engine: Engine) -> World:
    """A service."""
    return World(engine)
