"""The menus of the window and their shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QTextEdit

from app.core.i18n import N_, _
from app.ui.shell.joined import Deed, Registered
from app.ui.spelling import NEXT_KEYS
from app.ui.text_sizes import next_text_size

if TYPE_CHECKING:
    from app.ui.shell import Shell

TextEdits = (QLineEdit, QPlainTextEdit, QTextEdit)


class Menus:
    """The menus, made anew with the window.

    Attributes:
        edit_menu, undo_action, redo_action, back_action: What the window and its tests speak to.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        bar = shell.menuBar()
        bar.clear()
        for action in shell.actions():
            shell.removeAction(action)
            action.deleteLater()
        # What child mode takes away.
        self._chrome_actions: list[QAction] = []
        self._place_actions: list[QAction] = []
        file_menu = bar.addMenu(_("&File"))
        self._file_menu = file_menu
        self._backups_action = self._act(
            file_menu, _("Backups"), "", lambda: shell.go("settings", part="backups")
        )
        file_menu.addSeparator()
        self._act(file_menu, _("Lock"), "Ctrl+L", shell.lock, always=True)
        self._act(file_menu, _("Quit"), "Ctrl+Q", shell.close)
        edit = bar.addMenu(_("&Edit"))
        self.undo_action = self._act(edit, _("Undo"), "Ctrl+Z", lambda: self._edit("undo"))
        self.redo_action = self._act(edit, _("Redo"), "Ctrl+Shift+Z", lambda: self._edit("redo"))
        edit.addSeparator()
        self._act(edit, _("Cut"), "Ctrl+X", lambda: self._edit("cut"))
        self._act(edit, _("Copy"), "Ctrl+C", lambda: self._edit("copy"))
        self._act(edit, _("Paste"), "Ctrl+V", lambda: self._edit("paste"))
        self._act(edit, _("Select all"), "Ctrl+A", lambda: self._edit("selectAll"))
        edit.addSeparator()
        self._act(edit, _("Find anything"), "Ctrl+K", shell.open_palette)
        self._act(edit, _("Search this page"), "Ctrl+F", self._search_page)
        self._act(edit, _("Next spelling"), NEXT_KEYS, shell.spelling.next)
        edit.aboutToShow.connect(self._edit_menu_opens)
        edit.aboutToHide.connect(self._edit_menu_closes)
        self.edit_menu = edit
        view = bar.addMenu(_("&View"))
        self._places_menu = view
        self.back_action = self._act(view, _("Back"), "Alt+Left", shell.back)
        self.back_action.setEnabled(shell.can_go_back)
        self._places_end = view.addSeparator()
        self._act(view, _("Larger text"), "Ctrl++", lambda: self._step_text(1))
        self._act(view, _("Smaller text"), "Ctrl+-", lambda: self._step_text(-1))
        self._act(view, _("Normal text"), "Ctrl+0", lambda: self._step_text(0))
        view.addSeparator()
        self._act(view, _("Cover the screen"), "F9", shell.toggle_cover, always=True)
        help_menu = bar.addMenu(_("&Help"))
        self._act(help_menu, _("Help"), "F1", lambda: shell.go("help"))
        self._act(help_menu, _("Keyboard"), "", lambda: shell.go("help", part="keyboard"))
        self._act(help_menu, _("Report a problem"), "", shell.report_problem)
        self._act(help_menu, _("About Waymark"), "", lambda: shell.go("help", part="about"))

    def _act(
        self,
        menu: QMenu,
        text: str,
        keys: str,
        do: Callable[[], object],
        *,
        always: bool = False,
    ) -> QAction:
        action = QAction(text, self._shell)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        menu.addAction(action)
        # Also on the window, so that the keys work while the menu bar is hidden.
        self._shell.addAction(action)
        if not always:
            self._chrome_actions.append(action)
        return action

    def fill_places(self, kinds: Iterable[Registered], deeds: Iterable[Deed]) -> None:
        """Show the kinds of pages that have a place, and the deeds that have keys."""
        for action in self._place_actions:
            self._places_menu.removeAction(action)
            self._file_menu.removeAction(action)
            self._shell.removeAction(action)
            if action in self._chrome_actions:
                self._chrome_actions.remove(action)
            action.deleteLater()
        self._place_actions = []
        places = [(kind.name, kind.rail) for kind in kinds if kind.rail]
        for number, (name, words) in enumerate(places, start=1):
            action = QAction(_(words), self._shell)
            if number <= 9:
                action.setShortcut(QKeySequence(f"Alt+{number}"))
            action.triggered.connect(lambda _checked=False, name=name: self._shell.go(name))
            self._places_menu.insertAction(self._places_end, action)
            self._take(action)
        for deed in deeds:
            if deed.keys:
                action = QAction(_(deed.label), self._shell)
                action.setShortcut(QKeySequence(deed.keys))
                action.triggered.connect(lambda _checked=False, do=deed.do: do())
                self._file_menu.insertAction(self._backups_action, action)
                self._take(action)

    def _take(self, action: QAction) -> None:
        """Let the keys of `action` work on every page with a menu."""
        self._shell.addAction(action)
        self._chrome_actions.append(action)
        self._place_actions.append(action)

    def enable(self, shown: bool) -> None:
        """Let the actions be there or not: child mode has locking and covering alone."""
        for action in self._chrome_actions:
            action.setEnabled(shown)

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What the menus can do, as Ctrl+K finds it."""
        shell = self._shell

        def setting(**changes: str) -> Callable[[], object]:
            return partial(shell.change_settings, **changes)

        return (
            Deed(N_("Lock"), shell.lock, "Ctrl+L"),
            Deed(N_("Cover the screen"), shell.toggle_cover, "F9"),
            Deed(N_("Custody mode"), shell.custody.toggle),
            Deed(N_("Larger text"), lambda: self._step_text(1), "Ctrl++"),
            Deed(N_("Smaller text"), lambda: self._step_text(-1), "Ctrl+-"),
            Deed(N_("Light theme"), setting(theme="light")),
            Deed(N_("Dark theme"), setting(theme="dark")),
            Deed(N_("High contrast theme"), setting(theme="contrast")),
            Deed(N_("Show in Welsh"), setting(language="cy")),
            Deed(N_("Show in English"), setting(language="en")),
            Deed(N_("Settings"), lambda: shell.go("settings")),
            Deed(N_("Change passphrase"), lambda: shell.go("settings", part="passphrase")),
            Deed(N_("Backups"), lambda: shell.go("settings", part="backups")),
            Deed(N_("Help"), lambda: shell.go("help"), "F1"),
            Deed(N_("Report a problem"), shell.report_problem),
            Deed(N_("Quit"), shell.close, "Ctrl+Q"),
        )

    def _edit(self, what: str) -> None:
        field, page = QApplication.focusWidget(), self._shell.page
        if isinstance(field, TextEdits):
            getattr(field, what)()
        elif what == "undo" and page is not None:
            page.undo()

    def _edit_menu_opens(self) -> None:
        field, page = QApplication.focusWidget(), self._shell.page
        document = field.document() if isinstance(field, QPlainTextEdit | QTextEdit) else None
        line = field if isinstance(field, QLineEdit) else None
        self.undo_action.setEnabled(
            bool(document and document.isUndoAvailable())
            or bool(line and line.isUndoAvailable())
            or (not isinstance(field, TextEdits) and page is not None and page.can_undo)
        )
        self.redo_action.setEnabled(
            bool(document and document.isRedoAvailable()) or bool(line and line.isRedoAvailable())
        )

    def _edit_menu_closes(self) -> None:
        # An action that is greyed out takes no keys either, whatever has the keyboard by then.
        self.undo_action.setEnabled(True)
        self.redo_action.setEnabled(True)

    def _search_page(self) -> None:
        page = self._shell.page
        if page is None or not page.focus_search():
            self._shell.open_palette()

    def _step_text(self, step: int) -> None:
        settings = self._shell.settings
        size = next_text_size(settings.text_size, step)
        if size != settings.text_size:
            self._shell.change_settings(text_size=size)
