"""What an administrator does: found a service, hand out codes, look after devices and access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.core.ids import new_id
from app.sync.protocol import SERVICE_STREAM
from server.access import grant
from server.database import in_service
from server.envelope import ServiceKeys
from server.orders import Mode, OrderKey
from server.parts import Parts
from server.refused import Refused
from server.tables import access, account, device, device_user, manifest, record, service


@dataclass(frozen=True)
class Founded:
    """A service and its first administrator."""

    service_id: str
    user_id: str


@dataclass(frozen=True)
class DeviceRow:
    """A device as an administrator sees it.

    Attributes:
        users: Names by user id, of all who signed in on it.
        children: How many children's records lay on it when it last asked.
    """

    device_id: str
    name: str
    platform: str
    users: Mapping[str, str]
    enrolled_at: datetime
    last_seen: datetime | None
    lease_until: datetime
    revoked_at: datetime | None
    revoke_mode: str | None
    replaces: str | None
    acked: int
    children: int


@dataclass(frozen=True)
class HeldStream:
    """A stream that lay on a device, and how far it said that it had come."""

    stream: str
    cursor: int
    at: datetime


def new_service(
    parts: Parts,
    *,
    name: str,
    administrator: str,
    area: str = "",
    service_id: str | None = None,
    user_id: str | None = None,
    caseload_only: bool = True,
    sign_in: str | None = None,
    sign_in_client: str | None = None,
    organisation_key: str | None = None,
) -> Founded:
    """Found a service with its keys and its first administrator.

    Args:
        service_id, user_id: Of a casebook that exists already; None: fresh ones.
        sign_in, sign_in_client: The issuer of OpenID Connect, and what it knows us as.
        organisation_key: X25519, base64, for the escrow slot of casebooks.
    """
    founded = Founded(service_id or new_id(), user_id or new_id())
    keys, wrapped = ServiceKeys.new(founded.service_id, parts.master)
    orders = OrderKey.new(founded.service_id, parts.master)

    def found(connection: Connection) -> None:
        connection.execute(
            insert(service).values(
                service_id=founded.service_id,
                name=keys.names.seal_text(name, f"service/{founded.service_id}"),
                area=keys.names.seal_text(area, f"area/{founded.service_id}"),
                wrapped_key=wrapped,
                caseload_only=caseload_only,
                sign_in=sign_in,
                sign_in_client=sign_in_client,
                organisation_key=organisation_key,
                order_key_wrapped=orders.wrapped,
                created_at=parts.clock.now(),
            )
        )
        connection.execute(
            insert(account).values(
                service_id=founded.service_id,
                user_id=founded.user_id,
                name=keys.names.seal_text(administrator, f"account/{founded.user_id}"),
                role="administrator",
            )
        )

    in_service(parts.engine, founded.service_id, found)
    return founded


def keys_of(connection: Connection, parts: Parts, service_id: str) -> ServiceKeys:
    """A service's keys. Raises `Refused` 404 where there is no such service."""
    wrapped = connection.execute(
        select(service.c.wrapped_key).where(service.c.service_id == service_id)
    ).scalar()
    if wrapped is None:
        raise Refused(404, "not_found")
    return parts.keys(service_id, wrapped)


def devices(connection: Connection, keys: ServiceKeys) -> list[DeviceRow]:
    """Every device of a service, those seen last first."""
    service_id = keys.service_id
    users: dict[str, dict[str, str]] = {}
    for row in connection.execute(
        select(device_user.c.device_id, account.c.user_id, account.c.name)
        .join(
            account,
            (account.c.service_id == device_user.c.service_id)
            & (account.c.user_id == device_user.c.user_id),
        )
        .where(device_user.c.service_id == service_id)
    ):
        name = keys.names.open_text(row.name, f"account/{row.user_id}")
        users.setdefault(row.device_id, {})[row.user_id] = name
    held: dict[str, int] = {
        row.device_id: row.children
        for row in connection.execute(
            select(manifest.c.device_id, func.count().label("children"))
            .where(manifest.c.service_id == service_id, manifest.c.stream != SERVICE_STREAM)
            .group_by(manifest.c.device_id)
        )
    }
    rows = connection.execute(
        select(device)
        .where(device.c.service_id == service_id)
        .order_by(device.c.last_seen.desc(), device.c.device_id)
    )
    return [
        DeviceRow(
            row.device_id,
            keys.names.open_text(row.name, f"device/{row.device_id}"),
            row.platform,
            users.get(row.device_id, {}),
            row.enrolled_at,
            row.last_seen,
            row.lease_until,
            row.revoked_at,
            row.revoke_mode,
            row.replaces,
            row.acked,
            held.get(row.device_id, 0),
        )
        for row in rows
    ]


def revoke(
    connection: Connection, service_id: str, device_id: str, mode: Mode, now: datetime
) -> datetime:
    """Take a device out of a service, from its next request on; when it was taken out.

    A second revocation may change what is ordered (a rescue becomes a wipe), and is a new order.

    Raises:
        Refused: 404 `not_found`.
    """
    found = connection.execute(
        select(device.c.revoked_at, device.c.revoke_mode)
        .where(device.c.service_id == service_id, device.c.device_id == device_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise Refused(404, "not_found")
    if found.revoked_at is not None and found.revoke_mode == mode:
        return found.revoked_at  # type: ignore[no-any-return]
    connection.execute(
        update(device)
        .where(device.c.service_id == service_id, device.c.device_id == device_id)
        .values(revoked_at=now, revoke_mode=mode)
    )
    return now


def held_on(connection: Connection, service_id: str, device_id: str) -> list[HeldStream]:
    """What lay on a device when it last asked, so that a loss can be reported at once.

    Raises:
        Refused: 404 `not_found`.
    """
    known = connection.execute(
        select(device.c.device_id).where(
            device.c.service_id == service_id, device.c.device_id == device_id
        )
    ).one_or_none()
    if known is None:
        raise Refused(404, "not_found")
    rows = connection.execute(
        select(manifest)
        .where(manifest.c.service_id == service_id, manifest.c.device_id == device_id)
        .order_by(manifest.c.stream)
    )
    return [HeldStream(row.stream, row.cursor, row.at) for row in rows]


def set_access(
    connection: Connection,
    service_id: str,
    child_id: str,
    user_id: str,
    *,
    given: bool,
    now: datetime,
) -> None:
    """Open a child to a person, or close it, however it was opened.

    Raises:
        Refused: 404 `not_found`: there is no such child or person.
    """
    child = connection.execute(
        select(record.c.id).where(
            record.c.service_id == service_id, record.c.type == "child", record.c.id == child_id
        )
    ).one_or_none()
    person = connection.execute(
        select(account.c.user_id).where(
            account.c.service_id == service_id,
            account.c.user_id == user_id,
            account.c.ended_at.is_(None),
        )
    ).one_or_none()
    if child is None or person is None:
        raise Refused(404, "not_found")
    if given:
        grant(connection, service_id, [(child_id, user_id, "granted")], now)
        return
    connection.execute(
        update(access)
        .where(
            access.c.service_id == service_id,
            access.c.child_id == child_id,
            access.c.user_id == user_id,
            access.c.until.is_(None),
        )
        .values(until=now)
    )


def as_json(row: DeviceRow) -> dict[str, Any]:
    """A device as the command line prints it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in vars(row).items()
    }
