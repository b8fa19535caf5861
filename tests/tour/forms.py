"""Filling in a form as it stands on the screen: each question is found by its visible label.

The form's own file says which question has which label and which words its choices have; what to
answer comes from the answers of the demonstration. What is asked is what the screen shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import yaml
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QListWidget, QWidget

from app.core.paths import resource_path
from app.forms.loader import FormLibrary
from app.forms.schema import Form, Group, Question, Repeat
from tests.tour.driver import Driver, TourFailed, spoken

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_DAYS = re.compile(r"(?:in )?(-?\d+) days")


def demo_answers(name: str) -> dict[str, Any]:
    """The answers in a file of the demonstration, by the names of their questions."""
    with resource_path("demo", name).open(encoding="utf-8") as file:
        answers: dict[str, Any] = yaml.safe_load(file)
    return answers


def day_from_now(words: str) -> date:
    """The day that words such as `-9 days` or `in 14 days` mean."""
    found = _DAYS.fullmatch(words)
    if found is None:
        raise TourFailed(f"no day: {words}")
    return date.today() + timedelta(days=int(found.group(1)))


def as_typed(day: date) -> str:
    """A day as people here write it."""
    return f"{day.day}/{day.month}/{day.year}"


class OnScreen:
    """A form on the screen.

    Args:
        child: What the child likes to be called, as it stands in labels.
    """

    def __init__(self, driver: Driver, form_id: str, child: str) -> None:
        self.driver = driver
        self.form: Form = FormLibrary.built_in().form(form_id)
        self.child = child
        self.answered = 0

    def words(self, text: Any) -> str:
        """Words of the form in English, with the child's name in them."""
        return str(text.text("en")).replace("{child}", self.child) if text is not None else ""

    def page(self, name: str) -> Group:
        """A page of the form."""
        return next(page for page in self.form.pages if page.name == name)

    def page_on_screen(self) -> Group | None:
        """The page whose title the window shows, or None."""
        shown = set(self.driver.words())
        for page in self.form.pages:
            if self.words(page.label) in shown and self._questions_shown(page):
                return page
        return None

    def fill_page(self, page: Group, answers: Mapping[str, Any]) -> int:
        """Answer every question of a page that is asked and has an answer; how many."""
        return self._fill(page, answers, self.driver.window())

    def fill_one(self, name: str, value: Any) -> None:
        """Answer one question that stands outside a repeat."""
        label = self.words(self.form.question(name).label)
        self._answer(self.driver.field(label), self.form.question(name), value)

    # ---- inside ---------------------------------------------------------------------------

    def _questions_shown(self, page: Group) -> bool:
        labels = {self.words(item.label) for item in _flat(page)}
        return any(spoken(field) in labels for field in self.driver.fields())

    def _fill(self, group: Group | Repeat, answers: Mapping[str, Any], within: QWidget) -> int:
        questions = {self.words(q.label): q for q in _flat(group) if isinstance(q, Question)}
        repeats = {self.words(r.label): r for r in _flat(group) if isinstance(r, Repeat)}
        done: set[str] = set()
        before = self.answered
        # After each answer the page is looked at anew: an answer may ask or take away another.
        while (found := self._next(questions, within, done)) is not None:
            label, field = found
            done.add(label)
            value = answers.get(questions[label].name)
            if value is not None:
                self._answer(field, questions[label], value)
        for label, repeat in repeats.items():
            rows = answers.get(repeat.name)
            if rows and any(spoken(w) == f"Add to: {label}" for w in self.driver.fields(within)):
                for row in rows:
                    self._fill(repeat, row, self._new_row(label, within))
        return self.answered - before

    def _next(
        self, questions: Mapping[str, Question], within: QWidget, done: set[str]
    ) -> tuple[str, QWidget] | None:
        for field in self.driver.fields(within):
            label = spoken(field)
            if label in questions and label not in done and not _in_row(field, within):
                return label, field
        return None

    def _new_row(self, label: str, within: QWidget) -> QWidget:
        """Add a row to a repeat; the card it stands on is where the keyboard goes."""
        add = self.driver.button(f"Add to: {label}", within=within)
        before = {id(card) for card in _cards(add)}
        self.driver.click(add)

        def look() -> QWidget | None:
            return next((card for card in _cards(add) if id(card) not in before), None)

        return self.driver.until(look, f"a new card in “{label}”")

    def _answer(self, field: QWidget, question: Question, value: Any) -> None:
        driver = self.driver
        if question.type == "select_one":
            driver.choose_in(field, self._choice(question, value))
        elif question.type == "select_multiple":
            driver.tick(field, [self._choice(question, name) for name in value])
        elif question.type == "acknowledge":
            driver.click(field)
        elif question.type == "date":
            driver.fill_field(field, as_typed(day_from_now(value)))
        else:
            driver.fill_field(field, str(value).strip().replace("{child}", self.child))
        self.answered += 1

    def _choice(self, question: Question, name: str) -> str:
        choices = self.form.choices[question.list_name or ""]
        return self.words(next(choice.label for choice in choices if choice.name == name))


def _flat(group: Group | Repeat) -> list[Question | Repeat]:
    """The questions and repeats of a page, those of its parts included."""
    found: list[Question | Repeat] = []
    for item in group.children:
        # A repeat is a group too, and its questions are asked on its cards.
        if isinstance(item, Group) and not isinstance(item, Repeat):
            found.extend(_flat(item))
        else:
            found.append(item)
    return found


def _cards(add: QAbstractButton) -> list[QWidget]:
    """The cards of the repeat that a button adds to."""
    repeat = add.parentWidget()
    return [
        child
        for child in repeat.children()
        if isinstance(child, QWidget)
        and child.isVisible()
        and child.findChildren(QAbstractButton)
        and any(spoken(button) == "Remove" for button in child.findChildren(QAbstractButton))
    ]


def _in_row(field: QWidget, within: QWidget) -> bool:
    """Whether a field stands on a card of a repeat below `within`."""
    step = field.parentWidget()
    while step is not None and step is not within:
        if isinstance(step, QGroupBox | QListWidget):
            return True  # a choice, not a question
        parent = step.parentWidget()
        if parent is not None and any(
            spoken(button).startswith("Add to: ")
            for button in parent.findChildren(QAbstractButton, options=_DIRECT)
        ):
            return True
        step = parent
    return False
