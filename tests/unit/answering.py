"""Forms with all answered that they ask: choices are drawn by a number, so it is repeatable."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from app.core.clock import Clock
from app.forms.schema import Form, Question, Repeat
from app.forms.sheet import Sheet

ROUNDS = 6
"""How often answers may call for more questions, one after the other."""


def answered(form: Form, turn: int, *, clock: Clock, language: str = "en") -> Sheet:
    """`form` with each question that it comes to ask answered without a mistake, a row in each
    repeat; another `turn` chooses otherwise."""
    sheet = Sheet(form, clock=clock, context={"child": "Tal", "age": "15"}, language=language)
    for repeat in (item for item in form.items() if isinstance(item, Repeat)):
        if sheet.has(repeat.name):  # not inside another, which may have no row
            for _row in range(1 + turn % 2):
                sheet.add_row(repeat.name)
    for _round in range(ROUNDS):
        waiting = [
            path
            for path in sheet.paths()
            if sheet.question(path).asks
            and sheet.is_relevant(path)
            and not sheet.is_readonly(path)
            and sheet.answer(path) is None
        ]
        for path in waiting:
            if sheet.is_relevant(path):
                answer(sheet, path, turn)
        if not waiting:
            break
    return sheet


def answer(sheet: Sheet, path: str, turn: int) -> None:
    """Answer one question with the first of the answers drawn that is no mistake."""
    question = sheet.question(path)
    for value in _answers(sheet, path, question, Random(f"{turn} {question.name}")):
        sheet.set(path, value, by="worker")
        if sheet.problem(path) is None:
            return


def _answers(sheet: Sheet, path: str, question: Question, drawn: Random) -> list[object]:
    if question.list_name is not None:
        names = [choice.name for choice in sheet.choices(path)]
        drawn.shuffle(names)
        if question.type == "select_one":
            return list(names)
        if question.type == "rank":
            return [names]
        alone = {choice.name for choice in sheet.choices(path) if choice.exclusive}
        several = [name for name in names if name not in alone]
        return [several[:size] for size in (3, 2, 1)] + [[name] for name in sorted(alone)]
    today = sheet.clock.today()
    days = [today + timedelta(days=days) for days in (-30, 60, 400)]
    found: dict[str, list[object]] = {
        "text": [
            f"this is what was written about {question.name.replace('_', ' ')}",
            "a few words",
        ],
        "integer": [drawn.choice((1, 3, 12)), 3, 1, 0],
        "decimal": ["40"],
        "date": [day.isoformat() for day in days],
        "time": ["14:30"],
        "dateTime": ["2026-12-01T09:15"],
        "acknowledge": ["OK"],
    }
    return found[question.type]
