"""A form being filled in: the answers, and everything that follows from them.

A sheet knows nothing of windows or stores. It takes one answer at a time, works out anew what
depends on it and nothing else, and says which paths are to be drawn again. A wrong answer is kept
as it was given, with a `Problem` that says what is wrong; an answer whose question is no longer
relevant is kept too, but counts for nothing until it is relevant again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from app.core.errors import BugError
from app.core.i18n import _
from app.core.ids import new_id
from app.forms import values
from app.forms.answers import Answer, to_json
from app.forms.cells import (
    INVALID,
    MISSING,
    UNCONFIRMED,
    Cell,
    Change,
    Effects,
    Problem,
    Progress,
)
from app.forms.engine import Engine, slots_of
from app.forms.plan import (
    CHOICES,
    COUNT,
    HARM,
    LABEL,
    PROBLEM,
    READONLY,
    REQUIRED,
)
from app.forms.schema import Choice, Question, Repeat
from app.forms.statements import (
    STATEMENTS,
    Statement,
    is_statement,
    path_of,
    row_of,
    rows_of,
    statements_of,
)

__all__ = ["INVALID", "MISSING", "UNCONFIRMED", "Effects", "Problem", "Progress", "Sheet"]


class Sheet(Engine):
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

    # Reading ------------------------------------------------------------------------------

    def has(self, path: str) -> bool:
        """Whether there is such a question, group, repeat or row now."""
        return path in self._cells

    def keeps(self, path: str) -> bool:
        """Whether what stands at `path` belongs to the document: `json_at` tells what it is."""
        return path in self._cells or is_statement(path)

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

    def rows_in_order(self, path: str) -> tuple[str, ...]:
        """The rows of the repeat at `path` as they are read: by the answers that the form orders
        them by, rows without such an answer last; else in the order in which they were entered."""
        repeat = self._repeat(path).definition.item
        order = repeat.row_order if isinstance(repeat, Repeat) else None
        if order is None:
            return self.rows(path)

        def place(row: str) -> tuple[bool, Any]:
            value = self.value(f"{path}/{row}/{order}")
            return (True, "") if value in (None, "") else (False, value)

        return tuple(sorted(self.rows(path), key=place))

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
        """Every answer that is wrong or missing, in the order of the form."""
        return tuple(cell.problem for cell in self._each(page) if cell.problem is not None)

    def unconfirmed(self, page: str | None = None) -> tuple[str, ...]:
        """Where an answer was carried forward and nobody has confirmed or changed it yet."""
        return tuple(cell.path for cell in self._each(page) if _waits(cell))

    def obstacles(self, page: str | None = None) -> tuple[Problem, ...]:
        """Everything that stands in the way of submitting: what is wrong or missing, then what was
        carried forward and is not confirmed.
        """
        wrong = self.problems(page)
        told = {problem.path for problem in wrong}
        text = _("Say whether this is still true, or change it.")
        return wrong + tuple(
            Problem(path, self.page(path), text, UNCONFIRMED)
            for path in self.unconfirmed(page)
            if path not in told
        )

    def progress(self, page: str | None = None) -> Progress:
        """How far a page is, or the whole form."""
        answered = asked = problems = missing = unconfirmed = 0
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
            if answer is not None and answer.replied:
                answered += 1
                unconfirmed += answer.unconfirmed
        return Progress(answered, asked, problems, missing, unconfirmed)

    def harm_signs(self) -> tuple[str, ...]:
        """The paths of answers that are a sign of harm, in the order of the form."""
        return tuple(cell.path for cell in self._each(None) if cell.harm)

    def paths(self, page: str | None = None) -> tuple[str, ...]:
        """The path of every question in the order of the form, row by row, relevant or not."""
        return tuple(cell.path for cell in self._each(page))

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
        """What the document holds at `path`: an answer, a repeat, a statement; `None`: nothing."""
        if is_statement(path):
            rows = rows_of(self._more)
            return next((deepcopy(row) for row in rows if path == path_of(row["id"])), None)
        cell = self._cell(path)
        if not cell.definition.is_group:
            return deepcopy(cell.odd) if cell.answer is None else to_json(cell.answer)
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
                elif cell.odd is not None and not only:
                    found[cell.definition.name] = deepcopy(cell.odd)
            elif cell.definition.is_group:
                waiting.extend(reversed(cell.kids))
            elif wanted(cell):
                assert cell.answer is not None
                found[cell.definition.name] = to_json(cell.answer)
            elif cell.odd is not None and not only:
                found[cell.definition.name] = deepcopy(cell.odd)
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
        """Say that an answer carried forward still holds, where it waits for that."""
        return self.confirm_all((path,), by=by)

    def confirm_all(self, paths: Iterable[str], *, by: str) -> Effects:
        """Say that several answers carried forward still hold, at one moment."""
        at = self.clock.now().isoformat()
        effects = Effects()
        for path in paths:
            answer = self._question(path).answer
            if answer is not None and answer.unconfirmed:
                effects |= self.annotate(path, confirmed_by=by, confirmed_at=at)
        return effects

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

    # Statements ---------------------------------------------------------------------------

    def statements(self, path: str | None = None) -> tuple[Statement, ...]:
        """What sources said, about the question at `path` or about any."""
        held = statements_of(self._more)
        return tuple(one for one in held if path is None or one.about == path)

    def keeps_statement(self, statement_id: str) -> bool:
        """Whether a statement of that id was written down."""
        return any(row["id"] == statement_id for row in rows_of(self._more))

    def say(self, statement: Statement, *, by: str) -> Effects:
        """Write a statement down, or write it anew where there is one of its id."""
        rows = list(rows_of(self._more))
        place = next((i for i, row in enumerate(rows) if row["id"] == statement.id), None)
        row = row_of(
            statement,
            None if place is None else rows[place],
            by=by,
            at=self.clock.now().isoformat(),
            language=self._language,
        )
        if place is None:
            rows.append(row)
        else:
            rows[place] = row
        return self._keep_statements(rows, statement.id)

    def put_statement(self, statement_id: str, row: Mapping[str, Any] | None) -> Effects:
        """Put a statement back as the document held it, or take it away: to undo."""
        rows = [each for each in rows_of(self._more) if each["id"] != statement_id]
        if row is not None:
            rows.append(deepcopy(dict(row)))
        return self._keep_statements(rows, statement_id)

    def _keep_statements(self, rows: list[dict[str, Any]], changed: str) -> Effects:
        held = self._more.get(STATEMENTS)
        beside = held if isinstance(held, dict) else {}
        self._more[STATEMENTS] = {**beside, "rows": rows}
        return Effects(values=frozenset({path_of(changed)}))

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
                for slot in slots_of(definition):
                    change.job(cell, slot)
                change.check(cell, CHOICES | REQUIRED | READONLY | HARM | PROBLEM)
        return self._settle(change)


def _waits(cell: Cell) -> bool:
    """Whether a person has to say that the answer carried forward still holds."""
    answer = cell.answer
    return (
        answer is not None
        and answer.unconfirmed
        and answer.replied
        and cell.relevant
        and not cell.readonly
        and cell.definition.question.asks
    )
