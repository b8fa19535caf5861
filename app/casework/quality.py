"""What a good assessment is asked: prompts beside the sections that they concern, met or not yet.

A prompt is data (`resources/reference/quality_prompts.yaml`), and whether it is met an expression
over the answers. It helps whoever writes and tells the manager what is missing. Only where a level
is high or very high do some of them stand in the way of submitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.casework.reference import FOLDER
from app.core import i18n
from app.core.errors import BugError
from app.core.i18n import _
from app.core.paths import resource_path
from app.forms.expressions import parse
from app.forms.schema import Form
from app.forms.sheet import Problem, Sheet

FILE: Final = "quality_prompts.yaml"
PROMPT: Final = "prompt"
"""The kind of a problem that says which prompt isn't met."""
HIGH: Final = frozenset({"high", "very_high"})

Blocks = Literal["submission", "countersignature"]


class Concern(BaseModel):
    """Where a prompt stands in one form.

    Attributes:
        pages: The sections beside which it is shown.
        leads_to: The question to go to from a list of what is missing.
        met: An expression over the answers; true: it is met.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: tuple[str, ...]
    leads_to: str
    met: str

    def fits(self, form: Form) -> bool:
        """Whether this version of the form has every question that the expression names."""
        found = {item.name for item in form.items()}
        return self.names <= found

    @property
    def names(self) -> frozenset[str]:
        """The questions, repeats and groups that the expression looks at, and where it leads."""
        expression = parse(self.met)
        steps = expression.names - {"data"} if expression.walks else frozenset()
        return frozenset({r.name for r in expression.references} | steps | {self.leads_to})


class Prompt(BaseModel):
    """One prompt.

    Attributes:
        blocks: What it stands in the way of where a level is high or very high; None: of nothing.
        least_words: From how many words on a manager's reasons are more than a signature.
        concerns: By the id of a form.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt_id: str
    number: int
    en: str
    cy: str
    blocks: Blocks | None = None
    least_words: int = 0
    concerns: Mapping[str, Concern]

    def label(self, language: str | None = None) -> str:
        """The words of it, in `language` or the language of the screen."""
        return self.cy if (language or i18n.language()) == "cy" else self.en


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    verified: bool
    welsh_reviewed_by: str | None
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True)
class Looked:
    """A prompt beside the answers of one form.

    Attributes:
        page: The section that it is put right in.
        blocks: Whether the form can't be submitted until it is met.
    """

    prompt: Prompt
    page: str
    met: bool
    blocks: bool

    @property
    def text(self) -> str:
        """The words of the prompt."""
        return self.prompt.label()


@cache
def prompts() -> tuple[Prompt, ...]:
    """Every prompt, in order."""
    try:
        with resource_path(FOLDER, FILE).open(encoding="utf-8") as file:
            return _File.model_validate(yaml.safe_load(file)).prompts
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the quality prompts can't be read") from error


def prompt(prompt_id: str) -> Prompt | None:
    """The prompt of that id; None where there is none any more."""
    return next((each for each in prompts() if each.prompt_id == prompt_id), None)


def look(sheet: Sheet, page: str | None = None) -> tuple[Looked, ...]:
    """The prompts that concern a form, or one section of it, and whether each is met."""
    high = is_high(sheet)
    return tuple(
        Looked(
            prompt=each,
            page=sheet.page(concern.leads_to),
            met=sheet.holds(concern.leads_to, parse(concern.met)),
            blocks=high and each.blocks == "submission",
        )
        for each in prompts()
        if (concern := each.concerns.get(sheet.form.id)) is not None
        if page is None or page in concern.pages
        if concern.fits(sheet.form)
    )


def is_high(sheet: Sheet) -> bool:
    """Whether any judgement of the form is high or very high."""
    return any(sheet.value(question) in HIGH for question in sheet.form.judgements.values())


def unmet(sheet: Sheet) -> tuple[str, ...]:
    """The ids of the prompts that aren't met, for the manager to see."""
    return tuple(each.prompt.prompt_id for each in look(sheet) if not each.met)


def in_the_way(sheet: Sheet) -> tuple[Problem, ...]:
    """The prompts that have to be met before this form is submitted; each leads to a question."""
    return tuple(
        Problem(
            path=each.prompt.concerns[sheet.form.id].leads_to,
            page=each.page,
            text=_("A level is High or Very high, so this is needed first: {prompt}").format(
                prompt=each.text
            ),
            kind=PROMPT,
        )
        for each in look(sheet)
        if each.blocks and not each.met
    )


def adds_something(note: str, *, asks: bool) -> bool:
    """Whether oversight is more than a signature: it asks for something, or says why at length.

    Args:
        note: The manager's reasons. asks: whether a direction, a task or a panel goes with them.
    """
    least = max((each.least_words for each in prompts()), default=0)
    return asks or len(note.split()) >= least
