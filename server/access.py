"""Who may see and write what, judged by the server whatever a laptop says.

Managers and administrators have every child of their service. Practitioners and readers have
the children that are open to them in `access`, unless the service says that every practitioner
has every child. A casebook is one store for all who sign in on its device, so what a device may
hold is what any of its people may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from app.sync.merge import RESTRICTED
from app.sync.protocol import SERVICE_STREAM, Operation, RejectionCode
from server import bulk, tables

EVERY_CHILD: Final = frozenset({"manager", "administrator"})
WRITERS: Final = frozenset({"practitioner", "manager", "administrator"})
MAY_ERASE: Final = frozenset({"manager", "administrator"})
MAY_SEE_RESTRICTED: Final = WRITERS
COUNTERSIGNERS: Final = frozenset({"manager"})

# An account that has ended: what was written before may still arrive, see `Standing.refusal`.
ENDED: Final = "ended"

# What only a countersigner may write: a field, and which values of it; None: any but empty.
GATEKEPT: Final[Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    "form_record": {
        "state": frozenset({"countersigned", "returned"}),
        "countersigned_at": None,
        "countersigned_by": None,
    },
    "oversight": {"state": frozenset({"countersigned", "returned"})},
}
# The fields that name who wrote what only a countersigner decides on. Nobody decides on their own.
_AUTHORS: Final[Mapping[str, tuple[str, ...]]] = {
    "form_record": ("started_by", "submitted_by"),
    "oversight": ("authors",),
}
_OF_ADMINISTRATORS: Final = frozenset({"user", "service"})
# What whoever writes may add to the service; changing it or taking it out is a manager's.
_ADDED_BY_WRITERS: Final = frozenset({"service_word"})
# Fields of a person's own record that only an administrator writes.
_NOT_OF_ONESELF: Final = frozenset({"role", "ended_at", "removed_at"})
_ACCESS: Final = ("child_id", "user_id", "source", "since", "until")


@dataclass
class People:
    """Who signed in on a device, and what their service lets them have.

    Attributes:
        roles: By user id; `ENDED` for an account that has ended.
    """

    service_id: str
    device_id: str
    roles: dict[str, str]
    caseload_only: bool

    @property
    def present(self) -> list[str]:
        """Ids of those whose account hasn't ended."""
        return [user for user, role in self.roles.items() if role != ENDED]

    @property
    def every_child(self) -> bool:
        """Whether the device may hold every child of the service."""
        return any(self.has_every_child(user) for user in self.present)

    @property
    def restricted(self) -> bool:
        """Whether the device may hold restricted types."""
        return any(self.roles[user] in MAY_SEE_RESTRICTED for user in self.present)

    @property
    def bring(self) -> bool:
        """Whether anybody here writes, or wrote before they left."""
        return any(role in WRITERS or role == ENDED for role in self.roles.values())

    def has_every_child(self, user_id: str) -> bool:
        """Whether a person has every child of the service."""
        role = self.roles.get(user_id)
        return role in EVERY_CHILD or (not self.caseload_only and role not in (None, ENDED))


def people_of(connection: Connection, service_id: str, device_id: str) -> People:
    """Those who signed in on a device, whether or not it is they who ask now."""
    found = connection.execute(
        text(
            "SELECT account.user_id, account.role, account.ended_at, service.caseload_only"
            " FROM service"
            " LEFT JOIN device_user ON device_user.service_id = service.service_id"
            " AND device_user.device_id = :device"
            " LEFT JOIN account ON account.service_id = service.service_id"
            " AND account.user_id = device_user.user_id"
            " WHERE service.service_id = :service"
        ),
        {"service": service_id, "device": device_id},
    ).all()
    roles = {row[0]: (ENDED if row[2] is not None else row[1]) for row in found if row[0]}
    return People(service_id, device_id, roles, bool(found[0][3]) if found else True)


def open_children(
    connection: Connection, people: People, streams: Iterable[str]
) -> set[tuple[str, str]]:
    """Which of these children are open to which of the people: (child, user)."""
    users = set(people.roles)
    rows = bulk.take(
        connection,
        tables.access,
        ("child_id", "user_id"),
        service_id=people.service_id,
        among=("child_id", (name for name in streams if name != SERVICE_STREAM)),
        also="until IS NULL",
    )
    return {(child, user) for child, user in rows if user in users}


def visible(connection: Connection, people: People, streams: Iterable[str]) -> set[str]:
    """Which of these streams the device may hold."""
    names = set(streams)
    if people.every_child:
        return names
    children = {
        child
        for child, user in open_children(connection, people, names)
        if people.roles.get(user) != ENDED
    }
    return children | (names & {SERVICE_STREAM} if people.present else set())


def held_streams(connection: Connection, people: People, streams: Iterable[str]) -> dict[str, int]:
    """Which of these streams lie on the device, and how far it said that it has come."""
    rows = bulk.take(
        connection,
        tables.manifest,
        ("stream", "cursor"),
        service_id=people.service_id,
        among=("stream", streams),
        equal=("device_id", people.device_id),
    )
    return {stream: int(cursor) for stream, cursor in rows}


@dataclass
class Standing:
    """Who may write what, while one push is judged.

    Attributes:
        open: (child, user) as it stands in `access`, with what this push changed of it.
        held: Children whose stream lies on the device.
    """

    people: People
    open: dict[tuple[str, str], None] = field(default_factory=dict)
    held: dict[str, None] = field(default_factory=dict)

    def has(self, user_id: str, child_id: str) -> bool:
        """Whether a person has a child now."""
        return self.people.has_every_child(user_id) or (
            (child_id, user_id) in self.open and self.people.roles.get(user_id) != ENDED
        )

    def refusal(self, operation: Operation, children: Iterable[str]) -> RejectionCode | None:
        """Why somebody may not write a record of these children; None: they may.

        Work that was done while the device held the child counts, though the child has since
        been given to another, or the person has left.
        """
        role = self.people.roles.get(operation.actor)
        if role not in WRITERS and role != ENDED:
            return "not_allowed"
        for child in children:
            if not self.has(operation.actor, child) and child not in self.held:
                return "not_your_child"
        if role not in COUNTERSIGNERS and _is_gatekept(operation):
            return "not_allowed"
        return None

    def service_refusal(self, operation: Operation, held: Mapping[str, Any] | None) -> bool:
        """Whether somebody may not write this record of the service itself.

        Args:
            held: The record's fields as the server holds them; None: it has none.
        """
        role = self.people.roles.get(operation.actor)
        if role == "administrator":
            return False
        if operation.type == "device":
            return operation.id != self.people.device_id or role is None
        if operation.type == "user" and operation.id == operation.actor and role != ENDED:
            given = {name: operation.set[name] for name in operation.set.keys() & _NOT_OF_ONESELF}
            as_it_is = {"role": role, "ended_at": None, "removed_at": None} | dict(held or {})
            return any(value != as_it_is.get(name) for name, value in given.items())
        if operation.type in _OF_ADMINISTRATORS:
            return any(value != (held or {}).get(name) for name, value in operation.set.items())
        if operation.type in _ADDED_BY_WRITERS and operation.kind == "create" and held is None:
            return role not in WRITERS
        return role != "manager"


def _is_gatekept(operation: Operation) -> bool:
    rules = GATEKEPT.get(operation.type or "")
    if rules is None:
        return False
    for name, values in rules.items():
        value = operation.set.get(name)
        if value is None or value == "":
            continue
        # A value of another kind than the field's is nobody's to write but a countersigner's.
        if values is None or not isinstance(value, str) or value in values:
            return True
    return False


def is_own_work(operation: Operation, held: Mapping[str, Any]) -> bool:
    """Whether somebody decides on what they wrote themselves.

    Args:
        held: The record's fields as the server holds them.
    """
    if not _is_gatekept(operation):
        return False
    wrote: set[Any] = set()
    for name in _AUTHORS.get(operation.type or "", ()):
        value = held.get(name)
        wrote.update(one for one in (value if isinstance(value, list) else [value]) if one)
    return operation.actor in wrote


def is_restricted(type_: str) -> bool:
    """Whether only some roles may see records of this type."""
    return type_ in RESTRICTED


def grant(
    connection: Connection,
    service_id: str,
    rows: Iterable[tuple[str, str, str]],
    now: datetime,
) -> None:
    """Open children to people: (child, user, source), see `tables.access`."""
    given = [(child, user, source, now, None) for child, user, source in sorted(set(rows))]
    bulk.put(connection, tables.access, _ACCESS, given, service_id=service_id, again="replace")


def close_for_others(
    connection: Connection, service_id: str, child_id: str, user_id: str | None, now: datetime
) -> None:
    """A child was given to somebody: whoever made or had it before has it no longer.

    What an administrator granted stays.
    """
    connection.execute(
        tables.access.update()
        .where(
            tables.access.c.service_id == service_id,
            tables.access.c.child_id == child_id,
            tables.access.c.source.in_(("created", "allocated")),
            tables.access.c.until.is_(None),
            tables.access.c.user_id.is_distinct_from(user_id),
        )
        .values(until=now)
    )


def workers_of(
    connection: Connection, service_id: str, children: Iterable[str]
) -> dict[str, set[str]]:
    """By child: the people to whom it is open by name."""
    found: dict[str, set[str]] = {}
    for child, user in bulk.take(
        connection,
        tables.access,
        ("child_id", "user_id"),
        service_id=service_id,
        among=("child_id", children),
        also="until IS NULL",
    ):
        found.setdefault(child, set()).add(user)
    return found
