"""Adding and changing one record of a child: an offence, a parent, an address and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.casework import casebooks, children, court
from app.casework.problems import DetailsRefused, RecordGone
from app.core.i18n import _
from app.ui.form.editors.base import Option
from app.ui.kit import (
    DangerButton,
    Dialog,
    FieldFrame,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    button_row,
)
from app.ui.page import Page
from app.ui.pages.details import DetailsEditor
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


class EditRecordPage(Page):
    """One record of a child, to be added or changed."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.scroll = ScrollPage(width=640)
        self.outer.addWidget(self.scroll)
        self.header = PageHeader("")
        self.scroll.add(self.header)
        self.editor: DetailsEditor[Any] | None = None
        self.kind: RecordKind | None = None
        self.record_id: str | None = None
        self.save = PrimaryButton(_("Save"), self._save)
        self.cancel = SecondaryButton(_("Cancel"), self._back)
        self.remove = DangerButton(_("Remove"), self._ask_to_remove)
        self._place = QWidget()
        self.scroll.add(self._place)
        self.scroll.add(button_row(self.save, self.cancel, self.remove))
        self.scroll.end()

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: record_type, child_id, record_id (None: add one)."""
        kind = KINDS[args["record_type"]]
        self.kind, self.child_id, self.record_id = kind, args["child_id"], args.get("record_id")
        self.title = _(kind.edit_title) if self.record_id else _(kind.add_label)
        self.remove.setVisible(self.record_id is not None)
        child_id, record_id = args["child_id"], self.record_id
        self.run(lambda: _load(desk, kind, child_id, record_id), self._show)

    def leaving(self) -> None:
        """Override Page.leaving: what was typed is kept where it can be."""
        if self.editor is not None and self.editor.touched:
            details, _problems = self.editor.details()
            if details is not None and self.kind is not None and self.child_id is not None:
                self._run_save(details, then_go_back=False)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return None if self.editor is None else self.editor.first()

    # -- inside ----------------------------------------------------------------------------

    def _show(self, loaded: _Loaded) -> None:
        assert self.kind is not None
        self.header.set_words(self.title, above=loaded.child_name)
        editor: DetailsEditor[Any] = DetailsEditor(
            self.kind.record_type,
            loaded.details,
            clock=self.desk.clock,
            options=loaded.options,
            required=self.kind.required,
        )
        self.scroll.column.replaceWidget(self._place, editor)
        self._place.deleteLater()
        self._place = self.editor = editor
        first = editor.first()
        if first is not None:
            first.setFocus()

    def _save(self) -> None:
        if self.editor is None or self.kind is None:
            return
        details, problems = self.editor.details()
        if details is None:
            self.editor.show_problems(problems)
            return
        self.save.setEnabled(False)
        self._run_save(details, then_go_back=True)

    def _run_save(self, details: Any, *, then_go_back: bool) -> None:
        kind, child_id, record_id, desk = self.kind, self.child_id, self.record_id, self.desk
        assert kind is not None and child_id is not None

        def write() -> Any:
            if record_id is None:
                return kind.add(desk, child_id, details)
            return kind.change(desk, record_id, details)

        self.run(
            write,
            (lambda _view: self._saved()) if then_go_back else None,
            self._refused if then_go_back else (lambda _error: None),
        )

    def _saved(self) -> None:
        if self.editor is not None:
            self.editor.touched = False
        self.save.setEnabled(True)
        self.shell.saved(self.desk.clock.now())
        self._back()

    def _refused(self, error: Exception) -> None:
        self.save.setEnabled(True)
        if isinstance(error, DetailsRefused) and self.editor is not None:
            self.editor.show_problems(error.problems)
        else:
            self.shell.show_error(error)

    def _back(self) -> None:
        if self.editor is not None:
            self.editor.touched = False
        assert self.kind is not None
        self.shell.go("child", child_id=self.child_id, tab=self.kind.tab)

    def _ask_to_remove(self) -> None:
        assert self.kind is not None
        ReasonDialog(
            _("Remove this record?"),
            _("Why is it taken out?"),
            _("It stays in the history, with your reason."),
            _("Remove"),
            self._remove,
            self,
        ).ask()

    def _remove(self, reason: str) -> None:
        kind, record_id, desk = self.kind, self.record_id, self.desk
        assert kind is not None and record_id is not None
        self.run(lambda: kind.remove(desk, record_id, reason), lambda _none: self._saved())


class ReasonDialog(Dialog):
    """Asks for a reason before something is done that others have to be able to understand."""

    def __init__(
        self,
        title: str,
        label: str,
        hint: str,
        confirm: str,
        on_confirm: Any,
        parent: QWidget,
    ) -> None:
        super().__init__(title, parent)
        from PySide6.QtWidgets import QPlainTextEdit

        self._on_confirm = on_confirm
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setMaximumHeight(self.text.fontMetrics().height() * 5)
        self.field = FieldFrame(label, self.text, hint=hint)
        self.column.addWidget(self.field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(confirm, self._go)
        self.add_button(self.go)
        self.text.setFocus()

    def _go(self) -> None:
        reason = self.text.toPlainText().strip()
        if not reason:
            self.field.set_error(_("Say why, in a few words."))
            self.text.setFocus()
            return
        self.accept()
        self._on_confirm(reason)


def _load(desk: Desk, kind: RecordKind, child_id: str, record_id: str | None) -> _Loaded:
    child = children.open_child(desk, child_id)
    details = kind.details()
    if record_id is not None:
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
    if kind.record_type == "child":
        options["allocated_to"] = tuple(
            Option(user.id, user.name) for user in casebooks.users(desk) if user.active
        )
    return _Loaded(child.name, details, {name: found for name, found in options.items() if found})
