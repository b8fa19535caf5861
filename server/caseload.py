"""The children whom a person may take along on a laptop."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.sync.protocol import Caseload, CaseloadChild
from server import access, records, tables
from server.caller import Caller
from server.envelope import ServiceKeys


def caseload(connection: Connection, keys: ServiceKeys, caller: Caller) -> Caseload:
    """The children that the caller may hold, by name; none that was removed or erased."""
    people = access.people_of(connection, caller.service_id, caller.device_id)
    record = tables.record.c
    query = select(*(record[name] for name in records.COLUMNS)).where(
        record.service_id == caller.service_id,
        record.type == "child",
        record.erased.is_(False),
    )
    if not people.has_every_child(caller.user_id):
        opened = select(tables.access.c.child_id).where(
            tables.access.c.service_id == caller.service_id,
            tables.access.c.user_id == caller.user_id,
            tables.access.c.until.is_(None),
        )
        query = query.where(record.id.in_(opened))
    children = []
    for values in connection.execute(query):
        row = records.row_of(tuple(values))
        fields = records.opened(row, keys).fields
        if fields.get("removed_at"):
            continue
        names = (fields.get("given_name"), fields.get("family_name"))
        children.append(
            CaseloadChild(
                child_id=row.id,
                name=" ".join(str(name) for name in names if name),
                date_of_birth=_text(fields.get("date_of_birth")),
                allocated_to=_text(fields.get("allocated_to")),
                assigned=fields.get("allocated_to") == caller.user_id,
                merged_into=_text(fields.get("merged_into")),
            )
        )
    return Caseload(
        children=tuple(sorted(children, key=lambda one: (one.name.casefold(), one.child_id)))
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
