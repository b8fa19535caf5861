"""What can be edited of a child's record, and what is missing or unusual in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.casework import reference
from app.casework.problems import Problem
from app.core.clock import age_on
from app.core.i18n import _


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


def check_details(details: ChildDetails, today: date) -> tuple[Problem, ...]:
    """What is missing or unusual in `details`. Only what makes no sense blocks."""
    return tuple(_names(details)) + tuple(_birth(details, today)) + tuple(_plan(details))


def _names(details: ChildDetails) -> Iterator[Problem]:
    if not any(
        name.strip() for name in (details.given_name, details.family_name, details.preferred_name)
    ):
        yield Problem("given_name", _("Enter at least one name of the child."), blocks=True)
    elif not details.family_name.strip():
        yield Problem("family_name", _("Enter the family name, if it is known."))
    elif not details.given_name.strip():
        yield Problem("given_name", _("Enter the given name, if it is known."))


def _birth(details: ChildDetails, today: date) -> Iterator[Problem]:
    born = details.date_of_birth
    if born is None:
        yield Problem("date_of_birth", _("Enter the date of birth, if it is known."))
        return
    if born > today:
        yield Problem(
            "date_of_birth", _("The date of birth is in the future. Check the year."), blocks=True
        )
        return
    age = age_on(born, today)
    youngest = reference.rule("age_of_criminal_responsibility", today)
    oldest = reference.rule("last_age_of_youth_justice", today)
    if (youngest and age < youngest.value) or (oldest and age > oldest.value):
        yield Problem(
            "date_of_birth",
            _("By this date the child is {age} years old. Check it.").format(age=age),
        )


def _plan(details: ChildDetails) -> Iterator[Problem]:
    start, end = details.send_plan_from, details.send_plan_to
    if start and end and end < start:
        yield Problem(
            "send_plan_to", _("The plan for learning needs ends before it starts. Check both days.")
        )


def check_identifier(details: IdentifierDetails) -> tuple[Problem, ...]:
    """What is missing in an identifier."""
    found = []
    if not details.kind:
        found.append(Problem("kind", _("Choose what kind of number it is."), blocks=True))
    if not details.value.strip():
        found.append(Problem("value", _("Enter the number."), blocks=True))
    return tuple(found)


def check_alert(details: AlertDetails, today: date) -> tuple[Problem, ...]:
    """What is missing or unusual in an alert."""
    found = []
    if not details.kind:
        found.append(Problem("kind", _("Choose what kind of alert it is."), blocks=True))
    if not details.text.strip():
        found.append(Problem("text", _("Say what everyone who meets the child must know.")))
    if details.from_date and details.from_date > today:
        found.append(Problem("from_date", _("The alert starts in the future. Check the day.")))
    if details.from_date and details.to_date and details.to_date < details.from_date:
        found.append(
            Problem("to_date", _("The alert ends before it starts. Check both days."), blocks=True)
        )
    return tuple(found)


def check_care_status(
    details: CareStatusDetails, born: date | None, today: date
) -> tuple[Problem, ...]:
    """What is missing or unusual in a care status."""
    found = []
    if not details.status:
        found.append(Problem("status", _("Choose the care status."), blocks=True))
    if details.from_date is None:
        found.append(Problem("from_date", _("Enter the day it started, if it is known.")))
    elif born and details.from_date < born:
        found.append(
            Problem(
                "from_date",
                _("The care status starts before the child was born. Check both days."),
                blocks=True,
            )
        )
    elif details.from_date > today:
        found.append(Problem("from_date", _("The care status starts in the future. Check it.")))
    if details.from_date and details.to_date and details.to_date < details.from_date:
        found.append(
            Problem(
                "to_date", _("The care status ends before it starts. Check both days."), blocks=True
            )
        )
    return tuple(found)
