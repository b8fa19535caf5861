"""The history of a child's record: who did what, when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import children, history
from app.casework.children import ChildView
from app.casework.history import FieldChange, HistoryEntry, HistoryPage
from app.core.i18n import _, ngettext
from app.ui.kit import (
    Body,
    Card,
    LinkButton,
    Muted,
    SecondaryButton,
    Separator,
    Small,
    Strong,
    button_row,
)
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.edit_record import ReasonDialog

if TYPE_CHECKING:
    from app.ui.pages.child import ChildPage

AT_A_TIME: Final = 20
IN_ONE_GO: Final = 5
MOST_LINES: Final = 8
"""An entry of more changes than this shows the first of them, and the others when asked to."""
FIRST_LINES: Final = 5


class HistoryTab(ChildTab):
    """Entries of the log that concern this child, the newest first."""

    def __init__(self, page: ChildPage) -> None:
        super().__init__(page)
        self._waiting: list[HistoryEntry] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._draw_some)

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        self.empty()
        self._later.stop()
        self._waiting = []
        self.card = Card(_("What was done, by whom"))
        self.more = SecondaryButton(_("Show older entries"), self._older)
        self.add(self.card)
        self.add(self.more)
        self.end()
        self._view = view
        self._before: int | None = None
        self._ask()

    def _ask(self) -> None:
        desk, child_id, before = self.page.desk, self._view.id, self._before
        self.page.run(
            lambda: history.changes(desk, child_id, before=before, limit=AT_A_TIME), self._show
        )

    def _older(self) -> None:
        self._ask()

    def _show(self, found: HistoryPage) -> None:
        if not found.entries and self._before is None:
            self.card.add(Muted(_("Nothing has been recorded yet.")))
        self._before = found.before
        self._waiting.extend(found.entries)
        self._draw_some()

    def _draw_some(self) -> None:
        """Draw the next few entries; the others follow after whatever the person does meanwhile."""
        some, self._waiting = self._waiting[:IN_ONE_GO], self._waiting[IN_ONE_GO:]
        if some:
            self.card.add(self._block(some))
        if self._waiting:
            self._later.start()
        if self._before is None and self.more.hasFocus():
            self.page.bar.setFocus(Qt.FocusReason.OtherFocusReason)
        self.more.setVisible(self._before is not None)

    def _block(self, entries: Sequence[HistoryEntry]) -> QWidget:
        """The entries below each other, to be put on the page at once.

        Each line that is put on a page that is already seen would lay the whole page out again.
        """
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.card.body.spacing())
        for entry in entries:
            if column.count() or self.card.body.count() > 1:
                column.addWidget(Separator())
            self._add(entry, column)
        return block

    def _add(self, entry: HistoryEntry, column: QVBoxLayout) -> None:
        column.addWidget(Small(f"{entry.when} · {entry.who}"))
        column.addWidget(Strong(entry.what))
        if entry.fields:
            self._add_fields(entry, column)
        if entry.reason:
            column.addWidget(Muted(_("Reason: {reason}").format(reason=entry.reason)))
        if entry.joined_id and self._view.editable:
            undo = SecondaryButton(
                _("Undo this merge"), partial(self._ask_to_undo, entry.joined_id, entry.when)
            )
            column.addLayout(button_row(undo))
            if self.page.shell.kept_words(("unmerge", entry.joined_id)):
                self._ask_to_undo(entry.joined_id, entry.when)

    def _add_fields(self, entry: HistoryEntry, column: QVBoxLayout) -> None:
        """What differs: all of it where that is little, else the beginning and a way to the rest.

        The lines stand in one label: a form that was filled in at one go has a hundred of them.
        """
        lines = [_line(field) for field in entry.fields]
        few = len(lines) <= MOST_LINES
        words = Body("\n".join(lines if few else lines[:FIRST_LINES]))
        column.addWidget(words)
        if few:
            return
        every = ngettext("Show {count} change", "Show all {count} changes", len(lines)).format(
            count=len(lines)
        )

        def turn() -> None:
            shown = switch.text() == every
            words.setText("\n".join(lines if shown else lines[:FIRST_LINES]))
            switch.setText(_("Show fewer") if shown else every)

        switch = LinkButton(every, turn)
        switch.setAccessibleDescription(f"{entry.what}, {entry.when}")
        column.addLayout(button_row(switch))

    def _ask_to_undo(self, other_id: str, when: str) -> None:
        ReasonDialog(
            _("Undo this merge?"),
            _("How do you know that they are two children?"),
            _("What moved here on {when} goes back to the other record.").format(when=when),
            _("Undo the merge"),
            partial(self._undo, other_id),
            self.page,
            subject=("unmerge", other_id),
        ).ask()

    def _undo(self, other_id: str, reason: str) -> None:
        desk, shell = self.page.desk, self.page.shell

        def undone(other: ChildView) -> None:
            shell.forget_words(("unmerge", other_id))
            shell.go("child", child_id=other.id, tab="history")

        self.page.run(lambda: children.undo_merge(desk, other_id, reason), undone)


def _line(field: FieldChange) -> str:
    """What changed in one field; where nothing stood before, what it is now."""
    if not field.before:
        return _("{field}: {value}").format(field=field.label, value=field.after or _("nothing"))
    return _("{field}: {before} → {after}").format(
        field=field.label, before=field.before, after=field.after or _("nothing")
    )
