"""Desks over real encrypted casebooks, with fictional people at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app.casework import casebook_keys, casebook_users, casebooks, children
from app.casework.children import ChildDetails, ChildView
from app.casework.desk import Desk, Role
from app.core.clock import FixedClock
from app.models import kdf
from tests.casework.sync_desks import caseload_only, central, new_desk
from tests.made_once import CHEAP, PASSPHRASE, new_casebook

__all__ = ["caseload_only", "central", "new_desk"]


@pytest.fixture(autouse=True)
def cheap_keys() -> Iterator[None]:
    """Argon2id at almost no cost: what a derivation costs is tested where keys are."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@dataclass
class Office:
    """A casebook in a folder, and whoever has it open.

    Attributes:
        users: Ids of users by name.
    """

    folder: Path
    clock: FixedClock
    recovery_code: str
    users: dict[str, str]
    desk: Desk | None = None

    def as_user(self, name: str) -> Desk:
        """Lock the casebook and open it as another user."""
        self.leave()
        self.desk = casebooks.unlock(self.folder, self.users[name], PASSPHRASE, self.clock)
        return self.desk

    def add_user(self, name: str, role: Role) -> None:
        """Add a user. The one who has it open must be allowed to."""
        assert self.desk is not None
        self.users[name] = casebook_users.add_user(self.desk, name, role, PASSPHRASE).id

    def leave(self) -> None:
        """Close the casebook, if it is open."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None


@pytest.fixture
def fresh_office(tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    """A casebook that was just made: its recovery code is not confirmed. Nobody has it open."""
    folder = tmp_path / "casebook"
    made = new_casebook(folder)
    office = Office(folder, clock, made.recovery_code, {"Ash Rivers": made.user_id})
    yield office
    office.leave()


@pytest.fixture
def office(fresh_office: Office) -> Office:
    """A casebook that is ready for children, open as Ash Rivers, a practitioner."""
    desk = fresh_office.as_user("Ash Rivers")
    casebook_keys.confirm_recovery_code(desk, fresh_office.recovery_code)
    return fresh_office


@pytest.fixture
def desk(office: Office) -> Desk:
    """Ash Rivers, a practitioner, at work."""
    assert office.desk is not None
    return office.desk


@pytest.fixture
def staffed(office: Office) -> Office:
    """The office with an administrator, a manager and a reader too; Ash Rivers has it open."""
    office.add_user("Kit Sorrel", "administrator")
    office.as_user("Kit Sorrel")
    office.add_user("Rowan Okell", "manager")
    office.add_user("Perry Lind", "reader")
    office.as_user("Ash Rivers")
    return office


@pytest.fixture
def manager(staffed: Office) -> Desk:
    """Rowan Okell, a manager, at work."""
    return staffed.as_user("Rowan Okell")


AddChild = Callable[..., ChildView]


@pytest.fixture
def add_child(desk: Desk) -> AddChild:
    """Add a child; what isn't said is that of Tal Fenwick, born 3 July 2011."""

    def add(**said: object) -> ChildView:
        details: dict[str, object] = {
            "given_name": "Tal",
            "family_name": "Fenwick",
            "date_of_birth": date(2011, 7, 3),
        }
        return children.add_child(desk, ChildDetails(**(details | said)))  # type: ignore[arg-type]

    return add


@pytest.fixture
def child(add_child: AddChild) -> ChildView:
    """Tal Fenwick, 15 years old."""
    return add_child()
