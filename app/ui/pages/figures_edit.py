"""Entering and changing the service's figures: what they are on, their source, and the numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.casework import figures_counted, service_figures
from app.casework.places import Place
from app.casework.problems import Problem
from app.casework.service_figures import COUNTS, FigureDetails, TableUnread
from app.core.clock import Clock
from app.core.i18n import _
from app.ui import theme
from app.ui.form.typed import read_integer
from app.ui.gate import words_of
from app.ui.kit import (
    Body,
    ErrorText,
    Heading,
    Muted,
    SecondaryButton,
    Small,
    Strong,
    Table,
    TableModel,
    button_row,
)
from app.ui.pages.details import DetailsEditor
from app.ui.pages.edit_page import EditPage, Subject
from app.ui.pages.figures import columns, in_a_line

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

RECORD_TYPE: Final = "decision_figures"
REQUIRED: Final = (
    "decision", "out_of", "area", "period_from", "period_to", "source_publisher", "source_name",
    "source_date",
)  # fmt: skip
_STEPS: Final = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Return: 1,
    Qt.Key.Key_Enter: 1,
}


class FiguresEditPage(EditPage):
    """Figures on one decision, to be entered or changed."""

    # As wide as the table of what a report would print.
    width_of_fields = 960

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.scroll.end()
        self.show_buttons(self.save, self.cancel)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: record_id (None: enter new ones), counted (the decision
        whose numbers are counted from the casebook).
        """
        record_id = args.get("record_id")
        # Taken out, so that going back later brings what was typed since.
        decision = self.args.pop("counted", None)
        self.title = _("Change figures") if record_id else _("Enter figures")
        self.header.set_words(self.title)
        self.begin(Subject(RECORD_TYPE, None, record_id), args.get("path"))

        def read() -> tuple[FigureDetails, FigureDetails | None]:
            if record_id is not None:
                return service_figures.details(desk, record_id), None
            found = figures_counted.counted(desk).decisions if decision else ()
            counted = (one.details for one in found if one.details.decision == decision)
            return service_figures.begin(desk), next(counted, None)

        self.run(read, lambda both: self._show(*both))

    def write(self, subject: Subject, details: Any) -> Callable[[], Any]:
        """Override EditPage.write."""
        desk = self.desk
        if subject.record_id is None:
            return lambda: service_figures.add(desk, details)
        return lambda: service_figures.change(desk, subject.record_id or "", details)

    def place_after(self, child_id: str | None) -> Place:
        """Override EditPage.place_after."""
        return Place("figures")

    def _show(self, details: FigureDetails, counted: FigureDetails | None) -> None:
        editor = FiguresEditor(details, clock=self.desk.clock)
        self.edit(editor)
        if counted is not None:
            editor.fill_in(counted)


class FiguresEditor(DetailsEditor[FigureDetails]):
    """The fields of figures, the numbers of each group, and what a report would print of them."""

    def __init__(self, details: FigureDetails, *, clock: Clock) -> None:
        super().__init__(
            RECORD_TYPE,
            details,
            clock=clock,
            groups=(
                (
                    _("What the figures are on"),
                    ("decision", "out_of", "area", "area_welsh", "period_from", "period_to"),
                ),
                (_("Where they come from"), ("source_publisher", "source_name", "source_date")),
            ),
            hints={
                "out_of": _("The stage before it: of whom or of what the decision was made."),
                "area_welsh": _("For reports in Welsh, where it is another name."),
                "source_name": _("With the table or page, so that others can look it up."),
            },
            required=REQUIRED,
        )
        look = theme.current()
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.addWidget(Heading(_("Numbers by ethnic group")))
        column.addWidget(
            Muted(
                _(
                    "Leave a group empty where the source does not tell of it. Numbers under six "
                    "are kept here, and no report prints them."
                )
            )
        )
        self.cells = CountCells()
        self.cells.show_counts(
            {code: (str(events), str(total)) for code, (events, total) in details.counts.items()}
        )
        self.cells.edited.connect(self._counted)
        self.cells.pasted.connect(self._paste)
        column.addWidget(self.cells)
        self.paste_button = SecondaryButton(_("Paste a table"), self._paste)
        column.addLayout(button_row(self.paste_button))
        self.paste_problem = ErrorText()
        self.paste_problem.hide()
        column.addWidget(self.paste_problem)
        self.preview_heading = Heading(_("What a report would print"))
        column.addWidget(self.preview_heading)
        self.preview_caption = Strong()
        self.preview_model: TableModel[tuple[str, ...]] = TableModel([])
        self.preview: Table | None = None
        self.preview_words = Body()
        self.preview_source = Small()
        self.preview_none = Muted()
        self._preview_place = QVBoxLayout()
        self._preview_place.setSpacing(look.px(8))
        for part in (
            self.preview_caption,
            self.preview_words,
            self.preview_source,
            self.preview_none,
        ):
            self._preview_place.addWidget(part)
        column.addLayout(self._preview_place)
        self.changed.connect(self._draw)
        self._counts_changed = False
        self._draw()

    def details(self) -> tuple[FigureDetails | None, tuple[Problem, ...]]:
        """Override DetailsEditor.details: with the numbers."""
        counts, problems = self.cells.counts()
        given, others = super().details()
        if given is None or problems:
            return None, (*others, *problems)
        return dataclasses.replace(given, counts=counts), ()

    def typed(self) -> dict[str, Any]:
        """Override DetailsEditor.typed: with the numbers as they were typed."""
        typed = super().typed()
        if self._counts_changed:
            typed[COUNTS] = {code: list(texts) for code, texts in self.cells.texts().items()}
        return typed

    def take(self, typed: Mapping[str, Any]) -> bool:
        """Override DetailsEditor.take: with the numbers."""
        others = dict(typed)
        kept = others.pop(COUNTS, None)
        super().take(others)
        if isinstance(kept, Mapping):
            self.cells.show_counts({code: (pair[0], pair[1]) for code, pair in kept.items()})
            self._counts_changed = self.touched = True
        self._draw()
        return self.touched

    def fill_in(self, given: FigureDetails) -> None:
        """Show `given` as if a person had typed it."""
        typed: dict[str, Any] = {
            name: value.isoformat() if isinstance(value, date) else value
            for name in self.frames
            if (value := getattr(given, name))
        }
        typed[COUNTS] = {code: [str(n) for n in pair] for code, pair in given.counts.items()}
        self.take(typed)
        self.changed.emit()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Override DetailsEditor.show_problems: those of a group stand under its numbers."""
        super().show_problems(problems)
        cells = self.cells.show_problems(problems)
        targets = {**self.frames, **cells}
        self.summary.show_errors([(one.text, targets.get(one.field)) for one in problems])

    # -- inside ----------------------------------------------------------------------------

    def _counted(self) -> None:
        self._counts_changed = self.touched = True
        self.changed.emit()

    def _paste(self) -> None:
        try:
            found = service_figures.read_table(QGuiApplication.clipboard().text())
        except TableUnread as error:
            self.paste_problem.setText(words_of(error))
            self.paste_problem.show()
            return
        self.paste_problem.hide()
        self.cells.show_counts({**self.cells.texts(), **found})
        self._counted()

    def _draw(self) -> None:
        """Show what a report would print of what is typed now."""
        changes = {}
        for name in self.frames:
            value, problem = self._read(name)
            if not problem:
                changes[name] = value
        counts, problems = self.cells.counts()
        given = dataclasses.replace(self._start, **changes, counts=counts)
        drawn = None if problems else service_figures.picture(given, self._clock.today())
        for part in (self.preview_caption, self.preview_words, self.preview_source):
            part.setVisible(drawn is not None)
        self.preview_none.setVisible(drawn is None or not (drawn.caption and drawn.source))
        if self.preview is not None:
            self.preview.setVisible(drawn is not None)
        if drawn is None:
            self.preview_none.setText(
                _("Write the numbers of at least two groups, White among them, to see the rates.")
            )
            return
        self.preview_none.setText(_("Not kept before everything above is filled in."))
        self.preview_caption.setText(drawn.caption)
        self.preview_caption.setVisible(bool(drawn.caption))
        self.preview_source.setText(drawn.source)
        self.preview_source.setVisible(bool(drawn.source))
        large = theme.current().large
        self.preview_words.setVisible(large)
        if large:
            # A table would be cut at this size.
            self.preview_words.setText(
                "\n".join(in_a_line(drawn.headers, row) for row in drawn.rows)
            )
            return
        if self.preview is None:
            self.preview_model = TableModel(columns(drawn.headers))
            name = self.preview_heading.text()
            self.preview = Table(self.preview_model, name, all_rows=True, shortens=True)
            self._preview_place.insertWidget(1, self.preview)
        self.preview_model.set_rows(drawn.rows)


class CountCells(QWidget):
    """A line for each group: on how many the decision fell, and out of how many.

    Return and the arrow keys go to the next group. A table that is pasted fills all of it.

    Signals:
        edited: A person typed a number.
        pasted: A person pasted a table into a cell.
    """

    edited = Signal()
    pasted = Signal()

    def __init__(self) -> None:
        super().__init__()
        look = theme.current()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.px(12))
        grid.setVerticalSpacing(look.px(6))
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        titles = (_("Ethnic group"), _("Decisions"), _("Out of how many"))
        for at, title in enumerate(titles):
            grid.addWidget(Small(title), 0, at)
        self.lines: dict[str, tuple[_Cell, _Cell]] = {}
        self.errors: dict[str, ErrorText] = {}
        self._labels = dict(service_figures.groups())
        for row, (code, label) in enumerate(self._labels.items()):
            pair = (_Cell(), _Cell())
            grid.addWidget(Strong(label), 2 * row + 1, 0)
            for at, cell in enumerate(pair, start=1):
                cell.setAccessibleName(f"{label}, {titles[at]}")
                cell.textEdited.connect(self._typed)
                cell.stepped.connect(partial(self._step, row, at - 1))
                cell.table_pasted.connect(self.pasted)
                grid.addWidget(cell, 2 * row + 1, at)
            error = ErrorText()
            error.hide()
            grid.addWidget(error, 2 * row + 2, 0, 1, 3)
            self.lines[code] = pair
            self.errors[code] = error

    def show_counts(self, counts: Mapping[str, tuple[str, str]]) -> None:
        """Show these texts; groups that are not named are empty."""
        for code, pair in self.lines.items():
            for cell, text in zip(pair, counts.get(code, ("", "")), strict=True):
                cell.setText(text)

    def texts(self) -> dict[str, tuple[str, str]]:
        """What is typed, of each group that something is typed of."""
        return {
            code: (events.text().strip(), total.text().strip())
            for code, (events, total) in self.lines.items()
            if events.text().strip() or total.text().strip()
        }

    def counts(self) -> tuple[dict[str, tuple[int, int]], tuple[Problem, ...]]:
        """The numbers by group, and what can't be read as numbers."""
        counts: dict[str, tuple[int, int]] = {}
        problems = []
        for code, (first, second) in self.texts().items():
            events, total = read_integer(first), read_integer(second)
            if events is None or total is None or min(events, total) < 0:
                text = _(
                    "{group}: write two whole numbers, such as 12 and 130, or leave both empty."
                ).format(group=self._labels[code])
                problems.append(Problem(f"{COUNTS}.{code}", text, blocks=True))
            else:
                counts[code] = (events, total)
        return counts, tuple(problems)

    def show_problems(self, problems: Sequence[Problem]) -> dict[str, QWidget]:
        """Say under each group what is wrong with its numbers; where the keyboard goes for each."""
        by_field = {problem.field: problem.text for problem in reversed(problems)}
        for code, pair in self.lines.items():
            text = by_field.get(f"{COUNTS}.{code}", "")
            self.errors[code].setText(text)
            self.errors[code].setVisible(bool(text))
            for cell in pair:
                cell.say_problem(text)
        return {f"{COUNTS}.{code}": pair[0] for code, pair in self.lines.items()}

    def _typed(self) -> None:
        self.edited.emit()

    def _step(self, row: int, at: int, by: int) -> None:
        pairs = list(self.lines.values())
        if 0 <= row + by < len(pairs):
            cell = pairs[row + by][at]
            cell.setFocus(Qt.FocusReason.OtherFocusReason)
            cell.selectAll()


class _Cell(QLineEdit):
    """One number.

    Signals:
        stepped: An arrow key or Return was pressed; carries -1 or 1.
        table_pasted: What was pasted has more than one line.
    """

    stepped = Signal(int)
    table_pasted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QWidget::keyPressEvent."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        step = _STEPS.get(Qt.Key(event.key())) if plain else None
        if step is not None:
            self.stepped.emit(step)
        elif event.matches(QKeySequence.StandardKey.Paste) and _is_table():
            self.table_pasted.emit()
        else:
            super().keyPressEvent(event)

    def say_problem(self, text: str) -> None:
        """Show that something is wrong with the number, or nothing where `text` is empty."""
        self.setAccessibleDescription(_("Error: {problem}").format(problem=text) if text else "")
        self.setProperty("problem", bool(text))
        self.style().unpolish(self)
        self.style().polish(self)


def _is_table() -> bool:
    return "\n" in QGuiApplication.clipboard().text().strip()
