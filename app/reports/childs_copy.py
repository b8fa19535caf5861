"""The child's copy of a report: the same sections in plain words and large type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.reports.content import Block, Language, Notice, Paragraph, Report, Run, Section
from app.reports.passages import Passage, Quote, runs_of
from app.reports.pdf import render
from app.reports.words import Wording, wording


@dataclass(frozen=True, slots=True)
class Part:
    """A section.

    Attributes:
        quotes: What the child said, wherever it stands in the sentences as it was said.
        still_to_say: The report says more than anybody has put in plain words.
    """

    heading: str
    sentences: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    still_to_say: bool = False


@dataclass(frozen=True, slots=True)
class ChildsCopy:
    """What the copy says. `title`: what the report is called. draft: the report is not final."""

    called: str
    service_name: str
    reference: str
    made_on: date
    language: Language
    title: str
    sections: tuple[Part, ...]
    draft: bool


def pages(copy: ChildsCopy) -> bytes:
    """The copy as a PDF in large type."""
    return render(content(copy), large=True, fingerprint=False)


def content(copy: ChildsCopy) -> Report:
    """The copy as content, in its language."""
    say = wording(copy.language)
    return Report(
        kind="childs_copy",
        title=say("What the report says about you"),
        subtitle=f"{copy.called} · {copy.title}",
        reference=copy.reference,
        language=copy.language,
        service_name=copy.service_name,
        status="draft" if copy.draft else "final",
        made_on=copy.made_on,
        front=(),
        front_blocks=(Paragraph((Run(_what_it_is(say)),)),),
        sections=(
            *(
                Section(str(at), part.heading, tuple(_part(part, say)))
                for at, part in enumerate(copy.sections, start=1)
            ),
            Section("", say("If it is not right"), (Notice(_not_right(copy, say)),)),
        ),
        draft_notice=say("The report is not finished. It can still change."),
        marking="",
    )


def _part(part: Part, say: Wording) -> Iterator[Block]:
    for sentence in part.sentences:
        told = Passage("", "paragraph", sentence, quotes=part.quotes)
        yield Paragraph(tuple(runs_of(told)))
    if part.still_to_say:
        yield Notice(say("The report says more here. Ask your worker to tell you."))
    elif not part.sentences:
        yield Paragraph((Run(say("There is nothing in this part yet.")),))


def _what_it_is(say: Wording) -> str:
    return say(
        "This tells you what the report to the court says, in plain words. It is not the report."
    )


def _not_right(copy: ChildsCopy, say: Wording) -> str:
    if copy.draft:
        return say(
            "If something is not right, say so. What you say goes into the report as you say it."
        )
    return say("If something is not right, say so. Your worker can add to the report.")
