"""What pages that edit a record have in common: what is typed is kept until it is saved.

What somebody typed and did not save is held by the window, so that it is there again when they come
back to the record, and in the casebook as the place where they are, so that neither a lock nor a
crash loses it. It becomes part of the record when it is saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.casework import places
from app.casework.places import Place
from app.casework.problems import DetailsRefused
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import PageHeader, PrimaryButton, ScrollPage, SecondaryButton, Separator
from app.ui.page import Page
from app.ui.pages.details import DetailsEditor
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.ui.shell import Shell

KEEP_AFTER_MS: Final = 1500
SAVE_KEYS: Final = ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S")


class Subject(NamedTuple):
    """What is being edited. `record_id` None: something new of this child; both None: a child."""

    record_type: str
    child_id: str | None
    record_id: str | None = None

    @property
    def new(self) -> bool:
        """Whether saving makes a record that was not there before."""
        return (self.child_id if self.record_type == "child" else self.record_id) is None


class EditPage(Page):
    """A page with the fields of one record, *Save* and *Cancel*.

    Attributes:
        width_of_fields: How wide the fields are, in pixels at 100 %.
    """

    width_of_fields = 640

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.scroll = ScrollPage(width=self.width_of_fields)
        self.outer.addWidget(self.scroll)
        self.header = PageHeader("")
        self.scroll.add(self.header)
        self.editor: DetailsEditor[Any] | None = None
        self.subject: Subject | None = None
        self._place = QWidget()
        self.scroll.add(self._place)
        self.save = PrimaryButton(_("Save"), self._save)
        self.cancel = SecondaryButton(_("Cancel"), self._cancel)
        for keys in SAVE_KEYS:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save.click)
        self._sent = False
        self._noted = False
        self._note_later = QTimer(self)
        self._note_later.setSingleShot(True)
        self._note_later.setInterval(KEEP_AFTER_MS)
        self._note_later.timeout.connect(self._note)

    # -- what each page says ---------------------------------------------------------------

    def write(self, subject: Subject, details: Any) -> Callable[[], Any]:
        """The work that keeps `details` in the record."""
        raise BugError("a page that edits says how it writes")

    def place_after(self, child_id: str | None) -> Place:
        """Where one is when the record was saved or left as it was."""
        raise BugError("a page that edits says where it leads")

    # -- coming and going ------------------------------------------------------------------

    def begin(self, subject: Subject, typed: str | None) -> None:
        """Edit another record. `typed`: what the casebook kept of it when it was locked."""
        self.subject = subject
        self._sent = self._noted = False
        # Until the record is read, the fields are those of the record before.
        self.save.setEnabled(False)
        if self.editor is not None:
            self.editor.touched = False
            self.editor.hide()
        # Taken out, so that going back later brings the record, not what was typed back then.
        self.args.pop("path", None)
        self.args["record_type"] = subject.record_type
        kept = _read(typed)[1] if typed else {}
        if kept:
            self.shell.unsaved.setdefault(subject, kept)
            self._noted = True

    def edit(self, editor: DetailsEditor[Any]) -> None:
        """Show the fields, with what was typed before and not saved."""
        self.scroll.column.replaceWidget(self._place, editor)
        self._place.deleteLater()
        self._place = self.editor = editor
        if editor.take(self.shell.unsaved.get(self.subject, {})):
            self.shell.not_saved()
        else:
            self.shell.unsaved.pop(self.subject, None)
        editor.changed.connect(self._typed)
        self.save.setEnabled(True)
        first = editor.first()
        if first is not None:
            first.setFocus()

    def leaving(self) -> None:
        """Override Page.leaving: changes to a known record are saved where they can be.

        At a lock or the end, something new stays what it is, not yet saved: it comes back with the
        place. So does what can't be read.
        """
        editor, subject = self.editor, self.subject
        if editor is None or subject is None or not editor.touched or self._sent:
            return
        details, _problems = editor.details()
        if details is None or (subject.new and (self.shell.ending or subject.child_id is None)):
            self.shell.not_saved()
            return
        self._send(details, self._kept, self._not_kept)

    def place(self) -> Place | None:
        """Override Page.place: with what was typed and is not saved."""
        subject = self.subject
        if subject is None:
            return None
        typed = self.shell.unsaved.get(subject, {})
        return Place(
            self.name,
            child_id=subject.child_id,
            record_id=subject.record_id,
            path=json.dumps({"record_type": subject.record_type, "typed": typed}),
        )

    @property
    def being_typed(self) -> bool:
        """Override Page.being_typed: no sync begins by itself meanwhile."""
        return self.editor is not None and self.editor.touched

    def others_wrote(self, record_ids: Collection[str]) -> None:
        """Override Page.others_wrote: saving writes every field, so that it has to be known."""
        subject = self.subject
        if subject is None or (subject.record_id or subject.child_id) not in record_ids:
            return
        if not self.being_typed:
            self.entered(self.desk, self.args)
            return
        self.shell.add_strip(
            _(
                "Somebody else changed this record while you were writing. If you save, your words "
                "take the place of theirs; the history keeps both."
            ),
            "attention",
        )

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return None if self.editor is None else self.editor.first()

    def may_save(self) -> bool:
        """Whether *Save* goes ahead, or the page first shows what the person has to look at."""
        return True

    def show_buttons(self, *buttons: QWidget) -> None:
        """Let `buttons` stand below the fields, in sight wherever the page is scrolled to."""
        look = theme.current()
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(look.px(24), look.px(12), look.px(24), look.px(12))
        row.setSpacing(look.px(12))
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.outer.addWidget(Separator())
        self.outer.addWidget(foot)

    # -- inside ----------------------------------------------------------------------------

    @Slot()
    def _typed(self) -> None:
        if self.editor is not None and self.subject is not None:
            self.shell.unsaved[self.subject] = self.editor.typed()
            # Kept, but no part of the record before somebody chooses to save it.
            self.shell.not_saved()
            self._note_later.start()

    @Slot()
    def _note(self) -> None:
        """Keep what is typed in the casebook, so that a crash too leads back to it."""
        place, desk = self.place(), self.desk
        if self.subject not in self.shell.unsaved or self.shell.page is not self or place is None:
            return
        self._noted = True
        kept = self.shell.with_words(place)
        self.run(lambda: places.keep_place(desk, kept), failed=self._not_noted)

    def _not_noted(self, _error: Exception) -> None:
        self.shell.not_saved()

    def _forget(self, subject: Subject) -> None:
        """Nothing that was typed is unsaved any more."""
        self._note_later.stop()
        self.shell.unsaved.pop(subject, None)
        if self._noted and subject == self.subject:
            self._noted = False
            desk, place = self.desk, self.shell.with_words(self.place_after(subject.child_id))
            self.run(lambda: places.keep_place(desk, place))

    def _save(self) -> None:
        if self.editor is None:
            return
        details, problems = self.editor.details()
        if details is None:
            self.editor.show_problems(problems)
            return
        if not self.may_save():
            return
        self.save.setEnabled(False)
        self._send(details, self._saved, self._refused)

    def _send(
        self,
        details: Any,
        done: Callable[[Subject, Any], None],
        failed: Callable[[Subject, Exception], None],
    ) -> None:
        subject = self.subject
        assert subject is not None
        # Until the answer is there, leaving must not save the same thing a second time.
        self._sent = True
        self.run(
            self.write(subject, details),
            lambda result: done(subject, result),
            lambda error: failed(subject, error),
        )

    def _kept(self, subject: Subject, _result: Any) -> None:
        self._forget(subject)
        self.shell.saved(self.desk.clock.now())
        count_again(self)

    def _not_kept(self, _subject: Subject, error: Exception) -> None:
        """The record was left already: what was typed waits for the person to come back."""
        self._sent = False
        self.shell.not_saved()
        self.shell.show_error(error)

    def _saved(self, subject: Subject, result: Any) -> None:
        self.save.setEnabled(True)
        if self.editor is not None:
            self.editor.touched = False
        self._kept(subject, result)
        if self.shell.page is self and self.subject == subject:
            self._go_on(result.id if subject.record_type == "child" else subject.child_id)

    def _refused(self, _subject: Subject, error: Exception) -> None:
        self._sent = False
        self.save.setEnabled(True)
        self.shell.not_saved()
        if isinstance(error, DetailsRefused) and self.editor is not None:
            self.editor.show_problems(error.problems)
        else:
            self.shell.show_error(error)

    def _cancel(self) -> None:
        if self.editor is not None:
            self.editor.touched = False
        if self.subject is not None:
            self._forget(self.subject)
            self.shell.nothing_unsaved()
            self._go_on(self.subject.child_id)

    def _go_on(self, child_id: str | None) -> None:
        place = self.place_after(child_id)
        args = {"child_id": place.child_id, "tab": place.path}
        self.shell.go(place.page, **{name: value for name, value in args.items() if value})


def subject_of(args: Mapping[str, Any], record_type: str = "") -> Subject:
    """What a page was gone to for, by its arguments or by those that a lock kept."""
    kept = _read(args["path"])[0] if args.get("path") else ""
    return Subject(
        record_type or args.get("record_type") or kept, args.get("child_id"), args.get("record_id")
    )


def _read(path: str) -> tuple[str, dict[str, Any]]:
    try:
        kept = json.loads(path)
        return str(kept["record_type"]), dict(kept["typed"])
    except (ValueError, KeyError, TypeError) as error:
        raise KnownError(_("This record is not in the casebook any more.")) from error
