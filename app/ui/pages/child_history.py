"""The history of a child's record: who did what, when, and why."""

from __future__ import annotations

from functools import partial

from app.casework import children, history
from app.casework.children import ChildView
from app.casework.history import HistoryEntry, HistoryPage
from app.core.i18n import _
from app.ui.kit import (
    Body,
    Card,
    Muted,
    SecondaryButton,
    Separator,
    Small,
    Strong,
    button_row,
)
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.edit_record import ReasonDialog


class HistoryTab(ChildTab):
    """Entries of the log that concern this child, the newest first."""

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        self.empty()
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
        self.page.run(lambda: history.changes(desk, child_id, before=before), self._show)

    def _older(self) -> None:
        self._ask()

    def _show(self, found: HistoryPage) -> None:
        for entry in found.entries:
            self._add(entry)
        if not found.entries and self._before is None:
            self.card.add(Muted(_("Nothing has been recorded yet.")))
        self._before = found.before
        self.more.setVisible(found.before is not None)

    def _add(self, entry: HistoryEntry) -> None:
        if self.card.body.count() > 1:
            self.card.add(Separator())
        self.card.add(Small(f"{entry.when} · {entry.who}"))
        self.card.add(Strong(entry.what))
        for field in entry.fields:
            before = field.before or _("nothing")
            after = field.after or _("nothing")
            self.card.add(
                Body(
                    _("{field}: {before} → {after}").format(
                        field=field.label, before=before, after=after
                    )
                )
            )
        if entry.reason:
            self.card.add(Muted(_("Reason: {reason}").format(reason=entry.reason)))
        if entry.joined_id and self._view.editable:
            undo = SecondaryButton(
                _("Undo this merge"), partial(self._ask_to_undo, entry.joined_id, entry.when)
            )
            self.card.add(button_row(undo))
            if self.page.shell.kept_words(("unmerge", entry.joined_id)):
                self._ask_to_undo(entry.joined_id, entry.when)

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
