"""Filling in a form as it stands on the screen: each question is found by its visible label.

The form's own file says which question has which label and which words its choices have; what to
answer comes from the case file of the demonstration. What is asked is what the screen shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QListWidget, QWidget

from app.forms.loader import FormLibrary
from app.forms.schema import Form, Group, Question, Repeat
from tests.tour import people
from tests.tour.case_file import day_from
from tests.tour.driver import TourFailed, described, in_order, spoken
from tests.tour.telling import Tour

_DIRECT: Final = Qt.FindChildOption.FindDirectChildrenOnly
BEHIND_THE_PAGES: Final = ("Submit", "Each answer as it was then, and as it is now.")
STILL_TRUE: Final = "Still true"
"""The button under an answer that was carried forward; beside it stands the one to change it."""


def as_typed(day: date) -> str:
    """A day as people here write it."""
    return f"{day.day}/{day.month}/{day.year}"


class OnScreen:
    """A form on the screen."""

    def __init__(self, tour: Tour, form_id: str) -> None:
        self.driver, self.today = tour.driver, tour.today
        self.form: Form = FormLibrary.built_in().form(form_id)
        self.child = people.GIVEN
        self.answered = 0

    def words(self, text: Any) -> str:
        """Words of the form in English, with the child's name in them."""
        return str(text.text("en")).replace("{child}", self.child) if text is not None else ""

    def page(self, name: str) -> Group:
        """A page of the form."""
        return next(page for page in self.form.pages if page.name == name)

    def adding_to(self, name: str) -> str:
        """What the button is called that adds a row to the repeat `name`."""
        repeats = [one for page in self.form.pages for one in _flat(page) if one.name == name]
        return f"Add to: {self.words(repeats[0].label)}"

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

    def fill_pages(
        self,
        answers: Mapping[str, Any],
        *,
        last: str = "",
        before_going_on: Callable[[Group], None] | None = None,
        expect_problem: Mapping[str, str] | None = None,
    ) -> None:
        """Fill page after page, up to the one called `last` or to the check of the answers.

        Args:
            before_going_on: Called with each page once it is filled.
            expect_problem: What is said to be missing where a page is left, by its name.
        """
        driver = self.driver
        seen: set[str] = set()
        while True:
            page = driver.until(
                lambda: self.page_on_screen() or any(map(driver.shows, BEHIND_THE_PAGES)),
                "a page of the form",
            )
            if page is True or page is None:
                return
            title = self.words(page.label)
            if page.name in seen:
                raise TourFailed(f"the page “{title}” came twice")
            seen.add(page.name)
            count = self.fill_page(page, answers)
            driver.expect(True, f"{count} answers given on “{title}”")
            if before_going_on is not None:
                before_going_on(page)
            if page.name == last:
                return
            driver.push("Save and continue")
            problem = (expect_problem or {}).get(page.name)
            if problem is not None:
                driver.expect_words("There is a problem", problem)
                driver.push("Save and continue")
            driver.until(
                lambda page=page: self.page_on_screen() is not page, f"the page after “{title}”"
            )

    # ---- inside ---------------------------------------------------------------------------

    def _questions_shown(self, page: Group) -> bool:
        labels = {self.words(item.label) for item in _flat(page)}
        adding = {f"Add to: {label}" for label in labels}
        return any(
            _asks(field, labels) or spoken(field) in adding for field in self.driver.fields()
        )

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
                if spoken(field) == STILL_TRUE:
                    field = self._change(field, label, within)
                self._answer(field, questions[label], value)
        for label, repeat in repeats.items():
            rows = answers.get(repeat.name)
            if rows and any(spoken(w) == f"Add to: {label}" for w in self.driver.fields(within)):
                there = in_order(_cards(self.driver.button(f"Add to: {label}", within=within)))
                for number, row in enumerate(rows):
                    old = number < len(there)
                    card = there[number] if old else self._new_row(label, within)
                    self._fill(repeat, row, card)
        return self.answered - before

    def _next(
        self, questions: Mapping[str, Question], within: QWidget, done: set[str]
    ) -> tuple[str, QWidget] | None:
        for field in self.driver.fields(within):
            label = _asks(field, questions)
            if label and label not in done and not _in_row(field, within):
                return label, field
        return None

    def _change(self, still_true: QWidget, label: str, within: QWidget) -> QWidget:
        """Say that an answer carried forward is not true any more; gives the field it leads to."""
        self.driver.click(self.driver.button("Change", within=still_true.parentWidget()))
        field: QWidget = self.driver.field(label, within)
        return field

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
            driver.fill_field(field, as_typed(day_from(self.today, value)))
        else:
            driver.fill_field(field, str(value).strip().replace("{child}", self.child))
        self.answered += 1

    def _choice(self, question: Question, name: str) -> str:
        choices = self.form.choices[question.list_name or ""]
        return self.words(next(choice.label for choice in choices if choice.name == name))


def _asks(field: QWidget, labels: Collection[str]) -> str:
    """Which of these questions a field asks, or waits for to be confirmed; empty for none."""
    if spoken(field) != STILL_TRUE:
        return spoken(field) if spoken(field) in labels else ""
    said = described(field)
    return max((label for label in labels if said.startswith(f"{label} ")), key=len, default="")


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
