"""The laptops of a service, as its administrator and managers see them: let in, lost, taken out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from app.casework import permission, sync_words
from app.casework.desk import Role
from app.casework.form_records import called
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Child
from app.sync import enrolment, state
from app.sync.protocol import SERVICE_STREAM, CodeRequest, DeviceSeen, RevokeRequest

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.sync.transport import Transport

TakeOut = Literal["wipe", "rescue", "none"]

# A laptop that was not heard of for so long is looked after.
LONG_AGO = timedelta(days=7)


@dataclass(frozen=True)
class Laptop:
    """A laptop that was let in.

    Attributes:
        people: Who joined on it. last_seen: when it last spoke to the server, as shown.
        long_ago: Whether that is so long ago that somebody should ask after it.
        held: How many children's records lay on it then.
        state: In words; `out`: it was taken out.
        this: Whether it is the laptop that asks.
    """

    id: str
    name: str
    people: str
    last_seen: str
    long_ago: bool
    held: int
    state: str
    out: bool
    this: bool


@dataclass(frozen=True)
class NewCode:
    """A code for one person and one laptop, shown once."""

    text: str = field(repr=False)
    name: str
    until: str
    address: str


@dataclass(frozen=True)
class HeldChild:
    """A child whose record lay on a laptop; `name` is empty where the child isn't here."""

    child_id: str
    name: str


def laptops(desk: Desk) -> tuple[Laptop, ...]:
    """Every laptop of the service, those seen last first. Asks the server.

    Raises:
        NotAllowed: The person is neither a manager nor an administrator.
        KnownError: The network or the server failed.
    """
    permission.must(desk.actor.role, "see_laptops")
    with _server(desk) as server:
        return tuple(_laptop(desk, one) for one in server.devices().devices)


def new_code(desk: Desk, name: str, role: Role, user_id: str | None = None) -> NewCode:
    """Make a code for a person's new laptop. It counts once, for 15 minutes.

    Args:
        user_id: Of somebody who has worked here already; None: somebody new.

    Raises:
        NotAllowed: The person is no administrator.
        KnownError: No name, or the network or the server failed.
    """
    permission.must(desk.actor.role, "manage_laptops")
    if not name.strip():
        raise KnownError(_("Enter the name of the person."))
    with _server(desk) as server:
        made = server.make_code(CodeRequest(user_id=user_id, user_name=name.strip(), role=role))
        address = state.view(desk.casebook).server or ""
    return NewCode(made.code, made.user_name, f"{local(made.expires_at):%H:%M}", address)


def held_on(desk: Desk, laptop_id: str) -> tuple[HeldChild, ...]:
    """Whose records lay on a laptop when it last asked, so that a loss can be reported at once.

    Raises:
        NotAllowed: The person is neither a manager nor an administrator.
        KnownError: The network or the server failed.
    """
    permission.must(desk.actor.role, "see_laptops")
    with _server(desk) as server:
        streams = [one.stream for one in server.manifest(laptop_id).streams]
    children = [stream for stream in streams if stream != SERVICE_STREAM]
    with desk.casebook.read() as session:
        names = {
            child.id: f"{called(child)} {child.family_name}".strip()
            for child in session.scalars(select(Child).where(Child.id.in_(children)))
        }
    found = [HeldChild(child_id, names.get(child_id, "")) for child_id in children]
    return tuple(sorted(found, key=lambda one: (not one.name, one.name.casefold())))


def take_out(desk: Desk, laptop_id: str, how: TakeOut) -> None:
    """Take a laptop out of the service, from its next request on.

    Args:
        how: *wipe*: it destroys its casebook; *rescue*: it first sends its unsent work, or seals
            it to the service's key; *none*: it is refused and keeps what it has.

    Raises:
        NotAllowed: The person is no administrator, or it is the laptop that asks.
        KnownError: The network or the server failed.
    """
    permission.must(desk.actor.role, "manage_laptops")
    if laptop_id == desk.casebook.device_id:
        raise permission.NotAllowed(
            _("You can’t take out the laptop that you are working on."),
            _("Do it from another laptop."),
        )
    with _server(desk) as server:
        server.revoke(laptop_id, RevokeRequest(mode=how))


@contextmanager
def _server(desk: Desk) -> Iterator[Transport]:
    server = enrolment.connect(desk.casebook)
    try:
        yield server
    finally:
        server.close()


def _laptop(desk: Desk, one: DeviceSeen) -> Laptop:
    seen = one.last_seen or one.enrolled_at
    out = one.revoked_at is not None
    words = _("In use")
    if one.revoked_at is not None:
        day = sync_words.moment(one.revoked_at, desk.clock)
        words = {
            "wipe": _("Taken out {day}, to be wiped"),
            "rescue": _("Taken out {day}, to be rescued and wiped"),
        }.get(one.revoke_mode or "", _("Taken out {day}")).format(day=day)
    return Laptop(
        id=one.device_id,
        name=one.name,
        people=", ".join(sorted(user.name for user in one.users)),
        last_seen=sync_words.moment(seen, desk.clock),
        long_ago=not out and desk.clock.now() - seen > LONG_AGO,
        held=one.children,
        state=words,
        out=out,
        this=one.device_id == desk.casebook.device_id,
    )
