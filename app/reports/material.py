"""What reports are made from: facts of the record and sentences of a locked assessment.

Plain values, so that a report needs neither a form nor a database. Nothing here can hold a
victim: no report shows one. Texts are in the language of the report already; an empty text or
None says that nothing was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from app.forms.sentences import Sentence, sentences
from app.forms.sheet import Sheet
from app.reports.content import Language, Level, Status
from app.reports.disproportionality import ChildGroup
from app.reports.relative_rates import RateFigures

Judged = Literal["reoffending", "serious_harm", "safety_wellbeing"]
SECTIONS: Final = ("psr.sources", "psr.offence", "psr.child", "psr.risk", "psr.conclusion")
JUDGED: Final[tuple[Judged, ...]] = ("reoffending", "serious_harm", "safety_wellbeing")


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """Who the report is about."""

    name: str
    preferred_name: str
    date_of_birth: date | None
    address: str = ""
    police_number: str = ""
    languages: str = ""
    interpreter: str = ""
    how_to_speak: str = ""


@dataclass(frozen=True, slots=True)
class CourtFacts:
    """Which hearing the report is for.

    Attributes:
        asked_for: What the court asked to be told about, such as an order it has in mind.
        all_options: The court has left custody open.
        dangerousness: The court asked for an assessment of dangerousness.
    """

    court: str
    hearing_on: date | None
    hearing_time: str = ""
    asked_on: date | None = None
    asked_for: str = ""
    remand_status: str = ""
    all_options: bool = False
    dangerousness: bool = False


@dataclass(frozen=True, slots=True)
class OffenceFacts:
    """One offence that the hearing is about. `plea_code`: the plea as the record holds it."""

    description: str
    committed_on: date | None = None
    committed_until: date | None = None
    plea: str = ""
    finding: str = ""
    convicted_on: date | None = None
    reference: str = ""
    plea_code: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeFacts:
    """An earlier outcome, in court or out of it."""

    given_on: date | None
    outcome: str
    offences: str = ""
    given_by: str = ""
    response: str = ""


@dataclass(frozen=True, slots=True)
class HearingFacts:
    """An earlier hearing of this case."""

    held_on: date | None
    court: str
    kind: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who was spoken to, or something that was read."""

    what: str
    when: date | None = None


@dataclass(frozen=True, slots=True)
class MissingSource:
    """What was not available, and why."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """A level that the practitioner set, and the reasons."""

    judged: Judged
    level: Level | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LevelsOn:
    """The levels that one locked assessment set."""

    on: date
    reoffending: Level | None = None
    serious_harm: Level | None = None
    safety_wellbeing: Level | None = None


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """The locked assessment that the report rests on. `assessor`: who made it, where that is
    somebody else than the author of the report.
    """

    finished_on: date | None = None
    finished_by: str = ""
    assessor: str = ""
    countersigned_on: date | None = None
    countersigned_by: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order that a report is about, as the court made it."""

    name: str
    made_on: date | None
    ends_on: date | None = None
    court: str = ""
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Something that the child was expected at. `missed`: the child did not come. `at`: the time
    of day, where it is known."""

    on: date
    what: str
    attendance: str
    missed: bool
    why: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """A target of the plan and how far it is, in words."""

    outcome: str
    state: str = ""
    by: date | None = None


@dataclass(frozen=True, slots=True)
class ExistingFacts:
    """A final report that was made before, and what speaks against its use, line by line."""

    title: str
    reference: str
    made_on: date
    checked_by: str = ""
    against: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the report."""

    name: str
    role: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class HeardFacts:
    """What the child, or a parent or carer, said to a section that was read to them.

    Attributes:
        section: Its heading. answer: agree, disagree or could_not_answer.
        comment: As it was said, in `language`; empty where nothing was.
    """

    by: Literal["child", "parent"]
    section: str
    answer: str
    comment: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who checked the report, who has seen it, and what they said to it, section by section."""

    signed_on: date | None = None
    checked_by: str = ""
    checked_on: date | None = None
    read_with_child_on: date | None = None
    read_with_parent_on: date | None = None
    heard: tuple[HeardFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class PsrMaterial:
    """Everything a pre-sentence report is made from.

    Attributes:
        said: What the answers of the locked assessment say in the sections of `SECTIONS`, in the
            report's language.
        order: Of a report on an order. contacts: what the child was expected at while it ran.
        plan: The targets of the plan as they stand.
        levels_over_time: Those of each locked assessment up to the one that the report rests on,
            the oldest first.
        existing: The report that is used again, or that an addendum adds to.
        figures: How decisions fall on children of different ethnic groups.
        ethnic_group: The one that the child is recorded in.
        figures_written_out: Whether the author wrote the words around the figures.
        pending: Why nobody has checked the report yet, though it goes out; else empty.
        proposed: What the sentence that is proposed would ask of the child, said to the child in
            plain words.
    """

    reference: str
    service_name: str
    made_on: date
    child: ChildFacts
    court: CourtFacts
    author: Author
    language: Language = "en"
    status: Status = "draft"
    assessment: AssessmentFacts = field(default_factory=AssessmentFacts)
    offences: tuple[OffenceFacts, ...] = ()
    earlier_outcomes: tuple[OutcomeFacts, ...] = ()
    hearings: tuple[HearingFacts, ...] = ()
    sources: tuple[Source, ...] = ()
    missing_sources: tuple[MissingSource, ...] = ()
    levels: tuple[LevelFacts, ...] = ()
    said: tuple[Sentence, ...] = ()
    order: OrderFacts | None = None
    contacts: tuple[ContactFacts, ...] = ()
    plan: tuple[TargetFacts, ...] = ()
    levels_over_time: tuple[LevelsOn, ...] = ()
    existing: ExistingFacts | None = None
    figures: tuple[RateFigures, ...] = ()
    ethnic_group: ChildGroup = field(default_factory=ChildGroup)
    figures_written_out: bool = False
    pending: str = ""
    proposed: tuple[str, ...] = ()
    sign_off: SignOff = field(default_factory=SignOff)


def said_in(sheet: Sheet, language: Language) -> tuple[Sentence, ...]:
    """What the answers of one form say to a court, section after section."""
    return tuple(
        sentence for section in SECTIONS for sentence in sentences(sheet, section, language)
    )
