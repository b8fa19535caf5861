"""What stands in the way of submitting, as the lines of the error summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from app.casework.quality import PROMPT
from app.casework.submission import PROPOSAL
from app.core.i18n import _, ngettext
from app.forms.schema import Group
from app.forms.sheet import MISSING, UNCONFIRMED, Problem
from app.ui.form.controller import FormController

Line = tuple[str, Callable[[], object] | None]
Lead = Callable[[Problem], object]

WHOLE: Final = frozenset({PROMPT, PROPOSAL})
"""Kinds of problems that say all of it themselves; they only lead to a question."""

TOLD_ONE_BY_ONE: Final = 8
"""So many answers that wait to be confirmed have a line each; of more, each section has one."""


def lines_of(
    controller: FormController, problems: Sequence[Problem], here: str, lead: Lead
) -> list[Line]:
    """A line for each problem, those of the section `here` first, each leading to its question."""
    waiting = [problem for problem in problems if problem.kind == UNCONFIRMED]
    one_by_one = len(waiting) <= TOLD_ONE_BY_ONE
    told = problems if one_by_one else [p for p in problems if p.kind != UNCONFIRMED]
    lines: list[Line] = []
    for problem in _from(here, told):
        words = _in_words(controller, problem)
        if problem.page != here:
            section = _section(controller, problem.page)
            words = _("{section}: {problem}").format(section=section, problem=words)
        lines.append((words, partial(lead, problem)))
    if not one_by_one:
        lines.extend(_by_section(controller, waiting, here, lead))
    return lines


def _from(here: str, problems: Sequence[Problem]) -> list[Problem]:
    own = [problem for problem in problems if problem.page == here]
    return own + [problem for problem in problems if problem.page != here]


def _by_section(
    controller: FormController, waiting: Sequence[Problem], here: str, lead: Lead
) -> list[Line]:
    by_page: dict[str, list[Problem]] = {}
    for problem in _from(here, waiting):
        by_page.setdefault(problem.page, []).append(problem)
    return [
        (
            ngettext(
                "{section}: {count} answer carried forward has to be confirmed or changed",
                "{section}: {count} answers carried forward have to be confirmed or changed",
                len(found),
            ).format(section=_section(controller, page), count=len(found)),
            partial(lead, found[0]),
        )
        for page, found in by_page.items()
    ]


def _section(controller: FormController, name: str) -> str:
    page = next((page for page in controller.pages() if page.name == name), Group(name=name))
    return controller.page_label(page)


def _in_words(controller: FormController, problem: Problem) -> str:
    """A problem with its question, unless the form's own message says that."""
    if problem.kind in WHOLE:
        return problem.text
    sheet = controller.sheet
    question = sheet.question(problem.path)
    own = question.required_message if problem.kind == MISSING else question.constraint_message
    if problem.kind != UNCONFIRMED and own:
        said = own.text(sheet.language)
        if said == problem.text or "{" in said:
            return problem.text
    label = sheet.label(problem.path)
    return _("{question}: {problem}").format(question=label, problem=problem.text)
