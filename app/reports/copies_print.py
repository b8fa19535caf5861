"""Who was given a copy of a report, on paper: a line for each copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.reports.content import Fact, Language, Paragraph, Report, Run, Section, Table
from app.reports.words import day, wording


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One copy, in words."""

    when: str
    to: str
    how: str
    which: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class CopiesCopy:
    """What the paper says besides the lines: of which report it is, and in which state that is."""

    reference: str
    report_title: str
    report_state: str
    service_name: str
    child_name: str
    made_on: date
    language: Language


def copies_copy(lines: Sequence[CopyLine], copy: CopiesCopy) -> Report:
    """The list, the newest copy first."""
    say = wording(copy.language)
    nothing = Paragraph((Run(say("No copy of this report was given to anybody.")),))
    table = Table(
        headers=(say("When"), say("Who got it"), say("How"), say("Given by"), say("Why")),
        rows=tuple(
            (
                line.when,
                line.to or say("Not recorded"),
                f"{line.how}\n{line.which}",
                line.by,
                line.why or say("Not recorded"),
            )
            for line in lines
        ),
        weights=(1.6, 2.0, 1.8, 1.5, 2.0),
    )
    return Report(
        kind="copies",
        title=say("Who was given a copy"),
        subtitle=copy.child_name,
        reference=copy.reference,
        language=copy.language,
        service_name=copy.service_name,
        status="final",
        made_on=copy.made_on,
        front=(
            Fact(say("Report"), copy.report_title),
            Fact(say("Reference"), copy.reference),
            Fact(say("State"), copy.report_state),
            Fact(say("Date of this copy"), day(copy.made_on, copy.language)),
        ),
        sections=(Section("", say("Copies"), (table,) if lines else (nothing,)),),
    )
