"""What a person reads where the form itself has no words of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.core.i18n import _
from app.forms.answers import Answer
from app.forms.cells import Cell
from app.forms.schema import Choice, Question, Words

THE_CHILD: Final = Words(by_language={"en": "the child", "cy": "y plentyn"})
"""What {child} reads as where no preferred name is known."""


def refusal_in_words(refused: str) -> str:
    """What a refusal reads as."""
    return {
        "skip": _("Skipped"),
        "rather_not_say": _("I don’t want to say"),
        "dont_understand": _("I don’t understand this question"),
    }.get(refused, refused)


def needed(question: Question) -> str:
    """What is asked for where a required answer is missing."""
    if question.type in ("select_one", "select_multiple"):
        return _("Select an answer.")
    if question.type == "rank":
        return _("Put these in order.")
    if question.type == "date":
        return _("Enter a date.")
    if question.type == "acknowledge":
        return _("Tick the box to say that you have read this.")
    return _("Enter an answer.")


def misread(question: Question) -> str:
    """What to type instead of an answer that cannot be read."""
    return {
        "integer": _("Enter a whole number, like 3."),
        "decimal": _("Enter a number, like 3.5."),
        "date": _("Enter a real date, like 27/03/2026."),
        "time": _("Enter a time of day, like 14:30."),
        "dateTime": _("Enter a date and a time, like 27/03/2026 14:30."),
    }.get(question.type, _("This answer does not fit. Check it."))


def wrong_choice(cell: Cell, answer: Answer, label: Callable[[Choice], str]) -> str:
    """What is wrong with the options chosen; empty if nothing is. `label` names an option."""
    chosen = answer.value if isinstance(answer.value, list) else [str(answer.value)]
    allowed = {choice.name: choice for choice in cell.choices}
    kind = cell.definition.question.type
    if any(name not in allowed for name in chosen):
        if all(name in cell.definition.by_choice for name in chosen):
            return _("This answer no longer fits what was said before. Select again.")
        return _("Select one of the answers offered.")
    if kind == "select_multiple" and len(chosen) > 1:
        for name in chosen:
            if allowed[name].exclusive:
                return _("Select either “{choice}” or the other answers, not both.").format(
                    choice=label(allowed[name])
                )
    if kind == "rank" and len(chosen) < len(allowed):
        return _("Put every answer in order.")
    return ""
