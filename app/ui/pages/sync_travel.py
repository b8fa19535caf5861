"""Choosing which children travel with this laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.casework import sync_deeds
from app.casework.sync_deeds import Traveller
from app.core.i18n import _
from app.ui.gate import words_of
from app.ui.kit import Banner, Body, Dialog, Muted, PrimaryButton, SecondaryButton

if TYPE_CHECKING:
    from app.ui.shell import Shell


class TravelDialog(Dialog):
    """The children whom the server lets the person take, each with a mark."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(_("Who travels with this laptop"), shell, width=520)
        self._shell = shell
        self.column.addWidget(
            Body(
                _(
                    "Take along only whom you need. A child who is left behind goes from this "
                    "laptop once everything about them is sent; the server keeps the record."
                )
            )
        )
        self.state = Muted(_("Asking the server"))
        self.column.addWidget(self.state)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self._list)
        self._chosen: dict[str, bool] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Save and sync"), self._save)
        self.go.setEnabled(False)
        self.add_button(self.go)
        desk = shell.desk
        shell.sync.tasks.run(
            lambda: sync_deeds.travellers(desk), self._show, self._failed, owner=self
        )

    def _show(self, found: tuple[Traveller, ...]) -> None:
        self.state.setVisible(not found)
        self.state.setText(_("The server has no child for you yet."))
        for one in found:
            words = one.name
            if one.assigned:
                words = _("{child}, on your caseload").format(child=one.name)
            box = QCheckBox(words)
            box.setAccessibleName(words)
            box.setChecked(one.travels)
            self.boxes[one.child_id] = box
            self._chosen[one.child_id] = one.travels
            # Only as wide as its words: a click beside them does nothing.
            self._column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        self.go.setEnabled(bool(found) and self._shell.desk.actor.may_write)
        self.fit()

    def _failed(self, error: Exception) -> None:
        self.state.hide()
        self.column.addWidget(Banner(words_of(error), "attention"))
        self.fit()

    def _save(self) -> None:
        desk = self._shell.desk
        changed = {
            child_id: box.isChecked()
            for child_id, box in self.boxes.items()
            if box.isChecked() != self._chosen[child_id]
        }

        def save() -> None:
            for child_id, travels in changed.items():
                sync_deeds.choose(desk, child_id, travels)

        shell = self._shell
        self.accept()
        shell.tasks.run(save, lambda _nothing: shell.sync.start(), owner=shell)
