"""How a sheet works things out: each once, after what it depends on, and only if that changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from heapq import heappop
from typing import Any

from app.core.clock import Clock
from app.core.errors import BugError
from app.core.i18n import _
from app.core.ids import new_id
from app.forms import texts, values
from app.forms.answers import FORM, Answer, answer_from_json, is_rows
from app.forms.cells import MISSING, Cell, Change, Effects, Problem
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


class Engine:
    """The cells of a sheet and what follows from what; `Sheet` is how others use it."""

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
            if entry is not None and not is_rows(entry):
                cell.odd = deepcopy(entry)
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
            elif entry is not None:
                cell.odd = deepcopy(entry)
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
        change.labels.update(row.path for row in repeat.kids)
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
        if isinstance(answer.value, str) and (fault := texts.fault_of(answer.value)):
            return fault
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
                for slot in slots_of(definition):
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
        return (values.text(value) if isinstance(value, str | int | float) else str(value),)

    # Cells ---------------------------------------------------------------------------------

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

    def _repeat(self, path: str) -> Cell:
        cell = self._cell(path)
        if not cell.definition.is_repeat or cell.row_id is not None:
            raise BugError("only a repeat has rows")
        return cell

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


def slots_of(definition: Definition) -> Iterator[int]:
    """In which respects a definition is worked out."""
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
