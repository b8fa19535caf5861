"""Which children travel with this laptop: those who are allocated here, unless a person left them
behind, and those whom a person took along.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from app.core.ids import is_id
from app.models.casebook import Casebook
from app.sync import outbox, standing
from app.sync.protocol import MOST_STREAMS, SERVICE_STREAM, CaseloadChild


def want(connection: Connection, children: Iterable[CaseloadChild]) -> None:
    """List the streams that this copy asks for from now on.

    Args:
        children: Those whom the person may take along, as the server says.
    """
    here = standing.read(connection)
    choices = _choices(connection)
    held = set(standing.streams(connection))
    unheard = outbox.children_unheard_of(connection, here)
    own = set(connection.exec_driver_sql("SELECT id FROM child").scalars()) - unheard
    joined = connection.exec_driver_sql(
        "SELECT merged_into FROM child WHERE merged_into IS NOT NULL ORDER BY id"
    ).scalars()
    kept = [into for into in joined if is_id(into) and into not in unheard]
    wanted = [SERVICE_STREAM, *sorted(own), *kept]
    wanted += [
        child.child_id
        for child in children
        if choices.get(child.child_id, child.assigned and child.merged_into is None)
    ]
    # Whether they may is the server's to say, child by child.
    wanted += [child for child, travels in choices.items() if travels]
    new = [stream for stream in dict.fromkeys(wanted) if stream not in held]
    for stream in new[: MOST_STREAMS - len(held)]:
        connection.exec_driver_sql(
            'INSERT INTO stream_cursor (stream, "after", head, reread) VALUES (?, 0, 0, 0)',
            (stream,),
        )


def left_behind(connection: Connection) -> list[str]:
    """Children who are here and whom a person does not want to take along any more."""
    return [child for child, travels in _choices(connection).items() if not travels]


def choose(casebook: Casebook, child_id: str, travels: bool) -> None:
    """Take a child along, or leave the child behind once everything is sent."""
    with casebook.exchange() as (connection, _log):
        connection.exec_driver_sql(
            "INSERT INTO sync_choice (child_id, travels) VALUES (?, ?)"
            " ON CONFLICT (child_id) DO UPDATE SET travels = excluded.travels",
            (child_id, travels),
        )


def choices(casebook: Casebook) -> dict[str, bool]:
    """Whether a child travels, where a person said so, by the child's id."""
    with casebook.engine.connect() as connection:
        return _choices(connection)


def _choices(connection: Connection) -> dict[str, bool]:
    return {
        child: bool(travels)
        for child, travels in connection.exec_driver_sql(
            "SELECT child_id, travels FROM sync_choice ORDER BY child_id"
        )
    }
