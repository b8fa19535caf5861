"""What every page of the window has in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.tasks import Job, Tasks

if TYPE_CHECKING:
    from app.casework.aside import Unkept
    from app.casework.desk import Desk
    from app.casework.places import Place
    from app.core.errors import KnownError
    from app.ui.shell import Shell


class Page(QWidget):
    """One page. The shell makes it when it is first gone to and keeps it.

    A page builds its widgets in `__init__`, fills them in `entered`, and puts what is unsaved on
    the database thread in `leaving`. When the language, theme or text size changes, the shell
    calls `leaving`, makes the page anew and enters it again with the same arguments.

    Attributes:
        name: The name it was registered under.
        args: What it was last gone to with.
        chrome: Whether the bars, rail, menus and shortcuts are there; child mode has none.
        rail: Whether the rail of places is there; a page with a rail of its own has none.
        only_shows: Whether nothing is typed on this page, so that it can be read anew at any time.
        child_id: The child whose record is open on this page, or None. While it is set, names of
            other children are masked.

    Signals:
        title_changed: The title is another one; the shell shows it in the window's title.
    """

    title_changed = Signal(str)
    chrome = True
    rail = True
    only_shows = False

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.name = ""
        self.args: dict[str, Any] = {}
        self.child_id: str | None = None
        self._title = ""
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.outer.setSpacing(0)

    @property
    def tasks(self) -> Tasks:
        """The database thread."""
        return self.shell.tasks

    @property
    def desk(self) -> Desk:
        """The open casebook. Only the database thread may use it."""
        return self.shell.desk

    @property
    def title(self) -> str:
        """What the page is called; may hold the name of the child whose record it is."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        self._title = title
        self.title_changed.emit(title)

    @property
    def window_title(self) -> str:
        """What the window's title says, which the taskbar and others' windows show: no child's
        name.
        """
        return self._title

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """The page is shown: fill it. `args` are those of `Shell.go`, always given by name."""

    def leaving(self) -> None:
        """The page is left, or the casebook is about to be locked: put what is unsaved on the
        database thread. Must not ask anything.
        """

    def unkept(self) -> tuple[Unkept, ...]:
        """Answers that are not known to be in the casebook: put aside, sealed, at a lock that
        can't save them.
        """
        return ()

    def save_error(self) -> KnownError | None:
        """Why `unkept` could not be saved; None where nothing was said."""
        return None

    def place(self) -> Place | None:
        """Where the person is, to come back here after a lock; None: the page as it was gone to."""
        return None

    @property
    def can_undo(self) -> bool:
        """Whether there is a step of this page to take back."""
        return False

    def undo(self) -> bool:
        """Take back the last step (Ctrl+Z outside a text). Whether there was one."""
        return False

    def may_leave(self) -> bool:
        """Whether one may go elsewhere from here, or close the window; child mode says no."""
        return True

    def focus_search(self) -> bool:
        """Give the keyboard to the page's own search (Ctrl+F). Whether it has one."""
        return False

    def focus_first(self) -> QWidget | None:
        """What gets the keyboard when the page is shown; None: the first thing that takes it."""
        return None

    @property
    def being_typed(self) -> bool:
        """Whether something stands here that is saved as a whole later, over what is stored."""
        return False

    def others_wrote(self, record_ids: Collection[str]) -> None:
        """Other people's work on these records arrived. A page that only shows is read anew; one
        that is typed in sees to it itself.
        """
        if self.only_shows:
            self.entered(self.desk, self.args)

    def run(
        self,
        op: Callable[[], Any],
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        *,
        busy_text: str | None = None,
    ) -> Job:
        """`Tasks.run` for this page."""
        return self.tasks.run(op, done, failed, owner=self, busy_text=busy_text)
