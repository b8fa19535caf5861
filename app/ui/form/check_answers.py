"""Every answer of a form on one page, each with a way back to its question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.casework import sources
from app.core.i18n import _
from app.forms.schema import Group
from app.forms.sheet import Effects
from app.forms.unknown import UnknownAnswer
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.kit import (
    Banner,
    Body,
    Card,
    ErrorText,
    Heading,
    LinkButton,
    Muted,
    Pill,
    SecondaryButton,
    Separator,
    Small,
)


class CheckAnswers(QWidget):
    """The answers, page by page.

    Signals:
        change: a question is to be answered again; carries the names of page and path.
    """

    change = Signal(str, str)

    def __init__(
        self,
        controller: FormController,
        pages: list[Group],
        *,
        unknown: Sequence[UnknownAnswer] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Show the answers of `pages`; `unknown` are those that the form doesn't ask for.

        What rests on one source is pointed out first.
        """
        super().__init__(parent)
        self.controller = controller
        self.links: dict[str, LinkButton] = {}
        self.still_true: dict[str, LinkButton] = {}
        self._cells: dict[str, QVBoxLayout] = {}
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(16))
        self._said = sources.said_lines(
            controller.sheet, controller.language, controller.sheet.context.get("child", "")
        )
        self.warnings: list[Banner] = []
        for warning in sources.warnings(controller.sheet) if controller.editable else ():
            look_at = SecondaryButton(
                _("Go to this question"), self._goer(warning.page, warning.path)
            )
            banner = Banner(
                warning.text,
                "attention",
                heading=_("Look at this before you submit; your manager sees it too"),
                actions=(look_at,),
            )
            self.warnings.append(banner)
            column.addWidget(banner)
        for page in pages:
            column.addWidget(self._card(page))
        if unknown:
            column.addWidget(self._kept(unknown))
        controller.changed.connect(self._changed)

    def _kept(self, unknown: Sequence[UnknownAnswer]) -> Card:
        card = Card(_("Kept from an earlier form"))
        card.add(Muted(_("This form doesn’t ask for these. They stay in the record as they are.")))
        grid = self._grid()
        for row, one in enumerate(unknown):
            answer = Body(one.words)
            answer.setAccessibleName(f"{one.label}: {one.words}")
            grid.addWidget(Muted(one.label), 2 * row, 0, Qt.AlignmentFlag.AlignTop)
            cell = QVBoxLayout()
            cell.addWidget(answer)
            for line in self._said.get(one.path, ()):
                cell.addWidget(Small(line))
            cell.addStretch(1)
            grid.addLayout(cell, 2 * row, 1)
            if row:
                grid.addWidget(Separator(), 2 * row - 1, 0, 1, 3)
        card.add(grid)
        return card

    @staticmethod
    def _grid() -> QGridLayout:
        look = theme.current()
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(16))
        grid.setVerticalSpacing(look.px(8))
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 6)
        return grid

    def _card(self, page: Group) -> Card:
        sheet = self.controller.sheet
        card = Card()
        heading = Heading(self.controller.page_label(page))
        card.setAccessibleName(heading.text())
        card.add(heading)
        grid = self._grid()
        waiting = set(sheet.unconfirmed(page.name)) if self.controller.editable else set()
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
            if row:
                grid.addWidget(Separator(), row, 0, 1, 3)
                row += 1
            answer = Body(words) if words else Muted(_("Not answered"))
            answer.setAccessibleName(f"{label}: {answer.text()}")
            grid.addWidget(Muted(label), row, 0, Qt.AlignmentFlag.AlignTop)
            cell = QVBoxLayout()
            cell.setSpacing(theme.current().px(2))
            cell.addWidget(answer)
            if path in waiting:
                self._cells[path] = cell
                cell.addWidget(Pill(_("carried forward, unconfirmed"), "attention"))
                still = LinkButton(_("Still true"), partial(self._confirm, path), small=True)
                still.setAccessibleDescription(f"{label} {words}")
                cell.addWidget(still)
                self.still_true[path] = still
            elif history := self.controller.carried_words(path):
                cell.addWidget(Small(history))
            for line in self._said.get(path, ()):
                cell.addWidget(Small(line))
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
        if not row:
            card.add(Muted(_("Nothing is asked here.")))
        card.add(grid)
        return card

    def _confirm(self, path: str) -> None:
        order = list(self.still_true)
        following = order[order.index(path) + 1 :]
        self.controller.confirm(path)
        if following:
            self.still_true[following[0]].setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _changed(self, effects: Effects) -> None:
        """Say of what was confirmed here, and of what that was taken back, how it stands now."""
        for path in effects.values & self._cells.keys():
            cell, answer = self._cells[path], self.controller.sheet.answer(path)
            waits = answer is not None and answer.unconfirmed
            pill, still = cell.itemAt(1).widget(), self.still_true[path]
            said = _("carried forward, unconfirmed") if waits else _("confirmed")
            pill.set_text(said, "attention" if waits else "good")
            still.setVisible(waits)

    def _goer(self, page: str, path: str) -> object:
        def go() -> None:
            self.change.emit(page, path)

        return go
