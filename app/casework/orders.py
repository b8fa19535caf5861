"""Orders of a court and out-of-court decisions: until when they last, and whether they run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from app.casework import dates, reference

# Groups of outcomes that a court makes and the service supervises.
COURT_ORDERS: Final = frozenset({"first_tier", "community", "custody"})


def end_of(outcome: Any) -> date | None:
    """The last day of an order: as recorded, or worked out from its length; None: not known."""
    if outcome.end_date is not None:
        day: date = outcome.end_date
        return day
    months = (outcome.term_months or 0) + 12 * (outcome.term_years or 0)
    if months and outcome.outcome_date is not None:
        return dates.add_months(outcome.outcome_date, months) - timedelta(days=1)
    return None


def runs(outcome: Any, today: date) -> bool:
    """Whether an outcome is an order that runs today."""
    entry = reference.listing("outcomes").entry(outcome.disposal)
    if entry is None or not entry.column("runs") or outcome.completed not in ("", "running"):
        return False
    end = end_of(outcome)
    return outcome.outcome_date <= today and (end is None or end >= today)
