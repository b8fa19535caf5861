"""The users of a casebook, and the service that it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from app.casework.desk import Desk, NotAllowed, Role
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models import kdf, vault
from app.models.records import Service, User


@dataclass(frozen=True)
class UserView:
    """A user of the casebook. `active` is False for somebody who has left."""

    id: str
    name: str
    role: Role
    active: bool


@dataclass(frozen=True)
class ServiceView:
    """The youth justice service of a casebook. `area`: slug of a YJS area, or free text."""

    id: str
    name: str
    area: str
    language: str


def add_user(desk: Desk, name: str, role: Role, passphrase: str) -> UserView:
    """Add a user with a passphrase of their own. Only an administrator may.

    In a casebook that has no administrator, anyone who writes may add an administrator.
    """
    if desk.demo:
        raise NotAllowed(
            _("The demonstration casebook keeps the users it has."),
            _("Make a casebook of your own to add users."),
        )
    alone = role == "administrator" and not any(
        user.role == "administrator" and user.active for user in users(desk)
    )
    if alone:
        desk.must_write()
    else:
        desk.must_manage_users()
    if not name.strip():
        raise KnownError(_("Enter the name of the new user."))
    return admit(desk, name, role, passphrase)


def admit(desk: Desk, name: str, role: Role, passphrase: str) -> UserView:
    """Add a user whatever the role of the person who acts: for `add_user` and the demonstration."""
    vault.check_passphrase(passphrase)
    user_id = new_id()
    # The record first: a slot without a user would let somebody in whom nobody knows. Each is a
    # transaction of its own, because the key file keeps its revision in the store.
    with desk.casebook.write() as work:
        work.add(User(id=user_id, name=name.strip(), role=role))
    try:
        vault.add_holder(
            desk.folder,
            data_key=desk.data_key,
            user_id=user_id,
            user_name=name.strip(),
            passphrase=passphrase,
            kdf=kdf.floor() if desk.demo else kdf.calibrated(),
        )
    except KnownError:
        with desk.casebook.write() as work:
            user = work.get(User, user_id)
            if user is not None:
                work.remove(user)
        raise
    return UserView(id=user_id, name=name.strip(), role=role, active=True)


def end_user(desk: Desk, user_id: str, reason: str) -> None:
    """Note that a user no longer works here, and take their passphrase away."""
    desk.must_manage_users()
    # The passphrase first: somebody who has left must not get in, whatever happens afterwards.
    vault.remove_holder(desk.folder, data_key=desk.data_key, user_id=user_id)
    with desk.casebook.write(reason) as work:
        user = work.get(User, user_id)
        if user is None:
            raise BugError("a user who doesn't exist was to be ended")
        user.ended_at = desk.clock.now()


def users(desk: Desk) -> tuple[UserView, ...]:
    """Everyone who has worked in this casebook, in order of name."""
    with desk.casebook.read() as session:
        held = session.scalars(select(User).where(User.removed_at.is_(None)).order_by(User.name))
        return tuple(
            UserView(
                id=user.id,
                name=user.name,
                role=cast(Role, user.role),
                active=user.ended_at is None,
            )
            for user in held
        )


def service(desk: Desk) -> ServiceView:
    """The youth justice service that this casebook is of."""
    with desk.casebook.read() as session:
        held = session.get_one(Service, desk.casebook.service_id)
        return ServiceView(id=held.id, name=held.name, area=held.area, language=held.language)
