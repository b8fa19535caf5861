"""One question on a page: there while it is asked; its answer is kept while it is not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import BugError
from app.core.i18n import _
from app.forms.answers import Answer
from app.forms.matrix import asked_by
from app.forms.schema import Question
from app.forms.statements import Statement
from app.ui.form.carried import CarriedCard
from app.ui.form.controller import FormController
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.matrix import MatrixEditor
from app.ui.form.editors.registry import editor_for
from app.ui.form.editors.shown import ShownEditor
from app.ui.form.said_beside import SaidBeside
from app.ui.kit import FieldFrame, Small

_WITH_CHOICES: Final = ("select_one", "select_multiple", "rank")
_EXAMPLES: Final = ("date", "dateTime", "time")


class Field(QWidget):
    """The place of one question on a page.

    Signals:
        focused: the question has the keyboard; carries its path.
        left: the keyboard has gone elsewhere; carries its path.
        confirmed: a person said here that what was carried forward is still true; its path.
    """

    focused = Signal(str)
    left = Signal(str)
    confirmed = Signal(str)

    def __init__(
        self,
        controller: FormController,
        question: Question,
        path: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.question = question
        self.path = path
        self.frame: FieldFrame | None = None
        self.carried: CarriedCard | None = None
        self.history: Small | None = None
        self.said: QWidget | None = None
        self._changing_carried = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.update_relevance()

    # -- reading ---------------------------------------------------------------------------

    @property
    def shown(self) -> bool:
        """Whether the question is asked now."""
        return self.frame is not None or self.carried is not None

    @property
    def editor(self) -> Editor | None:
        """What the answer is typed or chosen in; `None` while the question is not asked."""
        return None if self.frame is None else self.frame.editor

    # -- drawing again ---------------------------------------------------------------------

    def update_relevance(self) -> None:
        """Build what is shown when the question is asked, and take it away when it is not."""
        sheet = self.controller.sheet
        if not sheet.is_relevant(self.path):
            self._remove()
            self.setVisible(False)
            return
        if self._waits():
            self._show_carried(sheet.answer(self.path))
        elif self.frame is None:
            self._remove()
            self._build()
        self.setVisible(True)

    def _waits(self) -> bool:
        """Whether an answer carried forward is shown here until somebody confirms it."""
        sheet = self.controller.sheet
        answer = sheet.answer(self.path)
        return (
            answer is not None
            and answer.unconfirmed
            and answer.replied
            and not sheet.is_readonly(self.path)
            and not self._changing_carried
            and self.controller.editable
            and self.question.asks
        )

    def update_words(self) -> None:
        """Show label, hint and the words of the choices anew, as after a switch of language."""
        if self.carried is not None:
            self._show_carried(self.controller.sheet.answer(self.path))
        if self.frame is None:
            return
        self.frame.set_label(self._label(), optional=self._is_optional())
        self.frame.set_hint(self._hint())
        self.frame.editor.show_language(self.controller.language)
        self._hide_own_label()
        self.update_options()
        if isinstance(self.frame.editor, ShownEditor | MatrixEditor):
            self.update_value()

    def update_options(self) -> None:
        """Offer the choices that are open now."""
        if self.frame is not None and self.question.type in _WITH_CHOICES:
            self.frame.editor.show_options(self._options())
            self.update_value()

    def update_value(self) -> None:
        """Show the answer that the form holds."""
        sheet = self.controller.sheet
        if self.carried is not None or (self._waits() and sheet.is_relevant(self.path)):
            self.update_relevance()
        if self.frame is None:
            return
        if isinstance(self.frame.editor, MatrixEditor):
            self._show_matrix(self.frame.editor)
        elif isinstance(self.frame.editor, ShownEditor):
            self.frame.editor.show_value(sheet.shown(self.path))
        else:
            self.frame.editor.show_value(sheet.value(self.path))

    def update_problem(self, *, show: bool) -> None:
        """Say what is wrong with the answer, where it is time to say it."""
        problem = self.controller.sheet.problem(self.path)
        if self.carried is not None:
            # Said at once: it is no use to confirm what doesn't fit any more.
            self.carried.show_problem("" if problem is None else problem.text)
        if self.frame is not None:
            self.frame.set_error("" if problem is None or not show else problem.text)

    def show_said(self, statements: Sequence[Statement]) -> None:
        """Show what sources said beside one another, under the answer."""
        if self.said is not None:
            self._column.removeWidget(self.said)
            self.said.hide()
            self.said.deleteLater()
            self.said = None
        if statements:
            self.said = SaidBeside(statements, self.controller.sheet.context.get("child", ""))
            self._column.addWidget(self.said)

    def focus_editor(self) -> None:
        """Give the keyboard to the question and bring it into view."""
        if self.frame is not None:
            self.frame.focus_editor()
        elif self.carried is not None:
            self.carried.still_true.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside ----------------------------------------------------------------------------

    def _build(self) -> None:
        sheet = self.controller.sheet
        locked = not self.controller.editable or sheet.is_readonly(self.path)
        options = self._options() if self.question.type in _WITH_CHOICES else ()
        if "matrix" in self.question.appearance:
            editor: Editor = self._matrix()
        elif locked and self.question.type != "note":
            editor = ShownEditor(self.question, clock=self.controller.clock)
        else:
            editor = editor_for(
                self.question,
                clock=self.controller.clock,
                choices=self._count_of_choices(),
                pictures=any(option.image for option in options),
            )
        editor.show_language(self.controller.language)
        editor.show_options(options)
        self.frame = FieldFrame(
            self._label(), editor, hint=self._hint(), optional=self._is_optional()
        )
        self._hide_own_label()
        self.update_value()
        editor.edited.connect(self._edited)
        editor.left.connect(self._left)
        editor.entered.connect(self._entered)
        self._column.insertWidget(0, self.frame)
        self.frame.show()
        if not self.controller.editable:
            self._tell_history()

    def _matrix(self) -> MatrixEditor:
        editor = MatrixEditor(self.question, clock=self.controller.clock)
        editor.chosen.connect(self._chosen_in_matrix)
        return editor

    def _matrix_paths(self) -> tuple[str, str]:
        """The two questions whose answers the table shows: those in the same row."""
        names = asked_by(self.question.calculation)
        if names is None:
            raise BugError("a matrix stands on a question that looks in no table")
        before = self.path.removesuffix(self.question.name)
        return f"{before}{names[0]}", f"{before}{names[1]}"

    def follows(self, paths: Collection[str]) -> bool:
        """Whether what is drawn here follows from the answers at `paths`, which changed."""
        return "matrix" in self.question.appearance and any(
            path in paths for path in self._matrix_paths()
        )

    @Slot(str, str)
    def _chosen_in_matrix(self, likelihood: str, impact: str) -> None:
        for path, value in zip(self._matrix_paths(), (likelihood, impact), strict=True):
            self.controller.set_answer(path, value)

    def _show_matrix(self, editor: MatrixEditor) -> None:
        sheet = self.controller.sheet
        paths = self._matrix_paths()
        rows, columns = (
            tuple(
                Option(one.name, sheet.choice_label(path, one.name)) for one in sheet.choices(path)
            )
            for path in paths
        )
        editor.show_choices(rows, columns)
        likelihood, impact = (str(sheet.value(path) or "") for path in paths)
        editor.show_answers(likelihood, impact, editable=self.controller.editable)

    def _tell_history(self) -> None:
        """Under an answer that can only be read: from which day it is, and who confirmed it."""
        words = self.controller.carried_words(self.path)
        if words:
            self.history = Small(words, self)
            self._column.addWidget(self.history)

    def _remove(self) -> None:
        for widget in (self.frame, self.carried, self.history):
            if widget is not None:
                self._column.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.frame = self.carried = self.history = None

    def _show_carried(self, answer: Answer | None) -> None:
        if self.carried is None:
            self._remove()
            self.carried = CarriedCard(self)
            self.carried.still_true.clicked.connect(self._confirm)
            self.carried.change.clicked.connect(self._change)
            self._column.insertWidget(0, self.carried)
            self.carried.show()
        sheet = self.controller.sheet
        origin = "" if answer is None else self.controller.origin(answer)
        if origin:
            origin = _("From {day}").format(day=origin)
        self.carried.show_words(sheet.label(self.path), sheet.shown(self.path), origin)
        problem = sheet.problem(self.path)
        self.carried.show_problem("" if problem is None else problem.text)

    def _hide_own_label(self) -> None:
        if self.frame is not None and self.frame.editor.carries_label:
            self.frame.label.hide()

    def _label(self) -> str:
        return self.controller.sheet.label(self.path)

    def _hint(self) -> str:
        hint = self.controller.sheet.hint(self.path)
        if hint or not self.controller.editable or self.question.type not in _EXAMPLES:
            return hint
        if self.question.type == "time":
            return _("For example, 14:30")
        year = self.controller.clock.today().year
        return _("For example, {day}").format(day=f"27/3/{year}")

    def _is_optional(self) -> bool:
        return False

    def _options(self) -> tuple[Option, ...]:
        sheet = self.controller.sheet
        return tuple(
            Option(
                choice.name,
                sheet.choice_label(self.path, choice.name),
                choice.exclusive,
                choice.image,
            )
            for choice in sheet.choices(self.path)
        )

    def _count_of_choices(self) -> int:
        """How many choices there can be: the kind of editor must not change with a filter."""
        return len(self.controller.form.choices.get(self.question.list_name or "", ()))

    @Slot(object)
    def _edited(self, value: object) -> None:
        undoes_itself = self.frame is not None and self.frame.editor.undoes_itself
        self.controller.set_answer(self.path, value, undoable=not undoes_itself)

    @Slot()
    def _entered(self) -> None:
        self.focused.emit(self.path)

    @Slot()
    def _left(self) -> None:
        self.left.emit(self.path)
        if self._changing_carried:
            # Later: the editor that is left now may go, and it is still being told so.
            QTimer.singleShot(0, self, self._give_up_changing)

    @Slot()
    def _give_up_changing(self) -> None:
        """Nothing was changed after all: the answer waits to be confirmed as before."""
        self._changing_carried = False
        if self.controller.sheet.has(self.path):
            self.update_relevance()

    @Slot()
    def _confirm(self) -> None:
        self.controller.confirm(self.path)
        self.confirmed.emit(self.path)

    @Slot()
    def _change(self) -> None:
        self._changing_carried = True
        self.update_relevance()
        self.focus_editor()
