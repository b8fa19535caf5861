"""Good practice for the section in hand: what a good assessment is asked, met or not yet."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import quality
from app.casework.quality import Looked
from app.core.i18n import _
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.kit import FlowLayout, Heading, Muted, Pill
from app.ui.kit.layout import clear


class PracticePart(QWidget):
    """The prompts of one section. They help; only where a level is high are some needed."""

    def __init__(self, controller: FormController) -> None:
        super().__init__()
        self._controller = controller
        self._shown: tuple[Looked, ...] = ()
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, look.px(16))
        column.setSpacing(look.px(6))
        column.addWidget(Heading(_("Good practice in this section")))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(look.px(6))
        column.addLayout(self._lines)
        self.hide()

    @property
    def shown(self) -> tuple[Looked, ...]:
        """The prompts that stand there now."""
        return self._shown

    def show_section(self, page: str) -> None:
        """Show the prompts of a section as they stand; with an empty name, none."""
        found = quality.look(self._controller.sheet, page) if page else ()
        if found == self._shown:
            return
        self._shown = found
        clear(self._lines)
        for each in found:
            self._lines.addWidget(Muted(each.prompt.label(self._controller.language)))
            state = FlowLayout(gap=6)
            state.addWidget(Pill(*_state(each)))
            self._lines.addLayout(state)
        self.setVisible(bool(found))


def _state(each: Looked) -> tuple[str, str]:
    if each.met:
        return _("Met"), "good"
    return (_("Needed before you submit"), "serious") if each.blocks else (_("Not yet"), "plain")
