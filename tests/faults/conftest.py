"""Real stores, keys and disks to be broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models import kdf
from tests.vaults import CHEAP, Made, make_vault


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """A casebook of one user, closed."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield make_vault(tmp_path / "casebook")
