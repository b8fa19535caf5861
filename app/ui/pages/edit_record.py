"""Adding and changing one record of a child: an offence, a parent, an address and so on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from app.casework import casebook_users, children, court, permission
from app.casework.places import Place
from app.casework.problems import RecordGone
from app.core.i18n import _
from app.ui.form.editors.base import Option
from app.ui.kit import Banner, DangerButton, Dialog, FieldFrame, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import HOLDS_WORDS
from app.ui.kit.spelled import check_spelling
from app.ui.page import Page
from app.ui.pages.details import DetailsEditor
from app.ui.pages.edit_page import EditPage, Subject, subject_of
from app.ui.pages.record_kinds import KINDS, RecordKind

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


@dataclass(frozen=True)
class _Loaded:
    """What the page needs to be drawn."""

    child_name: str
    details: Any
    options: Mapping[str, tuple[Option, ...]]


class EditRecordPage(EditPage):
    """One record of a child, to be added or changed."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.kind: RecordKind | None = None
        self.hearing_id = ""
        self.remove = DangerButton(_("Remove"), self._ask_to_remove)
        self.put_off = Banner(
            _("Was nothing decided that day? Add the next hearing, and this is not asked again."),
            actions=(SecondaryButton(_("Add the next hearing"), self._add_next_hearing),),
        )
        self.put_off.hide()
        self.scroll.column.insertWidget(1, self.put_off)
        self.scroll.end()
        self.show_buttons(self.save, self.cancel, self.remove)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: record_type (after a lock in path), child_id, record_id
        (None: add one), hearing_id (of an outcome that is added: the hearing it was decided at).
        """
        subject = subject_of(args)
        kind, child_id, record_id = KINDS[subject.record_type], args["child_id"], subject.record_id
        self.kind, self.child_id = kind, child_id
        self.title = _(kind.edit_title) if record_id else _(kind.add_label)
        self.remove.setVisible(record_id is not None)
        self.hearing_id = hearing_id = args.get("hearing_id") or _hearing_in(args.get("path"))
        self.put_off.setVisible(bool(hearing_id))
        self.begin(subject, args.get("path"))
        self.run(lambda: _load(desk, kind, child_id, record_id, hearing_id), self._show)

    def write(self, subject: Subject, details: Any) -> Callable[[], Any]:
        """Override EditPage.write."""
        kind, desk = KINDS[subject.record_type], self.desk
        if subject.record_id is None:
            return lambda: kind.add(desk, subject.child_id or "", details)
        return lambda: kind.change(desk, subject.record_id or "", details)

    def place_after(self, child_id: str | None) -> Place:
        """Override EditPage.place_after: the list that the record stands in."""
        return Place("child", child_id=child_id, path=self.kind.tab if self.kind else None)

    def place(self) -> Place | None:
        """Override EditPage.place: with the hearing that the outcome is of."""
        place = super().place()
        if place is None or not self.hearing_id:
            return place
        kept = json.loads(place.path or "{}")
        return dataclasses.replace(place, path=json.dumps({**kept, "hearing_id": self.hearing_id}))

    # -- inside ----------------------------------------------------------------------------

    def _add_next_hearing(self) -> None:
        self.shell.go("edit_record", record_type="hearing", child_id=self.child_id)

    def _show(self, loaded: _Loaded) -> None:
        assert self.kind is not None
        self.header.set_words(self.title, above=loaded.child_name)
        self.edit(
            DetailsEditor(
                self.kind.record_type,
                loaded.details,
                clock=self.desk.clock,
                options=loaded.options,
                required=self.kind.required,
            )
        )
        if self.shell.kept_words(self._remove_subject()):
            self._ask_to_remove()

    def _ask_to_remove(self) -> None:
        ReasonDialog(
            _("Remove this record?"),
            _("Why is it taken out?"),
            _("It stays in the history, with your reason."),
            _("Remove"),
            self._remove,
            self,
            subject=self._remove_subject(),
        ).ask()

    def _remove_subject(self) -> tuple[str | None, ...]:
        return ("remove", *(self.subject or ()))

    def _remove(self, reason: str) -> None:
        kind, subject, desk = self.kind, self.subject, self.desk
        assert kind is not None and subject is not None and subject.record_id is not None
        record_id = subject.record_id

        def removed(none: None) -> None:
            self.shell.forget_words(("remove", *subject))
            self._saved(subject, none)

        self.run(lambda: kind.remove(desk, record_id, reason), removed)


class ReasonDialog(Dialog):
    """Asks for a reason before something is done that others have to be able to understand.

    What is typed is held by the window until `Shell.forget_words`, so that neither a lock nor a
    save that fails loses it; the page opens the dialog again where words are held for it.

    Args:
        subject: What the words are for.
    """

    def __init__(
        self,
        title: str,
        label: str,
        hint: str,
        confirm: str,
        on_confirm: Callable[[str], object],
        parent: Page,
        *,
        subject: tuple[str | None, ...],
    ) -> None:
        super().__init__(title, parent)
        from PySide6.QtWidgets import QPlainTextEdit

        self.setProperty(HOLDS_WORDS, True)
        self._shell = parent.shell
        self._subject = subject
        self._on_confirm = on_confirm
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        check_spelling(self.text)
        self.text.setMaximumHeight(self.text.fontMetrics().height() * 5)
        held = self._shell.kept_words(subject)
        self.text.setPlainText(str(held.get("words", "")))
        cursor = self.text.textCursor()
        cursor.setPosition(min(int(held.get("cursor", 0)), len(self.text.toPlainText())))
        self.text.setTextCursor(cursor)
        self.text.textChanged.connect(self._typed)
        self.text.cursorPositionChanged.connect(self._typed)
        self.field = FieldFrame(label, self.text, hint=hint)
        self.column.addWidget(self.field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(confirm, self._go)
        self.add_button(self.go)
        self.text.setFocus()

    def beside_words(self) -> dict[str, Any]:
        """What is held beside the words, by name."""
        return {"cursor": self.text.textCursor().position()}

    @Slot()
    def _typed(self) -> None:
        words = self.text.toPlainText()
        if words.strip():
            self._shell.keep_words(self._subject, words=words, **self.beside_words())
        else:
            self._shell.forget_words(self._subject)

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._shell.forget_words(self._subject)
        super().reject()

    def _go(self) -> None:
        reason = self.text.toPlainText().strip()
        if not reason:
            self.field.set_error(_("Say why, in a few words."))
            self.field.focus_editor()
            return
        self.accept()
        self._on_confirm(reason)


def ask_and_do(
    page: Page,
    subject: tuple[str, ...],
    title: str,
    label: str,
    hint: str,
    confirm: str,
    deed: Callable[[str], object],
    after: Callable[[], object],
) -> None:
    """Ask for words and do `deed` with them, then `after`; they are held until it is done."""

    def done(_result: object) -> None:
        page.shell.forget_words(subject)
        page.shell.saved(page.desk.clock.now())
        after()

    ReasonDialog(
        title,
        label,
        hint,
        confirm,
        lambda words: page.run(lambda: deed(words), done),
        page,
        subject=subject,
    ).ask()


def _hearing_in(path: str | None) -> str:
    """The hearing that `EditRecordPage.place` kept; empty without one."""
    return str(json.loads(path).get("hearing_id", "")) if path else ""


def _load(
    desk: Desk, kind: RecordKind, child_id: str, record_id: str | None, hearing_id: str
) -> _Loaded:
    child = children.open_child(desk, child_id)
    details = kind.details()
    if hearing_id:
        details = court.details_after_hearing(desk, hearing_id)
    elif record_id is not None:
        view = next((v for v in kind.views(desk, child_id) if v.id == record_id), None)
        if view is None:
            raise RecordGone
        details = view.details
    options: dict[str, tuple[Option, ...]] = {}
    if hasattr(details, "offence_ids"):
        options["offence_ids"] = tuple(
            Option(offence.id, offence.title) for offence in court.list_offences(desk, child_id)
        )
    if hasattr(details, "hearing_id"):
        options["hearing_id"] = tuple(
            Option(hearing.id, hearing.title) for hearing in court.list_hearings(desk, child_id)
        )
    if hasattr(details, "for_user"):
        options["for_user"] = tuple(
            Option(user.id, user.name)
            for user in casebook_users.users(desk)
            if user.active and permission.allows(user.role, "write")
        )
        if record_id is None:
            details = dataclasses.replace(details, for_user=desk.actor.id)
    if kind.record_type == "child":
        options["allocated_to"] = tuple(
            Option(user.id, user.name) for user in casebook_users.users(desk) if user.active
        )
    return _Loaded(child.name, details, {name: found for name, found in options.items() if found})
