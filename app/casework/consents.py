"""What was decided on sharing information about a child: by whom, with whom, and whether it holds.

A decision that somebody takes back is a decision of its own, beside the one before, so that the
list tells what was known on which day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import dates, keeping, reference
from app.casework.child_views import joined
from app.casework.keeping import details_of, of_child
from app.casework.problems import Problem
from app.core.i18n import _
from app.models.records import Consent

if TYPE_CHECKING:
    from app.casework.desk import Desk

AGAINST: Final = frozenset({"refused", "withdrawn"})


@dataclass(frozen=True, kw_only=True)
class ConsentDetails:
    """One decision on sharing information about the child.

    Attributes:
        about: List `consent_subjects`. shared_with: who would get it, free text.
        decision: List `consent_decisions`.
        given_by: List `consent_givers`. giver_name: who that was, where it was not the child.
        why: Their reasons; where nobody had to be asked, under which law.
        explained: How it was explained to the child.
        decided_on: The day. to_date: the last day on which it holds; None: until it is changed.
    """

    about: str = ""
    shared_with: str = ""
    decision: str = ""
    given_by: str = ""
    giver_name: str = ""
    why: str = ""
    explained: str = ""
    decided_on: date | None = None
    to_date: date | None = None
    note: str = ""


@dataclass(frozen=True)
class ConsentView:
    """A decision as shown.

    Attributes:
        problems: What is still missing.
        against: Whether it keeps something from being shared today: a no, or a yes that was taken
            back, which the same person has not changed since.
    """

    id: str
    child_id: str
    details: ConsentDetails
    title: str
    detail: str
    problems: tuple[Problem, ...]
    against: bool
    revision: int


def check_consent(details: ConsentDetails, born: date | None, today: date) -> tuple[Problem, ...]:
    """What is missing or unusual in a decision. Only what makes no sense blocks."""
    found = []
    if not details.about:
        found.append(Problem("about", _("Choose what would be shared."), blocks=True))
    if not details.decision:
        found.append(Problem("decision", _("Choose what was decided."), blocks=True))
    if not details.shared_with.strip():
        found.append(Problem("shared_with", _("Say with whom it would be shared.")))
    if not details.given_by and details.decision != "not_needed":
        found.append(Problem("given_by", _("Choose who decided.")))
    if not details.why.strip() and details.decision == "not_needed":
        found.append(Problem("why", _("Say why nobody had to be asked.")))
    if not details.explained.strip():
        found.append(Problem("explained", _("Say how it was explained to the child.")))
    found += _days(details, born, today)
    return tuple(found)


def _days(details: ConsentDetails, born: date | None, today: date) -> list[Problem]:
    found = []
    if details.decided_on is None:
        found.append(Problem("decided_on", _("Enter the day of the decision, if it is known.")))
    elif details.decided_on > today:
        found.append(
            Problem(
                "decided_on", _("The day of the decision is in the future. Check it."), blocks=True
            )
        )
    elif born and details.decided_on < born:
        found.append(
            Problem(
                "decided_on",
                _("The child was not born on that day. Check it, or the date of birth."),
                blocks=True,
            )
        )
    if details.decided_on and details.to_date and details.to_date < details.decided_on:
        found.append(
            Problem("to_date", _("The last day is before the first. Check both days."), blocks=True)
        )
    return found


def list_consents(desk: Desk, child_id: str) -> tuple[ConsentView, ...]:
    """The decisions on sharing, the newest first."""
    with desk.casebook.read() as session:
        return consent_views(desk, session, child_id)


def consent_views(desk: Desk, session: Session, child_id: str) -> tuple[ConsentView, ...]:
    """The decisions on sharing, the newest first, within a session."""
    held = sorted(of_child(session, Consent, child_id), key=_when, reverse=True)
    newest: dict[tuple[str, ...], str] = {}
    for record in held:
        newest.setdefault(_matter(record), record.id)
    born, today = keeping.born(session, child_id), desk.clock.today()
    return tuple(
        _view(record, born, today, stands=newest[_matter(record)] == record.id) for record in held
    )


def _when(record: Consent) -> tuple[date, str]:
    return record.decided_on or date.min, record.id


def _matter(record: Consent) -> tuple[str, ...]:
    """What a decision is on, and whose it is: the newest on the same matter is the one that holds.

    Another's yes never takes away somebody's no.
    """
    parts = (record.about, record.shared_with, record.given_by, record.giver_name)
    return tuple(part.casefold() for part in parts)


def _view(record: Consent, born: date | None, today: date, *, stands: bool) -> ConsentView:
    details = details_of(record, ConsentDetails)
    return ConsentView(
        id=record.id,
        child_id=record.child_id,
        details=details,
        title=_title(details),
        detail=_detail(details),
        problems=check_consent(details, born, today),
        against=stands
        and record.decision in AGAINST
        and (record.to_date is None or record.to_date >= today),
        revision=record.revision,
    )


def _title(details: ConsentDetails) -> str:
    about = reference.label("consent_subjects", details.about)
    if details.shared_with:
        about = _("{what}, with {who}").format(what=about, who=details.shared_with)
    return _("{what}: {decision}").format(
        what=about, decision=reference.label("consent_decisions", details.decision)
    )


def _detail(details: ConsentDetails) -> str:
    giver = reference.label("consent_givers", details.given_by)
    until = dates.in_words(details.to_date) if details.to_date else ""
    return joined(
        dates.in_words(details.decided_on) if details.decided_on else _("date not known"),
        _("until {end}").format(end=until) if until else "",
        ": ".join(part for part in (giver, details.giver_name) if part),
        details.why,
        _("Explained: {how}").format(how=details.explained) if details.explained else "",
        details.note,
    )


def not_to_share(desk: Desk, session: Session, child_id: str) -> tuple[str, ...]:
    """What somebody has said no to, or taken back, and that still holds: one line each."""
    return tuple(
        joined(view.title, reference.label("consent_givers", view.details.given_by))
        for view in consent_views(desk, session, child_id)
        if view.against
    )


def withheld(desk: Desk, child_id: str) -> tuple[str, ...]:
    """What is not to be shared of this child, for whoever is about to pass something on."""
    with desk.casebook.read() as session:
        return not_to_share(desk, session, child_id)


def add_consent(
    desk: Desk, child_id: str, details: ConsentDetails, *, reason: str | None = None
) -> ConsentView:
    """Add a decision."""
    key = keeping.add(
        desk, Consent, child_id, details, check=_checking(desk, details), reason=reason
    )
    return _shown(desk, key)


def change_consent(
    desk: Desk, consent_id: str, details: ConsentDetails, *, reason: str | None = None
) -> ConsentView:
    """Correct a decision. One that was taken back later is better added beside it."""
    keeping.change(
        desk, Consent, consent_id, details, check=_checking(desk, details), reason=reason
    )
    return _shown(desk, consent_id)


def remove_consent(desk: Desk, consent_id: str, reason: str) -> None:
    """Take a decision out of the record; the history keeps it."""
    keeping.remove(desk, Consent, consent_id, reason)


def _checking(desk: Desk, details: ConsentDetails) -> keeping.Check:
    return keeping.checking(
        desk,
        lambda session, child_id, given, today: check_consent(
            given, keeping.born(session, child_id), today
        ),
        details,
    )


def _shown(desk: Desk, key: str) -> ConsentView:
    with desk.casebook.read() as session:
        record = keeping.present(session, Consent, key)
        views = consent_views(desk, session, record.child_id)
        return next(view for view in views if view.id == key)
