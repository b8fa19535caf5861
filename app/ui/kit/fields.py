"""A field with its label, hint and error, and the summary of errors at the top of a page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import LinkButton, SecondaryButton, WrappingLink
from app.ui.kit.text import Body, ErrorText, Heading, Muted, Strong


def _repolish(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class ChoiceBox(QComboBox):
    """One of several, to be chosen: as wide as its place, however long the longest of them is.

    Args:
        choices: The words of each, and what stands for it.
        letters: How many letters of them are there at least.
    """

    def __init__(self, choices: Iterable[tuple[str, object]] = (), *, letters: int = 24) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        for words, data in choices:
            self.addItem(words, data)


class FieldFrame(QWidget):
    """One field: label, hint, error, editor, in this order.

    The editor's accessible name is the label, its description the hint and the error. Fields that
    may be left empty say so in their label, as `(optional)`.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        hint: str = "",
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        look = theme.current()
        self.editor = editor
        self._plain_label = label
        self.label = Strong()
        self.hint = Muted(hint)
        if not hint:
            self.hint.hide()  # never shown by hand: without a parent it would be a window
        self.error = ErrorText()
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, look.px(6))
        column.setSpacing(look.px(4))
        column.addWidget(self.label)
        column.addWidget(self.hint)
        column.addWidget(self.error)
        column.addSpacing(look.px(2))
        column.addWidget(editor)
        if editor.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.label.setBuddy(editor)
        self.set_label(label, optional=optional)

    def set_label(self, label: str, *, optional: bool = False) -> None:
        """Show another label; the accessible name goes with it."""
        shown = _("{label} (optional)").format(label=label) if optional else label
        self.label.setText(shown)
        self.editor.setAccessibleName(shown)
        self._describe()

    def set_hint(self, hint: str) -> None:
        """Show another hint, or none."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._describe()

    def set_error(self, text: str) -> None:
        """Say what is wrong with the field, or nothing where `text` is empty."""
        if text == self.error.text():
            return
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.editor.setProperty("problem", bool(text))
        _repolish(self.editor)
        self._describe()

    @property
    def has_error(self) -> bool:
        """Whether an error is shown."""
        return bool(self.error.text())

    def _describe(self) -> None:
        parts = [self.hint.text()]
        if self.error.text():
            parts.append(_("Error: {problem}").format(problem=self.error.text()))
        self.editor.setAccessibleDescription(" ".join(part for part in parts if part))

    def focus_editor(self) -> None:
        """Give the keyboard to the editor and bring it into view."""
        bring_into_view(self)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)


def bring_into_view(widget: QWidget) -> None:
    """Scroll whatever holds `widget` so that it can be seen."""
    step = widget.parentWidget()
    while step is not None:
        if isinstance(step, QScrollArea):
            step.ensureWidgetVisible(widget, 0, theme.current().px(40))
        step = step.parentWidget()


class ErrorSummary(QFrame):
    """ "There is a problem": one line for each error, each leading to its field.

    `show_errors` takes pairs of the error's words and what to do when its line is chosen (a widget
    takes the keyboard, a callable is called), shows itself and takes the keyboard.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme.current()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(12))
        self._column.setSpacing(look.px(4))
        self.heading = Heading(_("There is a problem"))
        self._column.addWidget(self.heading)
        self._lines: list[QWidget] = []
        self.hide()

    @property
    def lines(self) -> tuple[QWidget, ...]:
        """The buttons and words under the heading."""
        return tuple(self._lines)

    def show_errors(
        self, errors: Sequence[tuple[str, QWidget | Callable[[], object] | None]]
    ) -> None:
        """Show these errors; with none the summary goes away."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        if not errors:
            self.hide()
            return
        for text, target in errors:
            line: QWidget
            if target is None:
                line = Body(text)
            else:
                line = WrappingLink(text, self._leading_to(target), tone="serious")
            self._column.addWidget(line)
            line.show()
            self._lines.append(line)
        # Made after the fields, they would come last when one tabs on from here.
        for before, after in itertools.pairwise((self, *self._lines)):
            QWidget.setTabOrder(before, after)
        self.heading.setText(_("There is a problem"))
        self.setAccessibleName(self.heading.text())
        self.setAccessibleDescription(" ".join(text for text, _target in errors))
        self.show()
        bring_into_view(self)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @staticmethod
    def _leading_to(target: QWidget | Callable[[], object]) -> Callable[[], object]:
        if isinstance(target, FieldFrame):
            return target.focus_editor
        if isinstance(target, QWidget):
            widget = target

            def lead() -> None:
                bring_into_view(widget)
                widget.setFocus(Qt.FocusReason.OtherFocusReason)

            return lead
        return target


class PassphraseEdit(QLineEdit):
    """A line for a passphrase, hidden until *Show* is pressed. Pasting works as anywhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        # Beside the line, not in it, for the tree of a screen reader and for the Tab key.
        self.show_it = LinkButton(_("Show"), self._turn, self, small=True)
        self.show_it.setObjectName("showPassphrase")
        self._make_room()

    def _turn(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.show_it.setText(_("Hide") if hidden else _("Show"))
        self._make_room()

    def _make_room(self) -> None:
        self.show_it.ensurePolished()
        look = theme.current()
        size = self.show_it.sizeHint()
        width, height = size.width() + look.px(4), max(size.height(), look.px(24))
        self.setTextMargins(0, 0, width + look.px(4), 0)
        self.show_it.setGeometry(
            self.width() - width - look.px(8), (self.height() - height) // 2, width, height
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QLineEdit::resizeEvent: *Show* stays at the right."""
        super().resizeEvent(event)
        self._make_room()


class PathEdit(QWidget):
    """A line for a file or a folder, with a button that lets one choose it.

    Args:
        purpose: `open` an existing file, `save` a new one, or choose a `folder`.
        kinds: Qt's filter of file names, already translated.
    """

    def __init__(self, purpose: str = "open", kinds: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._purpose = purpose
        self._kinds = kinds
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.current().px(12))
        self.line = QLineEdit()
        words = _("Choose a folder") if purpose == "folder" else _("Choose a file")
        self.button = SecondaryButton(words, self._choose)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """The path as typed or chosen."""
        return self.line.text().strip()

    def setText(self, text: str) -> None:
        """Show another path."""
        self.line.setText(text)

    def setAccessibleName(self, name: str) -> None:
        """Override QWidget::setAccessibleName: the name belongs to the line."""
        self.line.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        """Override QWidget::setAccessibleDescription: so does the description."""
        self.line.setAccessibleDescription(text)

    def _choose(self) -> None:
        dialog = QFileDialog(self.window(), self.button.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._purpose == "folder":
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        elif self._purpose == "save":
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if self._kinds:
            dialog.setNameFilter(self._kinds)
        if self.text():
            dialog.selectFile(self.text())
        dialog.fileSelected.connect(self.line.setText)
        dialog.open()
