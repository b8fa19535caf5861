"""Likely duplicates: other records that may be the same child, with reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.child_details import ChildDetails, IdentifierDetails
from app.casework.likeness import SHOWN_FROM, Known, compare, folded, plain_number
from app.models.records import Child, Identifier

if TYPE_CHECKING:
    from app.casework.desk import Desk

MOST: Final = 10
CLOSE_NAMES: Final = 300
NAME_CUTOFF: Final = 60


@dataclass(frozen=True)
class Likeness:
    """Another record that may be the same child.

    Attributes:
        score: 0 to 100; at 90 and more it is almost certainly the same child.
        reasons: Whole sentences that say why, in the language of the screen.
    """

    child_id: str
    name: str
    date_of_birth: date | None
    score: int
    reasons: tuple[str, ...]


def likely_duplicates(
    desk: Desk,
    details: ChildDetails,
    identifiers: tuple[IdentifierDetails, ...] = (),
    *,
    apart_from: str | None = None,
) -> tuple[Likeness, ...]:
    """Records that may be the same child, the likeliest first, with reasons in words.

    Args:
        apart_from: Id of a record to leave out, when details of an existing child are checked.
    """
    with desk.casebook.read() as session:
        numbers = frozenset((each.kind, each.value) for each in identifiers)
        if apart_from is not None:
            numbers |= _numbers(session, [apart_from]).get(apart_from, frozenset())
        asked = Known(
            given_name=details.given_name,
            family_name=details.family_name,
            preferred_name=details.preferred_name,
            other_names=details.other_names,
            date_of_birth=details.date_of_birth,
            identifiers=numbers,
        )
        candidates = _candidates(session, asked, apart_from)
        held = _numbers(session, [row.id for row in candidates])
    found = []
    for row in candidates:
        alike = compare(asked, _known(row, held.get(row.id, frozenset())))
        if alike.score >= SHOWN_FROM:
            found.append(
                Likeness(row.id, _name(row), row.date_of_birth, alike.score, alike.reasons)
            )
    return tuple(sorted(found, key=lambda each: (-each.score, each.name))[:MOST])


def _known(row: Any, numbers: frozenset[tuple[str, str]]) -> Known:
    return Known(
        given_name=row.given_name,
        family_name=row.family_name,
        preferred_name=row.preferred_name,
        other_names=row.other_names,
        date_of_birth=row.date_of_birth,
        identifiers=numbers,
    )


def _name(row: Any) -> str:
    called = row.preferred_name or row.given_name
    return f"{called} {row.family_name}".strip()


def _candidates(session: Session, asked: Known, apart_from: str | None) -> Sequence[Any]:
    """Children worth comparing in full: close in name or birth, or with a number in common."""
    rows = _everyone(session)
    days = _days_close(asked.date_of_birth)
    ids = {
        *(row[0] for row in rows if row[3] in days),
        *_with_number(session, asked.identifiers),
        *_close_in_name(asked, rows),
    } - {apart_from}
    return session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.family_name,
            Child.preferred_name,
            Child.other_names,
            Child.date_of_birth,
        ).where(Child.id.in_(ids), Child.removed_at.is_(None), Child.merged_into.is_(None))
    ).all()


def _everyone(session: Session) -> Sequence[Any]:
    """Id, sorted name, preferred name and day of birth (as text) of every child in use.

    Plain columns: with a hundred thousand children, making dates of them takes most of the time.
    """
    return (
        session.connection()
        .exec_driver_sql(
            "SELECT id, sort_name, preferred_name, date_of_birth FROM child"
            " WHERE removed_at IS NULL AND merged_into IS NULL"
        )
        .all()
    )


def _days_close(born: date | None) -> frozenset[str]:
    """The day of birth, and the one with day and month swapped, as the store writes them."""
    if born is None:
        return frozenset()
    return frozenset({born.isoformat(), f"{born.year:04}-{born.day:02}-{born.month:02}"})


def _close_in_name(asked: Known, rows: Sequence[Any]) -> Iterator[str]:
    names = [f"{row[1]} {folded(row[2])}" if row[2] else row[1] for row in rows]
    wanted = folded(f"{asked.family_name} {asked.given_name} {asked.preferred_name}")
    if not wanted:
        return
    for _name, _score, index in process.extract(
        wanted, names, scorer=fuzz.token_set_ratio, score_cutoff=NAME_CUTOFF, limit=CLOSE_NAMES
    ):
        yield rows[index][0]


def _with_number(session: Session, numbers: Iterable[tuple[str, str]]) -> set[str]:
    wanted = {(kind, plain_number(value)) for kind, value in numbers if plain_number(value)}
    if not wanted:
        return set()
    rows = session.execute(
        select(Identifier.child_id, Identifier.kind, Identifier.value).where(
            Identifier.kind.in_({kind for kind, _ in wanted}), Identifier.removed_at.is_(None)
        )
    )
    return {row.child_id for row in rows if (row.kind, plain_number(row.value)) in wanted}


def _numbers(session: Session, ids: Sequence[str]) -> dict[str, frozenset[tuple[str, str]]]:
    rows = session.execute(
        select(Identifier.child_id, Identifier.kind, Identifier.value).where(
            Identifier.child_id.in_(ids), Identifier.removed_at.is_(None)
        )
    )
    held: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        held.setdefault(row.child_id, set()).add((row.kind, row.value))
    return {child_id: frozenset(found) for child_id, found in held.items()}
