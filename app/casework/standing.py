"""Where things are for children: stage, what is next, what is due and what needs attention.

Read for many children in a fixed number of queries, so that a page of the caseload costs the same
whoever is on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from app.casework import dates
from app.casework.falls_due import Due, falls_due, urgency
from app.casework.hearings import by_day, hearing_words
from app.casework.held_records import ChildFacts, Held, is_assessing, locked, read_held
from app.casework.levels import Kind, Level, level_of
from app.casework.orders import end_of, runs
from app.casework.where_things_are import where_things_are
from app.core.i18n import _


@dataclass(frozen=True)
class Pill:
    """Something that needs attention: a few words, and the kind that colours them."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Standing:
    """Where things are for one child.

    Attributes:
        stage: Code of list `stages`. where: in words.
        next: What is next, in words; next_on: its day.
        due: What is due, the soonest first. pills: what needs attention, the most serious first.
        reoffending, serious_harm, safety: From the newest locked assessment.
    """

    stage: str
    where: str
    next: str
    next_on: date | None
    due: tuple[Due, ...]
    pills: tuple[Pill, ...]
    reoffending: Level | None
    serious_harm: Level | None
    safety: Level | None


def standings(
    session: Session, children: Sequence[ChildFacts], today: date, *, hears: bool
) -> dict[str, Standing]:
    """Where things are for each of these children, by id.

    Args:
        hears: Whether it is for a person who may know of signs of harm in what a child answered.
    """
    held = read_held(session, [child.child_id for child in children], hears=hears)
    return {child.child_id: _standing(child, held[child.child_id], today) for child in children}


def _standing(child: ChildFacts, held: Held, today: date) -> Standing:
    stage, where = where_things_are(child, held, today)
    due = tuple(sorted(falls_due(child, held, stage, today), key=_soonest))
    reoffending, serious_harm, safety = _judged(held)
    next_text, next_on = _next(held, due, today)
    return Standing(
        stage=stage,
        where=where,
        next=next_text,
        next_on=next_on,
        due=due,
        pills=_pills(held, due, today),
        reoffending=level_of(reoffending),
        serious_harm=level_of(serious_harm),
        safety=level_of(safety),
    )


def _soonest(item: Due) -> tuple[date, str]:
    return (item.due or date.min, item.kind)


def _next(held: Held, due: Sequence[Due], today: date) -> tuple[str, date | None]:
    coming: list[tuple[date, str]] = []
    to_come = sorted((h for h in held.hearings if h.hearing_date >= today), key=by_day)
    if to_come:
        coming.append((to_come[0].hearing_date, hearing_words(to_come[0], today)))
    for item in due:
        if item.due and item.due >= today and item.kind in ("review", "form"):
            coming.append(
                (
                    item.due,
                    _("{what} {day}").format(what=item.text, day=dates.shortly(item.due, today)),
                )
            )
    for outcome in held.outcomes:
        end = end_of(outcome)
        if end and runs(outcome, today):
            coming.append((end, _("Order ends {day}").format(day=dates.shortly(end, today))))
    if not coming:
        return "", None
    day, words = min(coming)
    return words, day


def _judged(held: Held) -> tuple[str, str, str]:
    """The newest of each judgement: a form that says nothing of one leaves it as it was."""
    reoffending = serious_harm = safety = ""
    for form in locked(held):
        reoffending = form.level_reoffending or reoffending
        serious_harm = form.level_serious_harm or serious_harm
        safety = form.level_safety or safety
    return reoffending, serious_harm, safety


_WEIGHT: Final[Mapping[Kind, int]] = {"serious": 0, "attention": 1, "neutral": 2, "good": 3}


def _pills(held: Held, due: Sequence[Due], today: date) -> tuple[Pill, ...]:
    found = []
    for item in due:
        kind = urgency(item, today)
        if item.kind == "address":
            found.append(Pill(item.pill, "attention"))
        elif item.kind == "directions":
            found.append(Pill(item.pill, "neutral"))
        elif item.kind == "countersign":
            late = item.due is not None and item.due < today
            found.append(Pill(item.pill, "attention" if late else "neutral"))
        elif item.pill and kind != "neutral":
            found.append(Pill(item.pill, kind))
    heard = any(f.kind == "questionnaire" and f.state != "draft" for f in held.forms)
    if is_assessing(held) and not heard:
        found.append(Pill(_("Child's view not yet heard"), "neutral"))
    return tuple(sorted(dict.fromkeys(found), key=lambda pill: _WEIGHT[pill.kind]))
