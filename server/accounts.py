"""Accounts follow the records of people: what an administrator writes there has effect here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from server import bulk, records, tables
from server.access import ENDED, People
from server.caller import ROLES
from server.envelope import ServiceKeys
from server.records import Key, Row

_COLUMNS: Final = ("user_id", "name", "role", "ended_at")


def follow(
    connection: Connection,
    keys: ServiceKeys,
    people: People,
    *,
    user_ids: Iterable[str],
    rows: Mapping[Key, Row],
    now: datetime,
) -> None:
    """Give accounts the name, role and end that the records of these people say.

    A role that isn't known here gives the least, reading; an end that can't be read is now.
    """
    values = []
    for user_id in sorted(set(user_ids)):
        fields = records.opened(rows["user", user_id], keys).fields
        known = people.roles.get(user_id)
        role = fields.get("role") or (known if known != ENDED else None)
        ended = fields.get("ended_at") or fields.get("removed_at")
        values.append(
            (
                user_id,
                keys.names.seal_text(str(fields.get("name") or ""), f"account/{user_id}"),
                role if role in ROLES else "reader",
                _moment(ended, now) if ended else None,
            )
        )
    bulk.put(
        connection,
        tables.account,
        _COLUMNS,
        values,
        service_id=keys.service_id,
        again="replace",
    )


def _moment(value: Any, now: datetime) -> datetime:
    try:
        return bulk.keepable(bulk.moment_of(str(value)) or now)
    except (ValueError, OverflowError):
        return now
