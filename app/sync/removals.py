"""What a sync would take away from this copy, and whether a person has said yes to just that.

A yes is for the records that were shown, no more: it is bound to their number and to a digest of
which they are. Where others would go, or more, syncing stops and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from app.models.casebook import Casebook
from app.models.records import RECORD_TYPES
from app.sync import page, standing, stops
from app.sync.protocol import Pulled
from app.sync.stops import Stopped

# Type and id of a record that would go.
Going = set[tuple[str, str]]

# How many children a stop names; of the others it says how many records go.
MOST_NAMED: Final = 20


class Watch:
    """Counts what one sync takes away, and stops it before it is too much."""

    def __init__(self) -> None:
        self._taken: Going = set()
        self._allowed: Going = set()

    def look_at(self, casebook: Casebook, at_hand: Pulled, following: Iterable[Pulled]) -> None:
        """Let a page take away what it would, or stop.

        Args:
            following: The pages after it, asked for only where it matters: so that a person is
                shown once what all of them take away.

        Raises:
            Stopped: *many_removals*, with what it is about.
        """
        with casebook.engine.connect() as connection:
            going = page.would_take_away(connection, at_hand)
            if not going <= self._taken:
                self._look(connection, going, following)

    def look_at_leaving(self, casebook: Casebook) -> Going:
        """Let those go that left a stream and came in no other; give them.

        Raises:
            Stopped: *many_removals*, with what it is about.
        """
        with casebook.engine.connect() as connection:
            going = {
                (type_, id_)
                for type_, id_ in connection.exec_driver_sql(
                    "SELECT record_type, record_id FROM sync_quarantine"
                    " WHERE why IN ('leaves', 'in_use')"
                )
            }
            if not going <= self._taken:
                self._look(connection, going, ())
        return going

    def _look(self, connection: Connection, going: Going, following: Iterable[Pulled]) -> None:
        fresh = going - self._taken
        stop = standing.read(connection).stop
        answered = stop is not None and stops.allowed(stop, "many_removals")
        much = page.many(connection, len(self._taken | fresh))
        if not fresh <= self._allowed and (much or answered):
            whole = set(fresh)
            for page_ in following:
                whole |= page.would_take_away(connection, page_) - self._taken
            if stop is not None and answered and stop["detail"].get("digest") == _digest(whole):
                self._allowed |= whole
            elif page.many(connection, len(self._taken | whole)):
                raise Stopped("many_removals", _detail(connection, whole))
        self._taken |= fresh


def _digest(going: Going) -> str:
    lines = sorted(f"{type_}:{id_}" for type_, id_ in going)
    return sha256("\n".join(lines).encode("ascii")).hexdigest()


def _detail(connection: Connection, going: Going) -> dict[str, Any]:
    """Which records a stop is about: their number, their digest, and of which children they are."""
    by_child: dict[str, int] = {}
    for type_, id_ in going:
        child = _child_of(connection, type_, id_)
        if child is not None:
            by_child[child] = by_child.get(child, 0) + 1
    most = sorted(by_child, key=lambda child: (-by_child[child], child))[:MOST_NAMED]
    return {
        "count": len(going),
        "digest": _digest(going),
        "children": {child: by_child[child] for child in most},
    }


def children_of(detail: Mapping[str, Any]) -> dict[str, int]:
    """Of which children a stop's records are, and how many of each."""
    return {str(child): int(count) for child, count in detail.get("children", {}).items()}


def _child_of(connection: Connection, type_: str, id_: str) -> str | None:
    if type_ == "child":
        return id_
    if type_ not in RECORD_TYPES or "child_id" not in RECORD_TYPES[type_].__table__.columns:
        return None
    found = connection.exec_driver_sql(
        f'SELECT child_id FROM "{type_}" WHERE id = ?', (id_,)
    ).scalar_one_or_none()
    return None if found is None else str(found)
