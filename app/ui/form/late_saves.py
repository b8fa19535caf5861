"""Forms that were left before all of them was saved: saving is tried on until it is done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.ui.form.controller import FormController, SaveState

if TYPE_CHECKING:
    from app.ui.shell import Shell


class LateSaves:
    """The forms of one page that were left and are not saved yet.

    Attributes:
        controllers: Of each such form.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.controllers: list[FormController] = []

    def let_go(self, controller: FormController, page: QObject) -> None:
        """Another form is opened. What could not be saved of this one yet is tried on."""
        if controller.is_saved:
            controller.deleteLater()
            return
        controller.disconnect(page)
        controller.setParent(self._shell)
        controller.save_state_changed.connect(partial(self._state, controller))
        self.controllers.append(controller)

    def _state(self, controller: FormController, state: SaveState) -> None:
        if state is SaveState.FAILED:
            self._shell.not_saved()
        elif controller.is_saved and controller in self.controllers:
            self.controllers.remove(controller)
            controller.deleteLater()

    def try_again(self) -> None:
        """Try once more to save them."""
        for controller in tuple(self.controllers):
            controller.flush(leaving=True)
