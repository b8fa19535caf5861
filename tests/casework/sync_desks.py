"""Desks of one service around a real central server, for the tests of syncing as people see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.casework import casebook_keys, joining, sync_deeds
from app.casework.desk import Desk, Role
from app.core.clock import FixedClock
from app.core.ids import new_id
from app.models import escrow
from tests.made_once import PASSPHRASE
from tests.sync.conftest import Central

NewDesk = Callable[..., Desk]


@contextmanager
def desks_of(central: Central, folder: Path, clock: FixedClock) -> Iterator[NewDesk]:
    """Makes casebooks that begin with a code from the server, each with its recovery code kept."""
    made: list[Desk] = []

    def make(name: str, role: Role = "practitioner", *, user_id: str | None = None) -> Desk:
        code = central.code(user_id or new_id(), role, name)
        welcome = joining.Knock(clock)(central.address, code)
        place = folder / f"{name} {len(made)}"
        desk, recovery = joining.make(
            place,
            welcome,
            PASSPHRASE,
            clock,
            organisation_key=escrow.public_bytes(escrow.make()),
        )
        casebook_keys.confirm_recovery_code(desk, recovery)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def caseload_only() -> bool:
    """Whether practitioners see their own children alone; a module may say otherwise."""
    return False


@pytest.fixture
def central(tmp_path: Path, clock: FixedClock, caseload_only: bool) -> Iterator[Central]:
    """A server of one service."""
    made = Central(tmp_path / "server", clock, caseload_only=caseload_only)
    yield made
    made.close()


@pytest.fixture
def new_desk(
    central: Central, tmp_path: Path, clock: FixedClock, cheap_keys: None
) -> Iterator[NewDesk]:
    """Makes desks, each at a laptop of its own."""
    with desks_of(central, tmp_path, clock) as make:
        yield make


def quiet(*desks: Desk) -> None:
    """Sync everybody until all have what all have written."""
    for turn in range(3):
        done = [sync_deeds.sync_now(desk) for desk in desks]
        if turn and not any(one.changed or one.let_go for one in done):
            return
