"""The child's own plan: one page in large type, in the child's words, without a word of ours that
a child would not use.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pikepdf

from app.reports.content import (
    Block,
    Bullets,
    Fact,
    Facts,
    Notice,
    Paragraph,
    Report,
    Run,
    Section,
)
from app.reports.look import LARGE, Type, Types
from app.reports.pdf import render
from app.reports.words import Wording, day, wording

_LABEL_SHARE: Final = 0.26
SCALES: Final = (1.0, 0.9, 0.82, 0.75)
"""How much smaller the type may become so that all stays on one page: never below 12 points."""


@dataclass(frozen=True, slots=True)
class MyTarget:
    """One thing that the child wants. `said_so`: `wants` is what the child said, word for word."""

    wants: str
    said_so: bool
    will: str
    helpers: str
    by: date | None


@dataclass(frozen=True, slots=True)
class MyPlan:
    """What the page says.

    Attributes:
        wants: What the child wants from the plan as a whole, as the child said it.
        done: What has been reached already. more: how many targets stand in our plan alone.
        draft: It is not agreed yet.
    """

    called: str
    service_name: str
    reference: str
    made_on: date
    language: str
    wants: str
    targets: tuple[MyTarget, ...]
    done: tuple[str, ...]
    more: int
    review_on: date | None
    draft: bool


def on_one_page(plan: MyPlan) -> bytes:
    """The plan as a PDF of one page, in the largest type in which it fits there.

    Where it doesn't fit in the smallest, the last targets give way to a line that says that our
    plan has more.
    """
    made = b""
    for count in range(len(plan.targets), 0, -1):
        shown = replace(
            plan, targets=plan.targets[:count], more=plan.more + len(plan.targets) - count
        )
        for scale in SCALES:
            made = render(page(shown), types=_scaled(LARGE, scale), fingerprint=False)
            if _pages(made) == 1:
                return made
    return made or render(page(plan), large=True, fingerprint=False)


def page(plan: MyPlan) -> Report:
    """The plan as content, in its language."""
    say = wording(plan.language)
    sections = [
        Section("", f"{number}. {_heading(target)}", tuple(_target(target, say, plan.language)))
        for number, target in enumerate(plan.targets, start=1)
    ]
    if plan.done:
        done = Bullets(tuple((Run(text),) for text in plan.done))
        sections.append(Section("", say("What I have done"), (done,)))
    after = tuple(_after(plan, say))
    if after:
        sections.append(Section("", say("What happens next"), after))
    return Report(
        kind="my_plan",
        title=say("My plan"),
        subtitle=plan.called,
        reference=plan.reference,
        language=plan.language,
        service_name=plan.service_name,
        status="draft" if plan.draft else "final",
        made_on=plan.made_on,
        front=(),
        front_blocks=_front(plan),
        sections=tuple(sections),
        draft_notice=say("We are still talking about this plan."),
        marking="",
    )


def _front(plan: MyPlan) -> tuple[Block, ...]:
    if not plan.wants:
        return ()
    return (Paragraph((Run(_quoted(plan.wants), quote=True),)),)


def _heading(target: MyTarget) -> str:
    return _quoted(target.wants) if target.said_so else target.wants


def _target(target: MyTarget, say: Wording, language: str) -> Iterator[Block]:
    facts = [
        Fact(say("What I will do"), target.will),
        Fact(say("Who helps me"), target.helpers),
        Fact(say("By"), day(target.by, language) if target.by else ""),
    ]
    said = tuple(fact for fact in facts if fact.value)
    if said:
        yield Facts(said, _LABEL_SHARE)
    else:
        yield Paragraph((Run(say("We still have to talk about how.")),))


def _after(plan: MyPlan, say: Wording) -> Iterator[Block]:
    if plan.more:
        yield Paragraph((Run(say("There are more things in our plan. Ask to see them.")),))
    if plan.review_on is not None and plan.review_on >= plan.made_on:
        words = say("We look at this plan again on {day}.").format(
            day=day(plan.review_on, plan.language)
        )
        yield Paragraph((Run(words),))
    yield Notice(say("If something is not right for you, say so. This plan can change."))


def _quoted(text: str) -> str:
    text = text.strip()
    return text if text.startswith("“") else f"“{text}”"


def _scaled(types: Types, scale: float) -> Types:
    def smaller(type_: Type) -> Type:
        return replace(type_, size=type_.size * scale, leading=type_.leading * scale)

    return Types(**{name: smaller(getattr(types, name)) for name in Types.__slots__})


def _pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
