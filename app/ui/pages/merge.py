"""Making one record of two of the same child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.casework import caseload, children
from app.casework.caseload import CaseloadFilter, CaseloadRow
from app.casework.children import ChildView, Likeness
from app.casework.places import Place
from app.core.i18n import _
from app.ui.kit import (
    Body,
    Card,
    FieldFrame,
    Muted,
    PageHeader,
    ScrollPage,
    SecondaryButton,
    Strong,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.edit_record import ReasonDialog

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class MergePage(Page):
    """Find the other record of this child, look at both, and join them."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Same child recorded twice?")
        self.scroll = ScrollPage(width=720)
        self.outer.addWidget(self.scroll)
        self.header = PageHeader(self.title)
        self.scroll.add(self.header)
        self.scroll.add(
            Muted(
                _(
                    "Everything in the other record moves to this one. Both histories keep it, "
                    "and it can be undone."
                )
            )
        )
        self.search = QLineEdit()
        self.search.returnPressed.connect(self._find)
        self.scroll.add(FieldFrame(_("Find the other record by name"), self.search))
        self.scroll.add(button_row(SecondaryButton(_("Find"), self._find)))
        self.found = QWidget()
        self._column = QVBoxLayout(self.found)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.scroll.add(self.found)
        self.scroll.end()
        self.view: ChildView | None = None

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: child_id, path (after a lock: what was looked for)."""
        child_id = self.child_id = args["child_id"]
        self.search.setText(str(args.get("path") or ""))

        def load() -> tuple[ChildView, tuple[Likeness, ...]]:
            view = children.open_child(desk, child_id)
            return view, children.likely_duplicates(desk, view.details, apart_from=view.id)

        self.run(load, lambda found: self._show(*found))

    def place(self) -> Place | None:
        """Override Page.place: with what was looked for."""
        return Place("merge", child_id=self.child_id, path=self.search.text() or None)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.search

    def _show(self, view: ChildView, alike: Sequence[Likeness]) -> None:
        self.view = view
        self.header.set_words(self.title, above=view.name)
        self._list([(one.child_id, one.name, " ".join(one.reasons)) for one in alike])
        self._go_on_writing(view)

    def _find(self) -> None:
        desk, text = self.desk, self.search.text().strip()
        if text:
            self.run(lambda: caseload.rows(desk, CaseloadFilter(text=text), limit=8), self._found)

    def _found(self, page: caseload.Page) -> None:
        rows: Sequence[CaseloadRow] = [
            row for row in page.rows if self.view is not None and row.child_id != self.view.id
        ]
        self._list([(row.child_id, row.name, row.where) for row in rows])

    def _list(self, lines: Sequence[tuple[str, str, str]]) -> None:
        clear(self._column)
        card = Card(_("Records that may be the same child"))
        for child_id, name, why in lines:
            card.add(Strong(name))
            if why:
                card.add(Body(why))
            card.add(
                button_row(
                    SecondaryButton(
                        _("Join with this record"),
                        lambda other=child_id, name=name: self._ask(other, name),
                    )
                )
            )
        if not lines:
            card.add(Muted(_("No other record looks like this child.")))
        self._column.addWidget(card)

    def _ask(self, other_id: str, name: str) -> None:
        assert self.view is not None
        ReasonDialog(
            _("Join these two records?"),
            _("How do you know that it is the same child?"),
            _("{other} moves into {keep}.").format(other=name, keep=self.view.name),
            _("Join the records"),
            lambda reason: self._join(other_id, reason),
            self,
            subject=("merge", self.view.id, other_id),
        ).ask()

    def _go_on_writing(self, view: ChildView) -> None:
        """Open the dialog again that a lock closed."""
        desk = self.desk
        for _kind, keep_id, other_id in (
            subject for subject in self.shell.unsaved if subject[0] == "merge"
        ):
            if keep_id == view.id and other_id is not None:
                self.run(
                    partial(children.open_child, desk, other_id),
                    lambda other: self._ask(other.id, other.name),
                )
                return

    def _join(self, other_id: str, reason: str) -> None:
        assert self.view is not None
        desk, keep_id = self.desk, self.view.id

        def joined(view: ChildView) -> None:
            self.shell.forget_words(("merge", keep_id, other_id))
            self.shell.go("child", child_id=view.id, tab="history")

        self.run(lambda: children.merge(desk, keep_id, other_id, reason), joined)
