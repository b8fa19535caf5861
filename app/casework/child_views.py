"""A child's record as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from app.casework import dates, reference, wording
from app.casework.child_details import (
    AlertDetails,
    CareStatusDetails,
    ChildDetails,
    IdentifierDetails,
    check_details,
)
from app.casework.held_records import ChildFacts
from app.casework.keeping import details_of, of_child
from app.casework.problems import Problem
from app.casework.standing import standings
from app.core.clock import age_on
from app.core.i18n import _
from app.models.records import Alert, CareStatus, Child, Identifier, User

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class IdentifierView:
    """An identifier as shown: `title` names the kind, `detail` holds the value."""

    id: str
    details: IdentifierDetails
    title: str
    detail: str


@dataclass(frozen=True)
class AlertView:
    """An alert as shown. `current` is False once its last day has passed."""

    id: str
    details: AlertDetails
    title: str
    detail: str
    current: bool


@dataclass(frozen=True)
class CareStatusView:
    """A care status as shown; the newest first in a history. `current`: it holds today."""

    id: str
    details: CareStatusDetails
    title: str
    detail: str
    current: bool


@dataclass(frozen=True)
class ShownFact:
    """One field in words: its label and value in the language of the screen."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class ChildView:
    """A child's record as a page shows it.

    Attributes:
        id: The child's id.
        details: What can be edited, in codes.
        name: Name for lists and headings ("Tal Fenwick": what the child is called, family name).
        called: What the child is called, for use in sentences ("Tal").
        age: Completed years today; None without a date of birth.
        age_text: Such as "15 years 4 months"; empty without a date of birth.
        headline: Short facts to show under the name, in order.
        facts: Every recorded field in words.
        where: Where things are, in words ("Referral order").
        identifiers, alerts, care_history: With the newest first.
        care: The care status that holds today.
        problems: What is unusual in the record, for the page to point at.
        editable: Whether the person who asked may change it.
        merged_into: Id of the record that this one was merged into.
        revision: Counts changes of the record.
    """

    id: str
    details: ChildDetails
    name: str
    called: str
    age: int | None
    age_text: str
    headline: tuple[str, ...]
    facts: tuple[ShownFact, ...]
    where: str
    identifiers: tuple[IdentifierView, ...]
    alerts: tuple[AlertView, ...]
    care: CareStatusView | None
    care_history: tuple[CareStatusView, ...]
    problems: tuple[Problem, ...]
    editable: bool
    merged_into: str | None
    revision: int


def facts_of(child: Child) -> ChildFacts:
    """The facts of a child's own row."""
    return ChildFacts(
        child_id=child.id,
        given_name=child.given_name,
        family_name=child.family_name,
        preferred_name=child.preferred_name,
        date_of_birth=child.date_of_birth,
        stage=child.stage,
        allocated_to=child.allocated_to,
    )


def view_of(desk: Desk, session: Session, child: Child) -> ChildView:
    """The child's record in words of the screen's language."""
    today = desk.clock.today()
    details = details_of(child, ChildDetails)
    known = facts_of(child)
    care = care_views(session, child.id, today)
    born = child.date_of_birth
    return ChildView(
        id=child.id,
        details=details,
        name=known.name,
        called=known.called,
        age=age_on(born, today) if born else None,
        age_text=dates.age_in_words(born, today) if born else "",
        headline=_begun_large(tuple(_headline(details, born, today))),
        facts=tuple(_facts(session, details)),
        where=standings(session, [known], today, hears=False)[child.id].where,
        identifiers=identifier_views(session, child.id),
        alerts=alert_views(session, child.id, today),
        care=next((status for status in care if status.current), None),
        care_history=care,
        problems=check_details(details, today),
        editable=desk.actor.may_write and child.merged_into is None,
        merged_into=child.merged_into,
        revision=child.revision,
    )


def _headline(details: ChildDetails, born: date | None, today: date) -> Iterator[str]:
    if details.preferred_name and details.preferred_name != details.given_name:
        # The name above it is the one that the child likes; papers have the other.
        yield _("Given name {name}").format(name=details.given_name)
    if details.pronouns:
        yield details.pronouns
    if born:
        yield dates.age_in_words(born, today)
    spoken = [details.preferred_language, *details.languages]
    names = [reference.label("languages", code) for code in dict.fromkeys(spoken) if code]
    if names:
        yield ", ".join(names)
    if details.interpreter == "yes":
        yield _("needs an interpreter")
    if details.how_to_speak:
        yield details.how_to_speak
    elif details.slcn in ("found", "assessed"):
        yield _("speech, language and communication needs")


def _begun_large(facts: tuple[str, ...]) -> tuple[str, ...]:
    """The facts with a capital at the beginning: they are read as one line."""
    return (facts[0][:1].upper() + facts[0][1:], *facts[1:]) if facts else ()


def _facts(session: Session, details: ChildDetails) -> Iterator[ShownFact]:
    for each in fields(details):
        value = getattr(details, each.name)
        if each.name == "allocated_to" and value:
            user = session.get(User, value)
            words = user.name if user else ""
        else:
            words = wording.value_words("child", each.name, value)
        if words:
            yield ShownFact(each.name, wording.field_label("child", each.name), words)


def span_words(start: date | None, end: date | None) -> str:
    """Between which days something holds, in words; empty where neither is known."""
    if start and end:
        return _("from {start} to {end}").format(
            start=dates.in_words(start), end=dates.in_words(end)
        )
    if start:
        return _("from {start}").format(start=dates.in_words(start))
    return _("until {end}").format(end=dates.in_words(end)) if end else ""


def joined(*parts: str) -> str:
    """Short facts one after the other, without those that are empty."""
    return " · ".join(part for part in parts if part)


def holds(start: date | None, end: date | None, today: date) -> bool:
    """Whether something that holds between two days, either of them open, holds today."""
    return (start is None or start <= today) and (end is None or end >= today)


def identifier_views(session: Session, child_id: str) -> tuple[IdentifierView, ...]:
    """The numbers by which other systems know the child."""
    return tuple(
        identifier_view(record) for record in of_child(session, Identifier, child_id, Identifier.id)
    )


def identifier_view(record: Identifier) -> IdentifierView:
    """An identifier as shown."""
    return IdentifierView(
        id=record.id,
        details=details_of(record, IdentifierDetails),
        title=reference.label("identifier_kinds", record.kind),
        detail=joined(record.value, record.note),
    )


def alert_views(session: Session, child_id: str, today: date) -> tuple[AlertView, ...]:
    """The child's alerts: those of today first, then the newest."""
    views = [alert_view(record, today) for record in of_child(session, Alert, child_id)]
    return _newest_first(views)


def alert_view(record: Alert, today: date) -> AlertView:
    """An alert as shown."""
    mappa = joined(
        _("category {category}").format(category=record.category) if record.category else "",
        _("level {level}").format(level=record.level) if record.level else "",
    )
    review = (
        _("look at it again on {day}").format(day=dates.in_words(record.review_on))
        if record.review_on
        else ""
    )
    return AlertView(
        id=record.id,
        details=details_of(record, AlertDetails),
        title=reference.label("alert_kinds", record.kind),
        detail=joined(record.text, mappa, span_words(record.from_date, record.to_date), review),
        current=record.to_date is None or record.to_date >= today,
    )


def care_views(session: Session, child_id: str, today: date) -> tuple[CareStatusView, ...]:
    """The child's care statuses: that of today first, then the newest."""
    views = [care_view(record, today) for record in of_child(session, CareStatus, child_id)]
    return _newest_first(views)


def care_view(record: CareStatus, today: date) -> CareStatusView:
    """A care status as shown."""
    return CareStatusView(
        id=record.id,
        details=details_of(record, CareStatusDetails),
        title=reference.label("care_statuses", record.status),
        detail=joined(
            record.local_authority,
            record.legal_basis,
            span_words(record.from_date, record.to_date),
            record.note,
        ),
        current=holds(record.from_date, record.to_date, today),
    )


V = TypeVar("V", AlertView, CareStatusView)


def _newest_first(views: Sequence[V]) -> tuple[V, ...]:
    return tuple(
        sorted(
            views,
            key=lambda view: (view.current, view.details.from_date or date.min, view.id),
            reverse=True,
        )
    )
