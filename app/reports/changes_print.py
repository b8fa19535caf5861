"""What changed between two snapshots of a form, on paper: each answer as it was and as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from app.reports.content import (
    Block,
    Fact,
    Facts,
    Language,
    Notice,
    Paragraph,
    Report,
    Run,
    Section,
    Status,
    SubHeading,
)
from app.reports.words import day, wording

_LABEL_SHARE: Final = 0.18


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One answer, then and now, in words; empty where there is none."""

    section: str
    question: str
    before: str
    after: str
    who: str
    when: date | None


@dataclass(frozen=True, slots=True)
class ChangesCopy:
    """What the paper says besides the answers.

    Attributes:
        earlier, later: Titles of the two snapshots. earlier_on: the day of the earlier one.
        summary: How much changed, in a sentence.
        unconfirmed: What is still to be confirmed, in a sentence; empty for nothing.
    """

    reference: str
    service_name: str
    child_name: str
    made_on: date
    language: Language
    status: Status
    earlier: str
    earlier_on: date | None
    later: str
    summary: str
    unconfirmed: str = ""


def changes_copy(changes: Sequence[ChangedAnswer], copy: ChangesCopy) -> Report:
    """The changes section by section, in the order that they are given."""
    say = wording(copy.language)
    sections: list[Section] = []
    for heading, own in groupby(changes, key=lambda change: change.section):
        blocks = [block for change in own for block in _told(change, copy.language)]
        sections.append(Section(str(len(sections) + 1), heading, tuple(blocks)))
    if not sections:
        nothing = Paragraph((Run(say("No answer changed.")),))
        sections.append(Section("", say("What changed"), (nothing,)))
    front = [
        Fact(say("Date of this copy"), day(copy.made_on, copy.language)),
        Fact(say("Then"), _dated(copy.earlier, copy.earlier_on, copy.language)),
        Fact(say("Now"), copy.later),
        Fact(say("What changed"), copy.summary),
    ]
    return Report(
        kind="changes",
        title=say("What changed"),
        subtitle=copy.child_name,
        reference=copy.reference,
        language=copy.language,
        service_name=copy.service_name,
        status=copy.status,
        made_on=copy.made_on,
        front=tuple(front),
        front_blocks=(Notice(copy.unconfirmed),) if copy.unconfirmed else (),
        sections=tuple(sections),
        draft_notice=say("This form is not finished. Answers may still change."),
    )


def _told(change: ChangedAnswer, language: Language) -> tuple[Block, ...]:
    say = wording(language)
    facts = [
        Fact(say("Then"), change.before or say("Not answered")),
        Fact(say("Now"), change.after or say("No longer answered")),
    ]
    if change.who or change.when:
        facts.append(Fact(say("Changed by"), _dated(change.who, change.when, language)))
    return SubHeading(change.question), Facts(tuple(facts), _LABEL_SHARE)


def _dated(words: str, on: date | None, language: Language) -> str:
    return ", ".join(part for part in (words, day(on, language) if on else "") if part)
