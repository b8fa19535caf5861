"""What the casebook itself holds of decisions by ethnic group, for whoever keeps the figures.

Decisions are counted, not children: a remand for each hearing, a sentence for each main outcome.
A laptop may hold some children only, so nothing of this stands in a report by itself: somebody
looks at it, completes it and enters it as figures of the service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework import permission, reference, service_figures
from app.casework.dates import add_months, in_words
from app.casework.service_figures import FigureDetails, Picture
from app.core.i18n import _
from app.models.records import Child, Hearing, Outcome
from app.reports.disproportionality import NOT_STATED

if TYPE_CHECKING:
    from app.casework.desk import Desk

MONTHS: Final = 12
ELSEWHERE: Final = "other"
"""Of an outcome: the child lived in the area of another service when it was made."""
BESIDE: Final = "other"
"""Of an outcome: it was made beside the main one of that day."""


@dataclass(frozen=True)
class Counted:
    """One decision as the casebook holds it.

    Attributes:
        what: The decision and out of what it was made, in words.
        details: Ready to be looked at and entered. decisions: how many it was counted out of.
        picture: What a report would print; None where there is nothing to compare.
    """

    what: str
    details: FigureDetails
    decisions: int
    picture: Picture | None


@dataclass(frozen=True)
class CountedHere:
    """What was counted, between which days, and in the records of how many children."""

    first: date
    last: date
    children: int
    decisions: tuple[Counted, ...]


@dataclass(frozen=True)
class _Kind:
    """A decision that can be counted: which codes it is made out of, and which of them it is."""

    decision: str
    out_of: str
    of: frozenset[str]
    fell: frozenset[str]


def counted(desk: Desk) -> CountedHere:
    """The decisions of the last twelve whole months in the records on this laptop.

    Raises:
        NotAllowed: The person is neither a manager nor an administrator.
    """
    permission.must(desk.actor.role, "keep_figures")
    today = desk.clock.today()
    first = add_months(today.replace(day=1), -MONTHS)
    last = today.replace(day=1) - timedelta(days=1)
    begun = replace(
        service_figures.begin(desk),
        period_from=first,
        period_to=last,
        source_name=_("Counted from the casebook in Waymark on {day}").format(day=in_words(today)),
        source_date=today,
    )
    with desk.casebook.read() as session:
        groups = _groups(session)
        hearings = _hearings(session, first, last)
        outcomes = _outcomes(session, first, last)
    found = [
        _count(begun, kind, made, groups, today)
        for kind, made in (
            (_remand(), hearings),
            *(
                (kind, [(child, disposal) for child, disposal, _ in outcomes])
                for kind in _sentences()
            ),
            (_proposal(), [(child, followed) for child, _, followed in outcomes]),
        )
    ]
    return CountedHere(
        first=first,
        last=last,
        children=len(groups),
        decisions=tuple(one for one in found if one.decisions),
    )


def _count(
    begun: FigureDetails,
    kind: _Kind,
    made: Iterable[tuple[str, str]],
    groups: Mapping[str, str],
    today: date,
) -> Counted:
    totals: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for child_id, code in made:
        if code in kind.of and child_id in groups:
            totals[groups[child_id]] += 1
            events[groups[child_id]] += code in kind.fell
    details = replace(
        begun,
        decision=kind.decision,
        out_of=kind.out_of,
        counts={code: (events[code], total) for code, total in sorted(totals.items())},
    )
    what = _("{decision}, out of {out_of}").format(
        decision=reference.label("decision_points", kind.decision),
        out_of=reference.label("decision_bases", kind.out_of),
    )
    drawn = service_figures.picture(details, today)
    compares = drawn is not None and drawn.compares
    return Counted(what, details, totals.total(), drawn if compares else None)


# ---- what can be counted --------------------------------------------------------------------


def _remand() -> _Kind:
    entries = reference.listing("remand_decisions").entries
    return _Kind(
        "remand_custody",
        "remand_decisions",
        of=frozenset(one.code for one in entries if one.column("stage")),
        fell=frozenset(one.code for one in entries if one.column("stage") == "remand_custody"),
    )


def _sentences() -> tuple[_Kind, ...]:
    by_group: dict[str, set[str]] = {}
    for one in reference.listing("outcomes").entries:
        by_group.setdefault(one.group or "", set()).add(one.code)
    sentences = frozenset(by_group["first_tier"] | by_group["community"] | by_group["custody"])
    out_of_court = frozenset(by_group["diversion"] | by_group["pre_court"])
    return (
        _Kind("out_of_court", "children_decided", out_of_court | {"charge"}, out_of_court),
        _Kind(
            "community_sentence", "children_sentenced", sentences, frozenset(by_group["community"])
        ),
        _Kind(
            "custodial_sentence", "children_sentenced", sentences, frozenset(by_group["custody"])
        ),
    )


def _proposal() -> _Kind:
    return _Kind(
        "proposal_followed",
        "reports_made",
        of=frozenset({"followed", "partly", "not_followed"}),
        fell=frozenset({"followed"}),
    )


# ---- what was decided -----------------------------------------------------------------------


def _groups(session: Session) -> dict[str, str]:
    """The ethnic group of each child; of those without one as not stated."""
    listing = reference.listing("ethnicity")
    by_code = {one.code: one.group for one in listing.entries}
    return {
        child_id: by_code.get(ethnicity) or NOT_STATED
        for child_id, ethnicity in session.execute(
            select(Child.id, Child.ethnicity).where(
                Child.removed_at.is_(None), Child.merged_into.is_(None)
            )
        )
    }


def _hearings(session: Session, first: date, last: date) -> list[tuple[str, str]]:
    return [
        (child_id, decision)
        for child_id, decision in session.execute(
            select(Hearing.child_id, Hearing.remand_decision).where(
                Hearing.removed_at.is_(None), Hearing.hearing_date.between(first, last)
            )
        )
    ]


def _outcomes(session: Session, first: date, last: date) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(Outcome.child_id, Outcome.disposal, Outcome.proposal_followed).where(
            Outcome.removed_at.is_(None),
            Outcome.outcome_date.between(first, last),
            func.coalesce(Outcome.residence, "") != ELSEWHERE,
            func.coalesce(Outcome.main_or_other, "") != BESIDE,
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]
