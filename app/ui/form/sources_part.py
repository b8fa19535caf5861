"""Who says so: what each source said about a question, and a small form to write one down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from app.casework import reference, sources
from app.core.i18n import _
from app.core.ids import new_id
from app.forms.statements import Statement, is_statement
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.form.editors.options import CheckOption
from app.ui.form.editors.texts import GrowingText
from app.ui.form.typed import date_as_typed, read_date
from app.ui.kit import (
    Body,
    FieldFrame,
    FlowLayout,
    Heading,
    LinkButton,
    Pill,
    SecondaryButton,
    Small,
)

ADD_KEY: Final = "F6"


class SourceCard(QFrame):
    """What one source said, with its day and whether it was checked."""

    def __init__(
        self, statement: Statement, child: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.statement = statement
        look = theme.current()
        self.setAccessibleName(sources.line(statement, child=child))
        self.setStyleSheet(
            f"SourceCard {{ border: 1px solid {look.hex('line')};"
            f" border-radius: {look.px(6)}px; background: {look.hex('surface')}; }}"
        )
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(look.px(10), look.px(8), look.px(10), look.px(8))
        self.column.setSpacing(look.px(4))
        who = sources.who(statement, child=child)
        head = ", ".join(part for part in (who, sources.when(statement)) if part)
        if head:
            self.column.addWidget(Small(head))
        pills = FlowLayout(gap=4)
        if not who:
            pills.addWidget(Pill(_("source not named yet"), "attention"))
        if statement.checked:
            pills.addWidget(Pill(_("checked"), "good"))
        if statement.differs:
            pills.addWidget(Pill(_("says something else"), "attention"))
        self.column.addLayout(pills)
        if statement.words:
            said = Body(sources.words(statement))
            self.column.addWidget(said)


class SourceForm(QWidget):
    """One statement being written down; every change is kept at once, like any answer.

    Signals:
        done: it is finished, or was taken away.
    """

    done = Signal()

    def __init__(
        self, controller: FormController, statement: Statement, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.statement = statement
        self.who = self._list(sources.SOURCES, statement.who)
        self.name = QLineEdit(statement.name)
        self.when = QLineEdit(date_as_typed(statement.when))
        self.how = self._list(sources.WAYS, statement.how)
        self.words = GrowingText()
        self.words.setPlainText(statement.words)
        self.checked = CheckOption(_("Checked"))
        self.checked.setChecked(statement.checked)
        self.differs = CheckOption(_("Says something else than the answer"))
        self.differs.setChecked(statement.differs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(4))
        self.who_field = FieldFrame(_("Who says so"), self.who)
        self.name_field = FieldFrame(_("Their name or role"), self.name, optional=True)
        self.when_field = FieldFrame(_("When"), self.when)
        self.how_field = FieldFrame(_("How"), self.how)
        self.words_field = FieldFrame(_("What was said"), self.words)
        for field in (
            self.who_field,
            self.name_field,
            self.when_field,
            self.how_field,
            self.words_field,
            self.checked,
            self.differs,
        ):
            column.addWidget(field)
        row = FlowLayout(gap=8)
        row.addWidget(SecondaryButton(_("Done"), self._finish))
        row.addWidget(LinkButton(_("Remove this source"), self._remove, small=True))
        column.addLayout(row)
        self.who.currentIndexChanged.connect(self._changed)
        self.how.currentIndexChanged.connect(self._changed)
        for line in (self.name, self.when):
            line.textEdited.connect(self._changed)
        self.words.textChanged.connect(self._changed)
        for box in (self.checked, self.differs):
            box.toggled.connect(self._changed)

    @staticmethod
    def _list(name: str, chosen: str) -> QComboBox:
        box = QComboBox()
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.addItem(_("Choose"), "")
        for entry in reference.listing(name).entries:
            box.addItem(entry.label(), entry.code)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        return box

    @Slot()
    def _changed(self) -> None:
        typed = self.when.text().strip()
        day = read_date(typed, self.controller.clock.today()) if typed else None
        self.statement = replace(
            self.statement,
            who=self.who.currentData(),
            name=self.name.text(),
            when=typed if day is None else day.isoformat(),
            how=self.how.currentData(),
            checked=self.checked.isChecked(),
            differs=self.differs.isChecked(),
            words=self.words.toPlainText(),
        )
        self.controller.say(self.statement)

    @Slot()
    def _finish(self) -> None:
        """Close it where nothing is wrong; else say what is, and leave what was typed."""
        self.who_field.set_error("")
        self.when_field.set_error("")
        wrong = sources.problem_of(self.statement, self.controller.clock.today())
        if not wrong or not self.controller.sheet.keeps_statement(self.statement.id):
            self.done.emit()
            return
        field = self.when_field if self.statement.who else self.who_field
        field.set_error(wrong)
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _remove(self) -> None:
        if self.controller.sheet.keeps_statement(self.statement.id):
            self.controller.take_back(self.statement)
        self.done.emit()


class SourcesPart(QWidget):
    """The sources of one question in the panel: a card each, and a way to add one.

    Signals:
        finished: a statement was written down; carries the path of its question.
    """

    finished = Signal(str)

    def __init__(self, controller: FormController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.path = ""
        self.form: SourceForm | None = None
        self.cards: list[SourceCard] = []
        look = theme.current()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, look.px(16))
        self._column.setSpacing(look.px(8))
        self.heading = Heading(_("Sources for this question"))
        self._column.addWidget(self.heading)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(8))
        self._column.addLayout(self._cards)
        self.add = SecondaryButton(_("Add a source"), self.begin)
        self.add.setToolTip(ADD_KEY)
        row = FlowLayout()
        row.addWidget(self.add)
        self._column.addLayout(row)
        controller.changed.connect(self._changed)
        self.hide()

    def show_question(self, path: str) -> None:
        """Show the sources of the question at `path`; with an empty path nothing."""
        if path != self.path:
            self.close_form()
        self.path = path
        self._draw()

    def begin(self) -> None:
        """Write down what another source says; the keyboard goes to the first field."""
        if self.path and self.controller.editable:
            self.open_form(Statement(id=new_id(), about=self.path))

    def open_form(self, statement: Statement) -> None:
        """Write a statement, or change it."""
        self.close_form()
        self.form = SourceForm(self.controller, statement, self)
        self.form.done.connect(self._done)
        self._column.addWidget(self.form)
        self.form.show()
        self._draw()
        self.form.who_field.focus_editor()

    def close_form(self) -> None:
        """Put the small form away; the list of sources has what it said."""
        if self.form is None:
            return
        self._column.removeWidget(self.form)
        self.form.hide()
        self.form.deleteLater()
        self.form = None
        self.controller.take_over(sources.fill_list(self.controller.sheet, by=self.controller.by))

    # -- inside ----------------------------------------------------------------------------

    @Slot()
    def _done(self) -> None:
        path = self.path
        self.close_form()
        self._draw()
        self.finished.emit(path)

    @Slot(object)
    def _changed(self, effects: object) -> None:
        if self.path and self.form is None and any(map(is_statement, effects.values)):
            self._draw()

    def _draw(self) -> None:
        for card in self.cards:
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        editing = None if self.form is None else self.form.statement.id
        held = self.controller.sheet.statements(self.path) if self.path else ()
        for statement in held:
            if statement.id != editing:
                self._add_card(statement)
        editable = self.controller.editable
        self.add.setVisible(editable and self.form is None)
        self.setVisible(bool(self.path) and (editable or bool(held)))

    def _add_card(self, statement: Statement) -> None:
        card = SourceCard(statement, self.controller.sheet.context.get("child", ""), self)
        if self.controller.editable:
            row = FlowLayout(gap=8)
            for words, act in (
                (_("Change"), self._opener(statement)),
                (_("Remove"), self._remover(statement)),
            ):
                link = LinkButton(words, act, small=True)
                link.setAccessibleDescription(card.accessibleName())
                row.addWidget(link)
            card.column.addLayout(row)
        self._cards.addWidget(card)
        card.show()
        self.cards.append(card)

    def _opener(self, statement: Statement) -> Callable[[], None]:
        return lambda: self.open_form(statement)

    def _remover(self, statement: Statement) -> Callable[[], None]:
        def remove() -> None:
            self.controller.take_back(statement)
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

        return remove
