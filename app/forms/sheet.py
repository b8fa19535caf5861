"""A form being filled in: the answers, and everything that follows from them.

A sheet knows nothing of windows or stores. It takes one answer at a time, works out anew what
depends on it and nothing else, and says which paths are to be drawn again. A wrong answer is kept
as it was given, with a `Problem` that says what is wrong; an answer whose question is no longer
relevant is kept too, but counts for nothing until it is relevant again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from heapq import heappop
from typing import Any

from app.core.clock import Clock
from app.core.errors import BugError
from app.core.i18n import _
from app.core.ids import new_id
from app.forms import values
from app.forms.answers import FORM, Answer, answer_from_json, is_rows, to_json
from app.forms.cells import INVALID, MISSING, Cell, Change, Effects, Problem, Progress
from app.forms.days import day_in_words
from app.forms.errors import ExpressionError
from app.forms.expressions import Expression
from app.forms.plan import (
    CHOICES,
    COUNT,
    HARM,
    LABEL,
    PLACEHOLDER,
    PROBLEM,
    READONLY,
    RELEVANT,
    REQUIRED,
    VALUE,
    Definition,
    sound_plan_of,
)
from app.forms.reach import SheetReach
from app.forms.schema import Choice, Form, Question, Repeat, Words
from app.forms.tree import AnswerTree
from app.forms.values import Seen
from app.forms.wording import THE_CHILD, misread, needed, refusal_in_words, wrong_choice

__all__ = ["INVALID", "MISSING", "Effects", "Problem", "Progress", "Sheet"]


class Sheet:
    """A form with its answers.

    Args:
        form: The form, in the version that the document was written with.
        document: The answers so far. Where nothing was ever said, the form's default stands.
        clock: Where `today()` and the time of an answer come from.
        context: What the casebook says about the child (`child`, `age`, …), for labels and for
            `context('age')` in expressions.
        language: The language in which labels are shown and answers given.

    Raises:
        FormError: if an expression of the form cannot be parsed or they turn in a circle.
    """

    def __init__(
        self,
        form: Form,
        document: Mapping[str, Any] | None = None,
        *,
        clock: Clock,
        context: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self.form = form
        self.context = dict(context or {})
        self.clock = clock
        self._language = language
        self._plan = sound_plan_of(form)
        self._cells: dict[str, Cell] = {}
        self._instances: dict[str, list[Cell]] = {name: [] for name in self._plan.definitions}
        self._removed: dict[str, tuple[int, dict[str, Any]]] = {}
        self._faults: dict[str, str] = {}
        self._tree: AnswerTree | None = None
        source = document or {}
        known = self._plan.definitions
        self._more = {name: deepcopy(it) for name, it in source.items() if name not in known}
        self._top: list[Cell] = [
            self._build(definition, (), "", None, source) for definition in self._plan.roots
        ]
        self._open()

    # Building -----------------------------------------------------------------------------

    def _build(
        self,
        definition: Definition,
        trail: tuple[str, ...],
        prefix: str,
        parent: Cell | None,
        source: Mapping[str, Any],
    ) -> Cell:
        cell = Cell(definition, prefix + definition.name, trail, parent)
        self._cells[cell.path] = cell
        self._instances[definition.name].append(cell)
        if definition.is_repeat:
            entry = source.get(definition.name)
            if is_rows(entry):
                assert isinstance(entry, dict)
                cell.more = {key: deepcopy(it) for key, it in entry.items() if key != "rows"}
                for row in entry["rows"]:
                    self._build_row(cell, row, len(cell.kids))
        elif definition.is_group:
            cell.kids = [self._build(kid, trail, prefix, cell, source) for kid in definition.kids]
        else:
            entry = source.get(definition.name)
            if isinstance(entry, Mapping) and not is_rows(entry):
                answer = answer_from_json(entry)
                cell.answer = answer
                cell.seen = values.seen_as(definition.question.type, answer.value)
        return cell

    def _build_row(self, repeat: Cell, row: Mapping[str, Any], index: int) -> Cell:
        definition = repeat.definition
        row_id = str(row["id"])
        trail = (*repeat.trail, row_id)
        cell = Cell(definition, f"{repeat.path}/{row_id}", trail, repeat, row_id)
        if cell.path in self._cells:
            raise BugError("two rows of a repeat have the same identifier")
        self._cells[cell.path] = cell
        repeat.kids.insert(index, cell)
        answers = row.get("answers", {})
        inside = _names_inside(definition)
        cell.more = {
            "row": {key: deepcopy(it) for key, it in row.items() if key not in ("id", "answers")},
            "answers": {name: deepcopy(it) for name, it in answers.items() if name not in inside},
        }
        cell.kids = [
            self._build(kid, trail, cell.path + "/", cell, answers) for kid in definition.kids
        ]
        return cell

    def _open(self) -> None:
        """Work everything out once, each thing after what it depends on."""
        change = Change()
        for definition in self._plan.order:
            if definition.plain:
                for cell in self._instances[definition.name]:
                    self._inherit(cell)
            else:
                for cell in tuple(self._instances[definition.name]):
                    self._work_out(cell, change)
        for cell in tuple(self._cells.values()):
            if cell.row_id is None and not cell.definition.is_group:
                self._check(cell, CHOICES | REQUIRED | READONLY | HARM | PROBLEM, change)

    def _inherit(self, cell: Cell) -> None:
        """Relevance of a cell that has no rule of its own, and of the rows in it."""
        parent = cell.parent
        if parent is not None and not parent.relevant:
            cell.relevant = False
            cell.seen = ""
        if cell.definition.is_repeat:
            for row in cell.kids:
                row.relevant = cell.relevant

    def _work_out(self, cell: Cell, change: Change) -> None:
        """Relevance, default, calculation and rows of one cell, when a sheet or row opens."""
        definition = cell.definition
        cell.relevant = self._decided(cell)
        if definition.is_repeat:
            self._fit_rows(cell, change)
            for row in cell.kids:
                row.relevant = self._decided(row)
            return
        if definition.is_group:
            return
        if definition.default is not None and cell.answer is None:
            self._apply_default(cell)
        self._see(cell)
        if definition.calculation is not None and cell.relevant:
            self._calculate(cell, change)

    def _apply_default(self, cell: Cell) -> None:
        default = cell.definition.default
        kind = cell.definition.question.type
        if isinstance(default, Expression):
            found = self._value(default, cell, "default")
            value = values.kept_as(kind, found)
        else:
            value = values.tidy(kind, default)
        if value is not None:
            cell.answer = self._made(value, "default")

    def _made(self, value: object, how: str) -> Answer:
        """An answer that the form gives itself."""
        at = self.clock.now().isoformat()
        return Answer(value=value, by=FORM, how=how, at=at)  # type: ignore[arg-type]

    # Working out --------------------------------------------------------------------------

    def _value(self, expression: Expression, cell: Cell, column: str) -> Seen:
        """What an expression comes to; one that fails at it says so in `faults()`."""
        try:
            found = expression.value(SheetReach(self, cell))
        except ExpressionError as error:
            self._faults[f"{cell.path} / {column}"] = error.user_text
            return ""
        if self._faults:
            self._faults.pop(f"{cell.path} / {column}", None)
        return found

    def _true(self, expression: Expression | bool, cell: Cell, column: str) -> bool:
        if isinstance(expression, bool):
            return expression
        return values.truth(self._value(expression, cell, column))

    def _decided(self, cell: Cell) -> bool:
        """Whether a cell is relevant: its parent is, and its own rule says so."""
        parent = cell.parent
        if parent is not None and not parent.relevant:
            return False
        if cell.row_id is not None:
            assert parent is not None
            wanted = self._wanted_rows(parent)
            return wanted is None or parent.kids.index(cell) < wanted
        own = cell.definition.relevant
        return own is None or self._true(own, cell, "relevant")

    def _wanted_rows(self, repeat: Cell) -> int | None:
        """How many rows the form asks for, or `None` where that is for a person to say."""
        count = repeat.definition.count
        if count is None:
            return None
        wanted = values.number(self._value(count, repeat, "count"))
        return max(0, int(wanted)) if math.isfinite(wanted) else 0

    def _fit_rows(self, repeat: Cell, change: Change) -> None:
        """Add the rows that `count` asks for. Rows too many stay, but are not relevant."""
        wanted = self._wanted_rows(repeat)
        if wanted is None or not repeat.relevant:
            return
        while len(repeat.kids) < wanted:
            row = self._build_row(repeat, {"id": new_id()}, len(repeat.kids))
            change.rows.add(repeat.path)
            self._open_row(row, change)

    def _see(self, cell: Cell) -> bool:
        """Bring what expressions see of a question up to date; whether that changed."""
        answer = cell.answer
        seen: Seen = ""
        if cell.relevant and answer is not None:
            seen = values.seen_as(cell.definition.question.type, answer.value)
        if type(seen) is type(cell.seen) and seen == cell.seen:
            return False
        cell.seen = seen
        return True

    def _calculate(self, cell: Cell, change: Change) -> bool:
        """Work out a calculation; whether what expressions see of it changed."""
        expression = cell.definition.calculation
        assert expression is not None
        found = self._value(expression, cell, "calculation")
        value = values.kept_as(cell.definition.question.type, found)
        old = cell.answer
        if value is None:
            if old is None:
                return False
            cell.answer = None
        elif old is not None and old.value == value and type(old.value) is type(value):
            return self._see(cell)
        else:
            cell.answer = self._made(value, "calculated")
        change.values.add(cell.path)
        return self._see(cell)

    def _touch(self, cell: Cell, change: Change) -> None:
        """Set in motion whatever looks at the answer (or the rows) of `cell`."""
        name = cell.definition.name
        for definition, slot in self._plan.flow.get(name, ()):
            for dependent in self._near(definition, cell):
                change.job(dependent, slot)
        for definition, bits in self._plan.leaf.get(name, {}).items():
            for dependent in self._near(definition, cell):
                self._look_again(dependent, bits, cell, change)

    def _look_again(self, dependent: Cell, bits: int, because: Cell, change: Change) -> None:
        """Look at a cell again; of a repeat that names its rows, at the one row alone."""
        row = f"{dependent.path}/"
        if dependent.definition.is_repeat and because.path.startswith(row):
            change.labels.add(row + because.path.removeprefix(row).partition("/")[0])
        else:
            change.check(dependent, bits)

    def _near(self, definition: Definition, cell: Cell) -> list[Cell]:
        """The cells of `definition` that may look at `cell`."""
        found = self._instances[definition.name]
        if len(found) == 1 or not definition.repeats or not cell.definition.repeats:
            return found
        if self._plan.looks_across(definition):
            return found
        shared = 0
        for one, other in zip(definition.repeats, cell.definition.repeats, strict=False):
            if one != other:
                break
            shared += 1
        trail = cell.trail[:shared]
        return [each for each in found if each.trail[:shared] == trail]

    def _settle(self, change: Change) -> Effects:
        """Do what was set in motion, in the order of the plan, then look at validity."""
        while change.jobs:
            entry = heappop(change.jobs)
            change.waiting.discard(entry)
            cell = self._cells.get(entry[2])
            if cell is None:
                continue
            if entry[1] == RELEVANT:
                self._settle_relevance(cell, change)
            elif entry[1] == COUNT:
                self._settle_rows(cell, change)
            elif cell.relevant and self._calculate(cell, change):
                change.check(cell, HARM | PROBLEM)
                self._touch(cell, change)
        for path, bits in change.checks.items():
            cell = self._cells.get(path)
            if cell is not None:
                self._check(cell, bits, change)
        return change.effects()

    def _settle_relevance(self, cell: Cell, change: Change) -> None:
        relevant = self._decided(cell)
        if relevant == cell.relevant:
            return
        cell.relevant = relevant
        change.relevance.add(cell.path)
        if cell.definition.is_group:
            if cell.definition.is_repeat and cell.row_id is None:
                change.job(cell, COUNT)
                self._touch(cell, change)
            for kid in cell.kids:
                change.job(kid, RELEVANT)
            return
        if relevant and cell.definition.calculation is not None:
            change.job(cell, VALUE)
        change.check(cell, CHOICES | REQUIRED | READONLY | HARM | PROBLEM)
        if self._see(cell):
            self._touch(cell, change)

    def _settle_rows(self, repeat: Cell, change: Change) -> None:
        before = len(repeat.kids)
        self._fit_rows(repeat, change)
        for row in repeat.kids[:before]:
            change.job(row, RELEVANT)
        self._touch_rows(repeat, change)

    def _touch_rows(self, repeat: Cell, change: Change) -> None:
        """Set in motion whatever looks at a repeat: its count, or answers of any of its rows."""
        self._tree = None
        self._touch(repeat, change)
        waiting = list(repeat.definition.kids)
        while waiting:
            inner = waiting.pop()
            waiting.extend(inner.kids)
            for definition, slot in self._plan.flow.get(inner.name, ()):
                for dependent in self._instances[definition.name]:
                    change.job(dependent, slot)
            for definition, bits in self._plan.leaf.get(inner.name, {}).items():
                for dependent in self._instances[definition.name]:
                    change.check(dependent, bits)

    # Validity -----------------------------------------------------------------------------

    def _check(self, cell: Cell, bits: int, change: Change) -> None:
        if bits & LABEL:
            change.labels.add(cell.path)
            if cell.definition.is_repeat:
                change.labels.update(row.path for row in cell.kids)
            bits |= PROBLEM
        if cell.definition.is_group:
            return
        definition = cell.definition
        if bits & CHOICES and definition.choice_filter is not None:
            choices = self._filtered(cell)
            if choices != cell.choices:
                cell.choices = choices
                change.choices.add(cell.path)
            bits |= PROBLEM
        if bits & REQUIRED and not isinstance(definition.required, bool):
            required = cell.relevant and self._true(definition.required, cell, "required")
            if required != cell.required:
                cell.required = required
                change.labels.add(cell.path)
            bits |= PROBLEM
        if bits & READONLY and not isinstance(definition.readonly, bool):
            readonly = self._true(definition.readonly, cell, "readonly")
            if readonly != cell.readonly:
                cell.readonly = readonly
                change.labels.add(cell.path)
            bits |= PROBLEM
        if bits & HARM and definition.harm is not None:
            cell.harm = (
                cell.relevant
                and cell.answer is not None
                and not cell.answer.empty
                and self._true(definition.harm, cell, "harm")
            )
        if bits & PROBLEM:
            problem = self._found_problem(cell)
            if problem != cell.problem:
                cell.problem = problem
                change.problems.add(cell.path)

    def _filtered(self, cell: Cell) -> tuple[Choice, ...]:
        expression = cell.definition.choice_filter
        assert expression is not None
        reach = SheetReach(self, cell)
        try:
            return tuple(
                choice
                for choice in cell.definition.choices
                if expression.true(reach, columns={"name": choice.name, **choice.columns})
            )
        except ExpressionError as error:
            self._faults[f"{cell.path} / choice_filter"] = error.user_text
            return cell.definition.choices

    def _found_problem(self, cell: Cell) -> Problem | None:
        question = cell.definition.question
        if not cell.relevant or not question.asks:
            return None
        answer = cell.answer
        if answer is None or answer.empty:
            if not cell.required or cell.readonly or (answer is not None and answer.refused):
                return None
            message = self._filled(question.required_message, cell) or needed(question)
            return Problem(cell.path, cell.definition.page, message, MISSING)
        message = self._wrong(cell, question, answer)
        return Problem(cell.path, cell.definition.page, message) if message else None

    def _wrong(self, cell: Cell, question: Question, answer: Answer) -> str:
        """What is wrong with a given answer, in words; empty if nothing is."""
        if not values.fits(question.type, answer.value):
            return misread(question)
        if question.list_name is not None:
            message = wrong_choice(cell, answer, lambda choice: self._filled(choice.label, cell))
            if message:
                return message
        constraint = cell.definition.constraint
        if constraint is not None and not self._true(constraint, cell, "constraint"):
            return self._filled(question.constraint_message, cell) or _(
                "This answer does not fit. Check it."
            )
        return ""

    # What a person reads ------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The language in which labels are shown and answers given."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        if language == self._language:
            return
        self._language = language
        change = Change()
        for definition in self._plan.worded:
            for cell in self._instances[definition.name]:
                for slot in _slots(definition):
                    change.job(cell, slot)
        for cell in self._cells.values():
            if cell.problem is not None:
                change.check(cell, PROBLEM)
        self._settle(change)

    def _filled(
        self,
        words: Words | str,
        cell: Cell,
        language: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> str:
        """A text of the form with `{child}` and `${name}` filled in, in the sheet's language."""
        language = language or self._language
        text = words if isinstance(words, str) else words.text(language)
        if "{" not in text:
            return text
        reach = SheetReach(self, cell)

        def fill(match: re.Match[str]) -> str:
            name, key = match.group(1), match.group(2)
            if name is not None:
                found = reach.cells_named(name)
                return ", ".join(it for each in found if (it := self._shown(each, language)))
            if extra is not None and key in extra:
                return extra[key]
            return self.context_text(key, match.group(0), language=language)

        return PLACEHOLDER.sub(fill, text)

    def filled(
        self, path: str, words: Words, *, language: str, extra: Mapping[str, str] | None = None
    ) -> str:
        """`words` as they read beside the answer at `path`, with `extra` placeholders besides."""
        return self._filled(words, self._cell(path), language, extra)

    def context_text(self, key: str, otherwise: str = "", *, language: str | None = None) -> str:
        """What `{key}` in a text of the form reads as."""
        found = self.context.get(key, "")
        if not found and key == "child":
            return THE_CHILD.text(language or self._language)
        return found or otherwise

    def holds(self, path: str, expression: Expression) -> bool:
        """Whether an expression is true as seen from `path`."""
        return self._true(expression, self._cell(path), "when")

    def label(self, path: str) -> str:
        """What a question, group, repeat or row is called, in the sheet's language."""
        cell = self._cell(path)
        if cell.row_id is not None:
            return self._row_label(cell)
        return self._filled(cell.definition.item.label, cell)

    def _row_label(self, row: Cell) -> str:
        repeat = row.definition.item
        assert isinstance(repeat, Repeat)
        made = self._filled(repeat.row_label, row).strip() if repeat.row_label else ""
        if made:
            return made
        assert row.parent is not None
        number = row.parent.kids.index(row) + 1
        return f"{self._filled(repeat.label, row)} {number}".strip()

    def hint(self, path: str) -> str:
        """The hint under a question or group."""
        cell = self._cell(path)
        return self._filled(cell.definition.item.hint, cell)

    def guidance(self, path: str) -> str:
        """The guidance for the practitioner beside a question."""
        cell = self._cell(path)
        item = cell.definition.item
        return self._filled(item.guidance_hint, cell) if isinstance(item, Question) else ""

    def choice_label(self, path: str, name: str, *, language: str | None = None) -> str:
        """What an option of a question is called; its name where it has no label."""
        cell = self._cell(path)
        choice = cell.definition.by_choice.get(name)
        if choice is None:
            return name
        return self._filled(choice.label, cell, language) or name

    def shown(self, path: str) -> str:
        """The answer as a person reads it; empty where there is none."""
        return self._shown(self._cell(path), self._language)

    def _shown(self, cell: Cell, language: str) -> str:
        answer = cell.answer
        if answer is None or cell.definition.is_group:
            return ""
        if answer.empty:
            return refusal_in_words(answer.refused) if answer.refused else ""
        return ", ".join(self.value_in_words(cell.path, answer.value, language=language))

    def value_in_words(
        self, path: str, value: object, *, language: str | None = None
    ) -> tuple[str, ...]:
        """A value of the question at `path` as a person reads it, each option chosen by itself."""
        language = language or self._language
        question = self._cell(path).definition.question
        if question.list_name is not None:
            names = value if isinstance(value, list) else [str(value)]
            return tuple(self.choice_label(path, name, language=language) for name in names)
        if question.type in ("date", "dateTime"):
            day = values.to_date(value)
            return (str(value) if day is None else day_in_words(day, language),)
        if question.type == "acknowledge":
            return (_("Yes") if value == "OK" else str(value),)
        return (values.text(value),)

    # Reading ------------------------------------------------------------------------------

    def _cell(self, path: str) -> Cell:
        try:
            return self._cells[path]
        except KeyError:
            raise BugError("a sheet was asked for a path that its form does not have") from None

    def _question(self, path: str) -> Cell:
        cell = self._cell(path)
        if cell.definition.is_group:
            raise BugError("a group, repeat or row has no answer of its own")
        return cell

    def has(self, path: str) -> bool:
        """Whether there is such a question, group, repeat or row now."""
        return path in self._cells

    def question(self, path: str) -> Question:
        """The definition of the question at `path`."""
        return self._question(path).definition.question

    def page(self, path: str) -> str:
        """The name of the page that `path` stands on."""
        return self._cell(path).definition.page

    def answer(self, path: str) -> Answer | None:
        """The answer at `path`, or `None` if nothing was ever said there."""
        return self._question(path).answer

    def value(self, path: str) -> Any:
        """The value of the answer at `path` as the document keeps it, or `None`."""
        answer = self._question(path).answer
        if answer is None:
            return None
        return list(answer.value) if isinstance(answer.value, list) else answer.value

    def rows(self, path: str) -> tuple[str, ...]:
        """The identifiers of the rows of the repeat at `path`, in order."""
        return tuple(row.row_id for row in self._repeat(path).kids if row.row_id is not None)

    def _repeat(self, path: str) -> Cell:
        cell = self._cell(path)
        if not cell.definition.is_repeat or cell.row_id is not None:
            raise BugError("only a repeat has rows")
        return cell

    def may_add_row(self, path: str) -> bool:
        """Whether a person may add rows here: the form itself does not fix their number."""
        return self._repeat(path).definition.count is None

    def is_relevant(self, path: str) -> bool:
        """Whether the question, group, repeat or row at `path` is asked at present."""
        return self._cell(path).relevant

    def is_required(self, path: str) -> bool:
        """Whether the form cannot be submitted without an answer here."""
        return self._cell(path).required

    def is_readonly(self, path: str) -> bool:
        """Whether a person may not answer here."""
        return self._cell(path).readonly

    def choices(self, path: str) -> tuple[Choice, ...]:
        """The options that may be chosen at present."""
        return self._question(path).choices

    def problem(self, path: str) -> Problem | None:
        """What is wrong at `path`, if anything is."""
        return self._cell(path).problem

    def problems(self, page: str | None = None) -> tuple[Problem, ...]:
        """Everything that stands in the way of submitting, in the order of the form."""
        return tuple(cell.problem for cell in self._each(page) if cell.problem is not None)

    def progress(self, page: str | None = None) -> Progress:
        """How far a page is, or the whole form."""
        answered = asked = problems = missing = 0
        for cell in self._each(page):
            if not cell.relevant or not cell.definition.question.asks:
                continue
            if cell.problem is not None:
                if cell.problem.kind == MISSING:
                    missing += 1
                else:
                    problems += 1
            if cell.readonly:
                continue
            asked += 1
            answer = cell.answer
            if answer is not None and (not answer.empty or answer.refused):
                answered += 1
        return Progress(answered, asked, problems, missing)

    def harm_signs(self) -> tuple[str, ...]:
        """The paths of answers that are a sign of harm, in the order of the form."""
        return tuple(cell.path for cell in self._each(None) if cell.harm)

    def paths(self, page: str | None = None) -> tuple[str, ...]:
        """The path of every question in the order of the form, row by row, relevant or not."""
        return tuple(cell.path for cell in self._each(page))

    def _each(self, page: str | None) -> Iterator[Cell]:
        waiting = [
            cell for cell in reversed(self._top) if page is None or cell.definition.page == page
        ]
        while waiting:
            cell = waiting.pop()
            if cell.definition.is_group:
                waiting.extend(reversed(cell.kids))
            else:
                yield cell

    def faults(self) -> dict[str, str]:
        """Expressions that could not be worked out, by path and column: the form is at fault."""
        return dict(self._faults)

    # The document -------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """A copy of everything answered, for keeping; also what is not relevant at present."""
        return self._written(lambda cell: cell.answer is not None, self._top, self._more)

    def exported(self) -> dict[str, Any]:
        """The answers that count: those of relevant questions, relevant rows alone."""
        return self._written(
            lambda cell: cell.answer is not None and cell.relevant, self._top, {}, only=True
        )

    def json_at(self, path: str) -> Any:
        """What the document holds at `path` (an answer, or a repeat with its rows) or `None`."""
        cell = self._cell(path)
        if not cell.definition.is_group:
            return None if cell.answer is None else to_json(cell.answer)
        if cell.row_id is not None or not cell.definition.is_repeat:
            raise BugError("a row or group has no entry of its own in the document")
        return self._written(lambda each: each.answer is not None, [cell], {}).get(
            cell.definition.name
        )

    def _written(
        self,
        wanted: Callable[[Cell], bool],
        cells: list[Cell],
        more: Mapping[str, Any],
        *,
        only: bool = False,
    ) -> dict[str, Any]:
        found: dict[str, Any] = {name: deepcopy(entry) for name, entry in more.items()}
        waiting = list(reversed(cells))
        while waiting:
            cell = waiting.pop()
            if cell.definition.is_repeat:
                rows = [
                    self._row_json(row, wanted, only)
                    for row in cell.kids
                    if row.relevant or not only
                ]
                if rows or cell.more:
                    found[cell.definition.name] = {**deepcopy(cell.more), "rows": rows}
            elif cell.definition.is_group:
                waiting.extend(reversed(cell.kids))
            elif wanted(cell):
                assert cell.answer is not None
                found[cell.definition.name] = to_json(cell.answer)
        return found

    def _row_json(
        self, row: Cell, wanted: Callable[[Cell], bool], only: bool = False
    ) -> dict[str, Any]:
        more = {} if only else row.more["answers"]
        return {
            **deepcopy(row.more["row"]),
            "id": row.row_id,
            "answers": self._written(wanted, row.kids, more, only=only),
        }

    # Answering ----------------------------------------------------------------------------

    def set(
        self,
        path: str,
        value: Any,
        *,
        by: str,
        how: str = "typed",
        language: str | None = None,
        source: str | None = None,
        refused: str | None = None,
        may_quote: bool | None = None,
    ) -> Effects:
        """Answer the question at `path`.

        A value that does not fit is kept as it was given; `problem(path)` then says why. Whether
        the child's words may be quoted and whether a source was verified hold for the words they
        were said about: another value puts them back to unknown.
        """
        cell = self._question(path)
        old = cell.answer
        kept = values.tidy(cell.definition.question.type, value)
        if kept is None and refused is None and source is None:
            return self.clear(path, by=by)
        same = old is not None and old.value == kept
        answer = Answer(
            value=kept,  # type: ignore[arg-type]
            language=language or self._language,
            by=by,
            how=how,
            at=self.clock.now().isoformat(),
            source=source if source is not None or old is None else old.source,
            verified=old.verified if old is not None and same else None,
            refused=refused,
            may_quote=may_quote
            if may_quote is not None or old is None or not same
            else old.may_quote,
            more=old.more if old is not None else {},
        )
        return self._replace(cell, answer)

    def clear(self, path: str, *, by: str) -> Effects:
        """Take the answer at `path` away.

        Who did so stands in the log of changes; where the form has a default, also in an empty
        answer, so that the default does not come back.
        """
        cell = self._question(path)
        if cell.definition.default is None:
            return self._replace(cell, None)
        at = self.clock.now().isoformat()
        return self._replace(cell, Answer(language=self._language, by=by, at=at))

    def put(self, path: str, answer: Answer | None) -> Effects:
        """Set the answer at `path` just as it is given: to undo, or to take over a merged one."""
        return self._replace(self._question(path), answer)

    def annotate(self, path: str, **details: Any) -> Effects:
        """Change what is known about an answer and leave its value (`source`, `verified`, …)."""
        cell = self._question(path)
        if "value" in details:
            raise BugError("annotate leaves the value alone")
        return self._replace(cell, replace(cell.answer or Answer(), **details))

    def confirm(self, path: str, *, by: str) -> Effects:
        """Say that an answer carried forward still holds."""
        return self.annotate(path, confirmed_by=by, confirmed_at=self.clock.now().isoformat())

    def _replace(self, cell: Cell, answer: Answer | None) -> Effects:
        change = Change()
        if answer != cell.answer:
            cell.answer = answer
            change.values.add(cell.path)
        if self._see(cell):
            self._touch(cell, change)
        elif cell.definition.name in self._plan.leaf:
            self._touch_labels(cell, change)
        change.check(cell, HARM | PROBLEM)
        return self._settle(change)

    def _touch_labels(self, cell: Cell, change: Change) -> None:
        """Texts show an answer that expressions cannot see, such as half a date."""
        for definition, bits in self._plan.leaf[cell.definition.name].items():
            if bits & LABEL:
                for dependent in self._near(definition, cell):
                    self._look_again(dependent, LABEL, cell, change)

    # Rows ---------------------------------------------------------------------------------

    def add_row(self, path: str) -> tuple[str, Effects]:
        """Add a row at the end of the repeat at `path`; its identifier and what changed."""
        repeat = self._repeat(path)
        row_id = new_id()
        return row_id, self._insert(repeat, {"id": row_id}, len(repeat.kids))

    def _insert(self, repeat: Cell, row: Mapping[str, Any], index: int) -> Effects:
        change = Change()
        cell = self._build_row(repeat, row, index)
        change.rows.add(repeat.path)
        self._open_row(cell, change)
        self._touch_rows(repeat, change)
        return self._settle(change)

    def _open_row(self, row: Cell, change: Change) -> None:
        """Work out everything inside a row that has just come."""
        self._tree = None
        row.relevant = self._decided(row)
        inside: list[Cell] = []
        waiting = list(row.kids)
        while waiting:
            cell = waiting.pop()
            inside.append(cell)
            waiting.extend(cell.kids)
        for cell in sorted(inside, key=lambda each: each.definition.rank):
            if cell.row_id is not None:
                continue
            if cell.definition.plain:
                self._inherit(cell)
            else:
                self._work_out(cell, change)
            if not cell.definition.is_group:
                change.check(cell, CHOICES | REQUIRED | READONLY | HARM | PROBLEM)

    def remove_row(self, path: str, row_id: str) -> Effects:
        """Take a row away. `restore_row` brings it back as it was, for as long as this lasts."""
        repeat = self._repeat(path)
        row = self._cell(f"{path}/{row_id}")
        index = repeat.kids.index(row)
        kept = self._row_json(row, lambda cell: cell.answer is not None)
        self._removed[row.path] = (index, kept)
        repeat.kids.pop(index)
        waiting = [row]
        while waiting:
            cell = waiting.pop()
            waiting.extend(cell.kids)
            del self._cells[cell.path]
            if cell.row_id is None:
                self._instances[cell.definition.name].remove(cell)
        return self._after_rows(repeat)

    def restore_row(self, path: str, row_id: str) -> Effects:
        """Bring back a row that was taken away, in its place."""
        index, row = self._removed.pop(f"{path}/{row_id}")
        repeat = self._repeat(path)
        return self._insert(repeat, row, min(index, len(repeat.kids)))

    def move_row(self, path: str, row_id: str, index: int) -> Effects:
        """Put a row at another place among the rows of its repeat, counted from 0."""
        repeat = self._repeat(path)
        row = self._cell(f"{path}/{row_id}")
        repeat.kids.remove(row)
        repeat.kids.insert(index, row)
        return self._after_rows(repeat)

    def _after_rows(self, repeat: Cell) -> Effects:
        change = Change()
        change.rows.add(repeat.path)
        if repeat.definition.count is not None:
            change.job(repeat, COUNT)
        self._touch_rows(repeat, change)
        return self._settle(change)

    def refresh(self) -> Effects:
        """Work out anew what depends on the date or the time of day."""
        change = Change()
        for definition in self._plan.timed:
            for cell in self._instances[definition.name]:
                for slot in _slots(definition):
                    change.job(cell, slot)
                change.check(cell, CHOICES | REQUIRED | READONLY | HARM | PROBLEM)
        return self._settle(change)

    # For expressions ----------------------------------------------------------------------

    def cell(self, path: str) -> Cell:
        """The cell at `path`, for the reach of expressions."""
        return self._cell(path)

    def instances(self, name: str) -> list[Cell]:
        """Every cell of a name, in the order in which they came to be."""
        return self._instances[name]

    def definition(self, name: str) -> Definition:
        """The definition of a name."""
        return self._plan.definitions[name]

    @property
    def top(self) -> list[Cell]:
        """The outermost cells."""
        return self._top

    @property
    def tree(self) -> AnswerTree:
        """The answers as a tree of nodes, made when a path first walks it."""
        if self._tree is None:
            self._tree = AnswerTree(self)
        return self._tree


def _slots(definition: Definition) -> Iterator[int]:
    if definition.relevant is not None:
        yield RELEVANT
    if definition.count is not None:
        yield COUNT
    if definition.calculation is not None:
        yield VALUE


def _names_inside(definition: Definition) -> frozenset[str]:
    """The names whose answers stand directly in a row of the repeat."""
    found: set[str] = set()
    waiting = list(definition.kids)
    while waiting:
        kid = waiting.pop()
        if kid.is_group and not kid.is_repeat:
            waiting.extend(kid.kids)
        else:
            found.add(kid.name)
    return frozenset(found)
