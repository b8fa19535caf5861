"""How the casebook is closed: locked, quit, or removed because its service ordered it.

Nothing typed may be lost on the way: what can be saved is saved, what can't be is put aside sealed
(see `app.casework.aside`), and what no disk takes is handed to the next process.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.ui.gate import Sight, words_of
from app.ui.tasks import places_of
from app.ui.window_place import window_words

if TYPE_CHECKING:
    from app.casework.places import Place
    from app.ui.application import Application
    from app.ui.leaving import Unsaved
    from app.ui.shell import Shell

SECONDS_TO_SAVE: Final = 20.0
PAUSES_BEFORE_SAVING_AGAIN: Final = (0.3, 1.0)


class Ending(QObject):
    """Closes the casebook of one program.

    Attributes:
        begun: Whether there is no way back any more.
    """

    def __init__(self, program: Application) -> None:
        super().__init__(program)
        self._program = program
        self.begun = False
        self._saving_first = False
        self._lock_due = ""

    @property
    def under_way(self) -> bool:
        """Whether the casebook is being closed."""
        return self.begun or self._saving_first

    @Slot(str)
    def lock(self, reason: str = "asked") -> None:
        """Save, close the casebook, and end this process; a fresh one asks for the passphrase.

        Nothing on the screen can hold it up: dialogs are closed without asking. What the disk
        does not take is sealed and kept elsewhere until the next unlock, see `aside`.
        """
        program = self._program
        if self.begun or program.desk is None:
            return
        if self._saving_first:
            # Sleep is told once: it must not be missed because somebody was just quitting.
            self._lock_due = reason
            return
        log.ui.info("lock: %s", reason)
        window = program.shell or program.gate
        where = window_words(window) if window is not None else ""
        carried = self._leave()
        program.outside.restart(program.folder, program.last_user_id, where, carried)
        program.outside.end()

    @Slot()
    def quit(self) -> None:
        """Save, close the casebook and end the program. What can't be saved is asked about."""
        program = self._program
        if self.begun or self._saving_first:
            return
        if program.desk is None and program.carried.sealed:
            self._ask_about_carried()
            return
        unsaved = self._save_first()
        if self._lock_due:
            self.lock(self._lock_due)
            return
        if unsaved.count:
            self._ask_about(unsaved)
            return
        self._finish()

    def _finish(self) -> None:
        program = self._program
        # Everything typed is saved by now; a place that no disk takes is not worth a window.
        self._leave()
        program.outside.finish()

    def _save_first(self) -> Unsaved:
        """Save what can be saved while the window is still there; say what can't."""
        from app.ui.leaving import Unsaved

        program = self._program
        shell, desk = program.shell, program.desk
        if shell is None or desk is None:
            return Unsaved(0, 0)
        errors: list[Exception] = []
        self._saving_first = True
        try:
            place = shell.leave_page()
            self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
            if place is not None and place.words:

                def keep() -> None:
                    from app.casework import places

                    places.keep_place(desk, place)

                program.tasks.run(keep, None, errors.append, owner=self)
                self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
        finally:
            self._saving_first = False
        unkept = shell.unkept()
        errors += [error for page in shell.pages if (error := page.save_error()) is not None]
        return Unsaved(
            sum(len(one.changes) for one in unkept),
            len(place.words) if errors and place is not None else 0,
            errors[0] if errors else None,
        )

    def _ask_about(self, unsaved: Unsaved) -> None:
        from app.ui.leaving import LeavingDialog

        program = self._program
        assert program.shell is not None
        LeavingDialog(
            unsaved,
            program.shell,
            try_again=self.quit,
            put_aside=self._put_aside_and_close,
            lose=self._lose_and_close,
        ).ask()

    def _put_aside_and_close(self) -> None:
        """Close only when the words are on a disk: somebody is there to be told otherwise."""
        from app.casework import aside

        program = self._program
        assert program.shell is not None and program.desk is not None
        try:
            aside.keep(program.folder, self._sealed(program.shell.leave_page()))
        except KnownError as error:
            program.shell.show_error(error)
            return
        self._leave(put_aside=False)
        program.outside.finish()

    def _lose_and_close(self) -> None:
        program = self._program
        log.ui.warning("closed without saving, as asked")
        self._leave(put_aside=False)
        program.outside.finish()

    def _ask_about_carried(self) -> None:
        """Quit from the unlock window of a process that holds words no disk took."""
        from app.ui.kit.dialogs import Message

        program = self._program
        try:
            program.carried.put_down()
        except KnownError as error:
            assert program.gate is not None
            program.gate.stays = True
            Message(
                _("Not everything is saved"),
                _(
                    "This window holds answers that could not be saved before the casebook was "
                    "locked. Make room on the disk, then unlock the casebook."
                ),
                program.gate,
                hint=error.user_text,
                confirm=_("Close and lose them"),
                on_confirm=self._lose_carried,
                cancel=_("Go back"),
            ).ask()
            return
        self._lose_carried()

    def _lose_carried(self) -> None:
        program = self._program
        program.carried.drop()
        self._finish()

    def _leave(self, *, put_aside: bool = True) -> bytes:
        """Close the casebook. Gives sealed words that could neither be saved nor put on a disk."""
        program = self._program
        self.begun = True
        program.stop_watching()
        place: Place | None = None
        shell, desk = program.shell, program.desk
        if shell is not None:
            # The place first: the cover takes the keyboard away from the question.
            place = shell.leave_page()
            if not shell.covered:
                shell.toggle_cover()
            shell.close_dialogs()
            program.tasks.cancel_all()
            shell.sync.cancel()
        deadline = time.monotonic() + SECONDS_TO_SAVE
        self._wait_until(deadline)
        if shell is not None and put_aside:
            self._save_again(shell, deadline)
        if shell is not None and not shell.sync.end():
            log.ui.warning("a request to the server was still under way at the end")
        if shell is not None:
            shell.spelling.end()
        failed: list[Exception] = []
        if desk is not None:

            def close() -> None:
                from app.casework import casebooks

                casebooks.lock(desk, place)

            program.tasks.run(close, None, failed.append, owner=self)
            self._wait_until(deadline + SECONDS_TO_SAVE / 2)
        carried = b""
        if shell is not None and put_aside and (shell.unkept() or failed or program.tasks.pending):
            carried = self._put_aside(place)
        for error in failed:
            log.ui.error("the casebook was not closed in order: %s", places_of(error))
        if not program.tasks.close(SECONDS_TO_SAVE / 4):
            log.ui.error("work was still going on at the end")
        program.desk = None
        program.clipboard.clear()
        program.marker.take()
        if shell is not None:
            shell.leave_for_good()
            shell.hide()
        return carried

    @Slot(object)
    def obey(self, ordered: Exception) -> None:
        """Remove the casebook, as its service ordered: now, whatever stands on the screen."""
        program = self._program
        shell, desk = program.shell, program.desk
        if self.begun or shell is None or desk is None or not isinstance(ordered, KnownError):
            return
        self.begun = True
        log.ui.warning("the service took this laptop out of use")
        program.stop_watching()
        if not shell.covered:
            shell.toggle_cover()
        shell.close_dialogs()
        program.tasks.cancel_all()
        self._wait_until(time.monotonic() + SECONDS_TO_SAVE / 4)
        shell.sync.end()
        failed: list[Exception] = []
        rescued: list[str] = []

        def obey() -> str:
            from app.casework import sync_deeds

            return sync_deeds.obey(desk, ordered)

        program.tasks.run(obey, rescued.append, failed.append, owner=self)
        # Not cut short: what is sent now is sent nowhere else.
        while program.tasks.pending:
            self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
        program.clipboard.clear()
        program.marker.take()
        program.desk = None
        program.sight = Sight("damaged", message=_words_of_order(ordered, failed, rescued))
        shell.leave_for_good()
        shell.hide()
        program.shell = None
        # The window that is left holds nothing of anybody, and can be closed.
        self.begun = False
        from app.ui.sync_ordered import OrderedCard

        program.entrance.show(lambda: OrderedCard(program))

    def _save_again(self, shell: Shell, deadline: float) -> None:
        """Give the disk another moment for what it did not take."""
        for pause in PAUSES_BEFORE_SAVING_AGAIN:
            if not shell.unkept() or time.monotonic() > deadline:
                return
            loop = QEventLoop()
            QTimer.singleShot(int(pause * 1000), loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            shell.save_again()
            self._wait_until(deadline)

    def _sealed(self, place: Place | None) -> bytes:
        from app.casework import aside

        program = self._program
        assert program.shell is not None and program.desk is not None
        return aside.seal(program.desk, program.shell.unkept(), place)

    def _put_aside(self, place: Place | None) -> bytes:
        """Seal what is not saved and put it on a disk; where none takes it, give it back."""
        from app.casework import aside

        program = self._program
        data = self._sealed(place)
        try:
            aside.keep(program.folder, data)
        except KnownError:
            log.ui.error("no disk takes what could not be saved: the next process holds it")
            return data
        return b""

    def _wait_until(self, deadline: float) -> None:
        """Let the work that was asked for finish, with what follows from it."""
        program = self._program
        while program.tasks.pending and time.monotonic() < deadline:
            QApplication.processEvents(
                QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
                | QEventLoop.ProcessEventsFlag.WaitForMoreEvents,
                50,
            )


def _words_of_order(ordered: KnownError, failed: list[Exception], rescued: list[str]) -> str:
    """What became of an order of the service, and of work that was only here."""
    if failed:
        return words_of(failed[0])
    return "\n\n".join(part for part in (words_of(ordered), *rescued) if part)
