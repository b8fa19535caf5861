"""Every answer of a form on one page, each with a way back to its question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.core.i18n import _
from app.forms.schema import Group
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.kit import Body, Card, ErrorText, Heading, LinkButton, Muted, Separator


class CheckAnswers(QWidget):
    """The answers, page by page.

    Signals:
        change: a question is to be answered again; carries the names of page and path.
    """

    change = Signal(str, str)

    def __init__(
        self, controller: FormController, pages: list[Group], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.links: dict[str, LinkButton] = {}
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(16))
        for page in pages:
            column.addWidget(self._card(page))

    def _card(self, page: Group) -> Card:
        sheet = self.controller.sheet
        card = Card()
        heading = Heading(self.controller.page_label(page))
        card.setAccessibleName(heading.text())
        card.add(heading)
        grid = QGridLayout()
        look = theme.current()
        grid.setHorizontalSpacing(look.px(16))
        grid.setVerticalSpacing(look.px(8))
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 6)
        row = 0
        for path in sheet.paths(page.name):
            question = sheet.question(path)
            if question.type == "note" or not sheet.is_relevant(path):
                continue
            label = sheet.label(path)
            if not label:
                continue
            words = sheet.shown(path)
            problem = sheet.problem(path)
            answer = Body(words) if words else Muted(_("Not answered"))
            answer.setAccessibleName(f"{label}: {answer.text()}")
            grid.addWidget(Muted(label), row, 0, Qt.AlignmentFlag.AlignTop)
            cell = QVBoxLayout()
            cell.setSpacing(look.px(2))
            cell.addWidget(answer)
            if problem is not None:
                cell.addWidget(ErrorText(problem.text))
            cell.addStretch(1)
            grid.addLayout(cell, row, 1)
            if self.controller.editable and question.asks:
                link = LinkButton(_("Change"), self._goer(page.name, path), small=True)
                link.setAccessibleDescription(label)
                grid.addWidget(link, row, 2, Qt.AlignmentFlag.AlignTop)
                self.links[path] = link
            row += 1
            grid.addWidget(Separator(), row, 0, 1, 3)
            row += 1
        if not row:
            card.add(Muted(_("Nothing is asked here.")))
        card.add(grid)
        return card

    def _goer(self, page: str, path: str) -> object:
        def go() -> None:
            self.change.emit(page, path)

        return go
