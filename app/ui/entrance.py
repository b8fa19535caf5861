"""Before the casebook is open: what lies in the folder, and which card stands in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.core.i18n import _
from app.ui.gate import Gate, GateCard, Sight, words_of
from app.ui.tasks import Job
from app.ui.unlock import FolderCard, RecoverCard, RestoreCard, TroubleCard, UnlockCard, WaitCard
from app.ui.window_place import put_window

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.application import Application


class Entrance(QObject):
    """Shows the window before the casebook is open, and finds out what to show in it."""

    def __init__(self, program: Application) -> None:
        super().__init__(program)
        self._program = program

    def start(self) -> None:
        """Show the first window."""
        program = self._program
        sight = program.outside.first_sight(program.folder)
        if sight is not None:
            program.sight = sight
            self.show_unlock()
        else:
            self.show(lambda: WaitCard(program))
        # The thorough look comes after the first picture: it reads in half of the program.
        QTimer.singleShot(0, self, self.look_again)
        program.carried.start()

    @property
    def waiting_words(self) -> str:
        """What is said while nothing can be asked yet."""
        if self._program.outside.makes_demonstration:
            return _("Making the demonstration casebook. This takes a moment.")
        return _("Looking for your casebook.")

    @Slot()
    def look_again(self) -> None:
        """Find out what lies in the folder and show the card for it."""
        describe, folder = self._program.outside.describe, self._program.folder
        self._program.tasks.run(lambda: describe(folder), self._seen, self._unseen, owner=self)

    def use_folder(self, folder: Path) -> None:
        """Look for a casebook in another folder."""
        self._program.folder = folder
        self.look_again()

    def _seen(self, sight: Sight) -> None:
        program = self._program
        if program.desk is not None:
            return
        program.sight = sight
        card = program.gate.card if program.gate is not None else None
        if sight.kind == "ready":
            if isinstance(card, UnlockCard):
                card.take(sight)
            else:
                self.show_unlock()
        elif sight.kind == "none":
            self.show_setup()
        else:
            self.show(lambda: TroubleCard(program))

    def _unseen(self, error: Exception) -> None:
        self._program.sight = Sight("damaged", message=words_of(error))
        self.show(lambda: TroubleCard(self._program))

    def show(self, make: Callable[[], GateCard]) -> None:
        """Show the card that `make` makes, in the window that is there or in a new one."""
        program = self._program
        if program.gate is not None:
            program.gate.show_card(make)
            return
        gate = program.gate = Gate()
        gate.closing.connect(self._gate_closed)
        gate.text_size_asked.connect(program.step_text)
        program.tasks.busy.connect(self._busy)
        program.tasks.progressed.connect(gate.busy.progress)
        put_window(gate, program.window)
        gate.show_card(make)
        gate.show()
        gate.activateWindow()
        program.shown.emit()

    def leave(self) -> Gate | None:
        """The casebook is open: give up the window, which hears of nothing any more."""
        gate, self._program.gate = self._program.gate, None
        if gate is not None:
            self._program.tasks.busy.disconnect(self._busy)
        return gate

    def show_unlock(self) -> None:
        """Show the card that asks for the passphrase."""
        self.show(lambda: UnlockCard(self._program))

    def show_recover(self) -> None:
        """Show the card for those who can't remember their passphrase."""
        self.show(lambda: RecoverCard(self._program))

    def show_restore(self) -> None:
        """Show the card that restores a backup."""
        self.show(lambda: RestoreCard(self._program))

    def show_folder(self) -> None:
        """Show the card that chooses another folder."""
        self.show(lambda: FolderCard(self._program))

    def show_setup(self) -> None:
        """Show the wizard that makes a casebook."""
        from app.ui.setup import SetupCard

        self.show(lambda: SetupCard(self._program))

    def show_recovery_code(self, desk: Desk, code: str) -> None:
        """Show a new recovery code, to be confirmed."""
        from app.ui.setup import RecoveryCard

        program = self._program
        program.desk = desk
        self.show(lambda: RecoveryCard(program, desk, code))
        # The code would stand on the screen of a laptop that nobody is at. Locking loses nothing:
        # another code can be made from within.
        program.watch_over(program.gate)

    @Slot()
    def _gate_closed(self) -> None:
        if self._program.shell is None:
            self._program.quit()

    @Slot(object)
    def _busy(self, job: Job | None) -> None:
        if self._program.gate is not None:
            self._program.gate.show_busy(job)
