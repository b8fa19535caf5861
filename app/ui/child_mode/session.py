"""Where a child is in a questionnaire: one step at a time, forwards and back. No widgets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.forms.sheet import Problem
from app.ui.form.controller import FormController

SKIP: Final = "skip"
RATHER_NOT_SAY: Final = "rather_not_say"
DONT_UNDERSTAND: Final = "dont_understand"


class At(Enum):
    """What kind of screen is shown."""

    START = "start"
    QUESTION = "question"
    QUOTE = "quote"
    END = "end"


@dataclass(frozen=True)
class Step:
    """One screen; `path` is the question that it is about, empty at the start and the end."""

    at: At
    path: str = ""


class ChildSession:
    """The way of a child through a questionnaire.

    Questions that stop being asked because of an answer drop out of the way; their answers stay
    with the form. Nothing ever has to be answered.
    """

    def __init__(self, controller: FormController) -> None:
        self.controller = controller
        self.step = Step(At.START)

    # -- reading ---------------------------------------------------------------------------

    def questions(self) -> tuple[str, ...]:
        """The paths of what is asked or said now, in order; words at the very start are not."""
        sheet = self.controller.sheet
        shown = [
            path
            for path in sheet.paths()
            if sheet.is_relevant(path) and sheet.question(path).type != "calculate"
        ]
        while shown and sheet.question(shown[0]).type == "note":
            del shown[0]
        return tuple(shown)

    def opening_words(self) -> tuple[str, ...]:
        """What the form itself says before its first question."""
        sheet = self.controller.sheet
        words = []
        for path in sheet.paths():
            question = sheet.question(path)
            if question.type != "note":
                break
            if sheet.is_relevant(path):
                words.append(sheet.label(path))
        return tuple(words)

    def place(self) -> tuple[int, int]:
        """Which question this is, counted from one, and how many there are."""
        sheet = self.controller.sheet
        asked = [path for path in self.questions() if sheet.question(path).asks]
        before = [path for path in asked if path == self.step.path or self._before(path)]
        return len(before), len(asked)

    def refusal(self) -> str | None:
        """How the child chose not to answer the present question, if so."""
        answer = self.controller.sheet.answer(self.step.path) if self.step.path else None
        return None if answer is None or not answer.empty else answer.refused

    def problem(self) -> Problem | None:
        """What is wrong with the answer to the present question; a gap is never wrong."""
        if self.step.at is not At.QUESTION:
            return None
        answer = self.controller.sheet.answer(self.step.path)
        if answer is None or answer.empty:
            return None
        return self.controller.sheet.problem(self.step.path)

    @property
    def finished(self) -> bool:
        """Whether the child has come to the end."""
        return self.step.at is At.END

    # -- going -----------------------------------------------------------------------------

    def begin(self, path: str = "") -> Step:
        """Leave the start screen, for the first question or for the one at `path`."""
        questions = self.questions()
        if path in questions:
            self.step = Step(At.QUESTION, path)
        else:
            self.step = Step(At.QUESTION, questions[0]) if questions else Step(At.END)
        return self.step

    def resume(self) -> Step:
        """Go on where a child was who had begun: at the first question without a reply."""
        sheet = self.controller.sheet
        questions = self.questions()
        replied = [path for path in questions if sheet.answer(path) is not None]
        if not replied:
            self.step = Step(At.START)
            return self.step
        after = questions[questions.index(replied[-1]) + 1 :]
        open_path = next((path for path in after if sheet.question(path).asks), replied[-1])
        return self.begin(open_path)

    def forward(self) -> Step:
        """The next screen. A question that was passed by without a word counts as skipped."""
        if self.step.at is At.START:
            return self.begin()
        if self.step.at is At.QUESTION:
            sheet = self.controller.sheet
            question = sheet.question(self.step.path)
            answer = sheet.answer(self.step.path)
            if question.asks and (answer is None or (answer.empty and not answer.refused)):
                self.refuse(SKIP)
            elif question.ask_to_quote and answer is not None and not answer.empty:
                self.step = Step(At.QUOTE, self.step.path)
                return self.step
        return self._after()

    def back(self) -> Step:
        """The screen before this one."""
        questions = self.questions()
        if self.step.at is At.QUOTE:
            self.step = Step(At.QUESTION, self.step.path)
        elif self.step.at is At.END:
            self.step = Step(At.QUESTION, questions[-1]) if questions else Step(At.START)
        else:
            place = questions.index(self.step.path) if self.step.path in questions else 0
            self.step = Step(At.QUESTION, questions[place - 1]) if place else Step(At.START)
        return self.step

    def refuse(self, how: str) -> None:
        """Note that the child gave no answer here, and how: `skip`, `rather_not_say` or
        `dont_understand`.
        """
        self.controller.set_answer(self.step.path, None, refused=how)

    def let_quote(self, yes: bool | None) -> None:
        """Note whether the court may be told the answer in the child's words."""
        self.controller.annotate(self.step.path, may_quote=yes)

    # -- inside ----------------------------------------------------------------------------

    def _after(self) -> Step:
        questions = self.questions()
        if self.step.path in questions:
            rest = questions[questions.index(self.step.path) + 1 :]
        else:
            rest = tuple(path for path in questions if not self._before(path))
        self.step = Step(At.QUESTION, rest[0]) if rest else Step(At.END)
        return self.step

    def _before(self, path: str) -> bool:
        """Whether `path` stands before the present question in the form."""
        if self.step.at is At.END:
            return True
        order = self.controller.sheet.paths()
        if self.step.path not in order or path not in order:
            return False
        return order.index(path) < order.index(self.step.path)
