"""The record of a child: who the child is, what to know first, and where things are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from app.casework.problems import Problem
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.due import DueItem

Level = Literal["low", "medium", "high", "very_high"]
Kind = Literal["neutral", "good", "attention", "serious"]


@dataclass(frozen=True, kw_only=True)
class ChildDetails:
    """Everything about who a child is that can be edited. Codes are those of `reference`.

    Empty text or None means that nothing was recorded; what was asked and is not known has a
    code of its own (`not_known`).

    Attributes:
        given_name, family_name: As on official papers.
        preferred_name: What the child likes to be called.
        pronouns: Free text, such as "they/them".
        date_of_birth: The day of birth.
        sex: List `sex`. gender: free text, the child's own word.
        ethnicity: List `ethnicity` (19 categories and not stated), as the child says it.
        ethnicity_own_words: How the child describes it, free text.
        ethnicity_perceived: List `ethnicity`, as an officer recorded it.
        preferred_language: List `languages`. languages: further languages spoken.
        interpreter: List `yes_no_not_known`.
        religion: List `religions`. nationality: free text. immigration: free text.
        disability: List `yes_no_not_known`. disability_note: what helps.
        other_names: Names the child also goes or went by.
        send_aln: List `send_aln` (SEND in England, ALN in Wales). send_plan: the plan's name, and
            send_plan_from, send_plan_to: between which days it holds.
        slcn: List `slcn`: speech, language and communication needs. slcn_note: what was found.
        neurodiversity_note: What is known of how the child takes in and handles things.
        how_to_speak: How to speak with this child, shown first on the record.
        school: Where the child learns or works. gp: the child's doctor.
        yjs_area: List of YJS areas (slug): the service that the child belongs to.
        stage: List `stages`; empty: worked out from court and order records.
        allocated_to: Id of the user who works with the child; None: nobody yet.
        consent_note: What the child and family were told about sharing information.
    """

    given_name: str = ""
    family_name: str = ""
    preferred_name: str = ""
    other_names: str = ""
    pronouns: str = ""
    date_of_birth: date | None = None
    sex: str = ""
    gender: str = ""
    ethnicity: str = ""
    ethnicity_own_words: str = ""
    ethnicity_perceived: str = ""
    preferred_language: str = ""
    languages: tuple[str, ...] = ()
    interpreter: str = ""
    religion: str = ""
    nationality: str = ""
    immigration: str = ""
    disability: str = ""
    disability_note: str = ""
    send_aln: str = ""
    send_plan: str = ""
    send_plan_from: date | None = None
    send_plan_to: date | None = None
    slcn: str = ""
    slcn_note: str = ""
    neurodiversity_note: str = ""
    how_to_speak: str = ""
    school: str = ""
    gp: str = ""
    yjs_area: str = ""
    stage: str = ""
    allocated_to: str | None = None
    consent_note: str = ""


@dataclass(frozen=True, kw_only=True)
class IdentifierDetails:
    """A number by which another system knows the child. kind: list `identifier_kinds`."""

    kind: str = ""
    value: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertDetails:
    """Something that everyone who meets the child must know. kind: list `alert_kinds`.

    category and level are those of a MAPPA alert.
    """

    kind: str = ""
    text: str = ""
    category: str = ""
    level: str = ""
    from_date: date | None = None
    review_on: date | None = None
    to_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class CareStatusDetails:
    """A care status and for how long it held. status: list `care_statuses`."""

    status: str = ""
    legal_basis: str = ""
    local_authority: str = ""
    from_date: date | None = None
    to_date: date | None = None
    note: str = ""


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


@dataclass(frozen=True)
class Strength:
    """Something good about the child. `source` says who said it and when ("Mum · 12 Nov").

    `quote` is True where `text` is the child's own words, to show in quotation marks.
    """

    text: str
    source: str
    quote: bool
    on: date | None


@dataclass(frozen=True)
class LevelPoint:
    """The levels that one locked assessment set, on one day."""

    on: date
    title: str
    record_id: str
    reoffending: Level | None
    serious_harm: Level | None
    safety: Level | None


@dataclass(frozen=True)
class PlanRow:
    """One step of the plan. `kind` colours the pill of `status`."""

    want: str
    quote: bool
    step: str
    who: str
    by: date | None
    by_text: str
    status: str
    kind: Kind


@dataclass(frozen=True)
class Happening:
    """Something that happened lately, in words; `when` is the day as shown."""

    at: datetime
    when: str
    text: str


@dataclass(frozen=True)
class FormLine:
    """A form of the child in a list. `state_text` says the state in words."""

    record_id: str
    form_id: str
    kind: str
    title: str
    state: str
    state_text: str
    changed_at: datetime
    editable: bool


@dataclass(frozen=True)
class Glance:
    """The child at a glance: strengths first, then what is due and where things are."""

    strengths: tuple[Strength, ...]
    due: tuple[DueItem, ...]
    levels: tuple[LevelPoint, ...]
    plan: tuple[PlanRow, ...]
    lately: tuple[Happening, ...]
    forms: tuple[FormLine, ...]


def _unjoined() -> BugError:
    return BugError("the store is not joined to this function")


def check_details(details: ChildDetails, today: date) -> tuple[Problem, ...]:
    """What is missing or unusual in `details`. Only what makes no sense blocks."""
    raise _unjoined()


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
    raise _unjoined()


def may_add_child(desk: Desk) -> tuple[bool, str]:
    """Whether a child can be added yet, and in words why not (empty where it can)."""
    raise _unjoined()


def add_child(
    desk: Desk,
    details: ChildDetails,
    *,
    identifiers: tuple[IdentifierDetails, ...] = (),
    reason: str | None = None,
) -> ChildView:
    """Add a child to the casebook.

    Raises:
        NotReady: The recovery code is not confirmed, or no escrow slot exists.
        DetailsRefused: A field can't be kept as it is.
        NotAllowed: The person may only read.
    """
    raise _unjoined()


def change_details(
    desk: Desk, child_id: str, details: ChildDetails, *, reason: str | None = None
) -> ChildView:
    """Replace what can be edited of a child; only fields that differ are logged."""
    raise _unjoined()


def open_child(desk: Desk, child_id: str, reason: str | None = None) -> ChildView:
    """Read a child's record, logging the consultation once a visit.

    A record that was merged opens the record that it was merged into.
    """
    raise _unjoined()


def leave_child(desk: Desk) -> None:
    """End the visit to a child's record: opening it again is a new consultation."""
    desk.leave()


def glance(desk: Desk, child_id: str) -> Glance:
    """The child at a glance."""
    raise _unjoined()


def merge(desk: Desk, keep_id: str, other_id: str, reason: str) -> ChildView:
    """Make one record of two of the same child: all of `other_id` moves to `keep_id`.

    Both records log it; the other is kept, pointing at the first, so that it can be undone.
    """
    raise _unjoined()


def undo_merge(desk: Desk, other_id: str, reason: str) -> ChildView:
    """Take a merge back: what had moved returns to `other_id`."""
    raise _unjoined()


def move_record(
    desk: Desk, record_type: str, record_id: str, to_child_id: str, reason: str
) -> None:
    """Move one record (an offence, a form, an address …) to the child that it belongs to."""
    raise _unjoined()


def add_identifier(desk: Desk, child_id: str, details: IdentifierDetails) -> IdentifierView:
    """Add a number by which another system knows the child."""
    raise _unjoined()


def change_identifier(
    desk: Desk, identifier_id: str, details: IdentifierDetails, *, reason: str | None = None
) -> IdentifierView:
    """Correct an identifier."""
    raise _unjoined()


def remove_identifier(desk: Desk, identifier_id: str, reason: str) -> None:
    """Take an identifier out of the record; the history keeps it."""
    raise _unjoined()


def add_alert(desk: Desk, child_id: str, details: AlertDetails) -> AlertView:
    """Add an alert."""
    raise _unjoined()


def change_alert(
    desk: Desk, alert_id: str, details: AlertDetails, *, reason: str | None = None
) -> AlertView:
    """Change an alert, or end it by giving its last day."""
    raise _unjoined()


def remove_alert(desk: Desk, alert_id: str, reason: str) -> None:
    """Take an alert out of the record; the history keeps it."""
    raise _unjoined()


def add_care_status(desk: Desk, child_id: str, details: CareStatusDetails) -> CareStatusView:
    """Add a care status. One that was open ends the day before this one starts."""
    raise _unjoined()


def change_care_status(
    desk: Desk, status_id: str, details: CareStatusDetails, *, reason: str | None = None
) -> CareStatusView:
    """Correct a care status."""
    raise _unjoined()


def remove_care_status(desk: Desk, status_id: str, reason: str) -> None:
    """Take a care status out of the record; the history keeps it."""
    raise _unjoined()
