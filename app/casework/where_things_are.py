"""Where things are for a child: the stage that the records lead to, and its words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from app.casework import reference
from app.casework.hearings import by_day
from app.casework.held_records import ChildFacts, Held
from app.casework.orders import runs
from app.core.i18n import _

# How long after an out-of-court decision without an end date the work is taken to go on.
OUT_OF_COURT_LASTS: Final = timedelta(days=120)

# Of several things that go on at once, the one named first is where things are.
_ORDER: Final = (
    "custody",
    "dto",
    "remand_custody",
    "before_sentence",
    "remand",
    "bail",
    "court",
    "yro",
    "referral_order",
    "reparation_order",
    "out_of_court",
)


def where_things_are(child: ChildFacts, held: Held, today: date) -> tuple[str, str]:
    """Code of list `stages` for a child, and its words: set by hand, or as the records say."""
    if child.stage:
        return child.stage, _stage_words(child.stage, held, today)
    going_on = set(_orders(held, today)) | set(_before_court(held, today))
    for stage in _ORDER:
        if stage in going_on:
            return stage, _stage_words(stage, held, today)
    stage = "closed" if held.outcomes or held.hearings else "new"
    if _undecided(held, today):
        # What the court said is still to be recorded: nobody's work ends by a day going past.
        stage = "court"
    return stage, reference.label("stages", stage)


def _orders(held: Held, today: date) -> list[str]:
    found = []
    for outcome in held.outcomes:
        entry = reference.listing("outcomes").entry(outcome.disposal)
        stage = entry.column("stage") if entry else None
        if not stage:
            continue
        if runs(outcome, today) or (
            stage == "out_of_court"
            and not outcome.completed
            and outcome.outcome_date <= today <= outcome.outcome_date + OUT_OF_COURT_LASTS
        ):
            found.append(str(stage))
    return found


def _before_court(held: Held, today: date) -> list[str]:
    found = []
    decided = max((o.outcome_date for o in held.outcomes), default=date.min)
    past = [h for h in held.hearings if h.hearing_date <= today and h.hearing_date > decided]
    remands = [h for h in sorted(past, key=by_day) if h.remand_decision]
    if remands:
        entry = reference.listing("remand_decisions").entry(remands[-1].remand_decision)
        if entry and entry.column("stage"):
            found.append(str(entry.column("stage")))
    for hearing in held.hearings:
        kind = reference.listing("hearing_types").entry(hearing.hearing_type)
        if hearing.report_requested and hearing.hearing_date >= today:
            found.append("before_sentence")
        elif hearing.hearing_date >= today and kind and kind.column("out_of_court"):
            found.append("out_of_court")
        elif hearing.hearing_date >= today and kind and kind.column("before_sentence"):
            found.append("court")
    return found


def _undecided(held: Held, today: date) -> bool:
    """Whether a court heard the case before today, and no outcome since is recorded."""
    decided = max((outcome.outcome_date for outcome in held.outcomes), default=date.min)
    for hearing in held.hearings:
        kind = reference.listing("hearing_types").entry(hearing.hearing_type)
        before_court = hearing.report_requested or (kind and kind.column("before_sentence"))
        if before_court and decided < hearing.hearing_date <= today:
            return True
    return False


def _stage_words(stage: str, held: Held, today: date) -> str:
    words = reference.label("stages", stage)
    if stage in ("dto", "custody"):
        places = [
            reference.label("establishments", outcome.establishment)
            for outcome in held.outcomes
            if outcome.establishment and runs(outcome, today)
        ]
        if places:
            return _("In custody: {place}").format(place=places[-1])
    return words
