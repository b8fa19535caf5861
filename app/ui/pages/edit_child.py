"""Adding a child, and changing who a child is; a likely second record is pointed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import casebooks, children, reference
from app.casework.children import ChildDetails, ChildView, Likeness
from app.casework.problems import DetailsRefused
from app.core.i18n import N_, _
from app.ui.form.editors.base import Option
from app.ui.kit import (
    Body,
    Card,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Strong,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.details import DetailsEditor

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

GROUPS: Final = (
    (N_("Who this is"), (
        "given_name", "family_name", "preferred_name", "pronouns", "date_of_birth",
        "how_to_speak",
    )),
    (N_("Identity"), (
        "sex", "gender", "ethnicity", "ethnicity_own_words", "ethnicity_perceived", "religion",
        "nationality", "immigration",
    )),
    (N_("Language"), ("preferred_language", "languages", "interpreter")),
    (N_("Health and learning"), (
        "school", "gp", "disability", "disability_note", "send_aln", "send_plan",
        "send_plan_from", "send_plan_to", "slcn", "slcn_note", "neurodiversity_note",
    )),
    (N_("Our work"), ("stage", "allocated_to", "yjs_area", "consent_note")),
)  # fmt: skip
LOOK_AFTER_MS: Final = 400


class EditChildPage(Page):
    """The details of a child, new or known."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.scroll = ScrollPage(width=640)
        self.outer.addWidget(self.scroll)
        self.header = PageHeader("")
        self.scroll.add(self.header)
        self.editor: DetailsEditor[ChildDetails] | None = None
        self._place = QWidget()
        self.scroll.add(self._place)
        self.alike = QWidget()
        self._alike_column = QVBoxLayout(self.alike)
        self._alike_column.setContentsMargins(0, 0, 0, 0)
        self.alike.hide()
        self.scroll.add(self.alike)
        self.save = PrimaryButton(_("Save"), self._save)
        self.cancel = SecondaryButton(_("Cancel"), self._cancel)
        self.scroll.add(button_row(self.save, self.cancel))
        self.scroll.end()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: child_id (None: add a child)."""
        self.child_id = args.get("child_id")
        self.title = _("Change details") if self.child_id else _("Add a child")
        child_id = self.child_id

        def load() -> tuple[ChildView | None, tuple[Option, ...]]:
            users = tuple(
                Option(user.id, user.name) for user in casebooks.users(desk) if user.active
            )
            return (children.open_child(desk, child_id) if child_id else None), users

        self.run(load, lambda found: self._show(*found))

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return None if self.editor is None else self.editor.first()

    def leaving(self) -> None:
        """Override Page.leaving: changes to a known child are kept where they can be."""
        if self.editor is None or not self.editor.touched or self.child_id is None:
            return
        details, _problems = self.editor.details()
        if details is not None:
            desk, child_id = self.desk, self.child_id
            self.run(
                lambda: children.change_details(desk, child_id, details),
                failed=lambda _error: None,
            )

    # -- inside ----------------------------------------------------------------------------

    def _show(self, view: ChildView | None, users: tuple[Option, ...]) -> None:
        self.header.set_words(self.title, above=view.name if view else "")
        options: dict[str, Sequence[Option]] = {
            "yjs_area": tuple(Option(area.slug, area.name) for area in reference.yjs_areas())
        }
        if users:
            options["allocated_to"] = users
        editor: DetailsEditor[ChildDetails] = DetailsEditor(
            "child",
            view.details if view else ChildDetails(),
            clock=self.desk.clock,
            groups=tuple((_(heading), names) for heading, names in GROUPS),
            options=options,
            hints={
                "how_to_speak": _("What helps: short sentences, pictures, time to think."),
                "preferred_name": _("What the child wants to be called. It is used everywhere."),
                "pronouns": _("For example, she/her or they/them."),
            },
            required=("given_name", "family_name", "date_of_birth"),
        )
        editor.changed.connect(self._timer.start)
        self.scroll.column.replaceWidget(self._place, editor)
        self._place.deleteLater()
        self._place = self.editor = editor
        first = editor.first()
        if first is not None:
            first.setFocus()

    def _look(self) -> None:
        """See whether the casebook may hold this child already."""
        if self.editor is None:
            return
        details, _problems = self.editor.details()
        if details is None or not details.family_name:
            return
        desk, child_id = self.desk, self.child_id
        self.run(
            lambda: children.likely_duplicates(desk, details, apart_from=child_id),
            self._point_out,
        )

    def _point_out(self, found: Sequence[Likeness]) -> None:
        clear(self._alike_column)
        self.alike.setVisible(bool(found))
        if not found:
            return
        card = Card(_("Is this child here already?"))
        card.add(Muted(_("Look before you save, so that one child does not get two records.")))
        for likeness in found[:4]:
            card.add(Strong(likeness.name))
            card.add(Body(" ".join(likeness.reasons)))
            card.add(
                button_row(
                    SecondaryButton(
                        _("Open this record"),
                        lambda one=likeness: self.shell.go("child", child_id=one.child_id),
                    )
                )
            )
        self._alike_column.addWidget(card)

    def _save(self) -> None:
        if self.editor is None:
            return
        details, problems = self.editor.details()
        if details is None:
            self.editor.show_problems(problems)
            return
        self.save.setEnabled(False)
        desk, child_id = self.desk, self.child_id

        def write() -> ChildView:
            if child_id is None:
                return children.add_child(desk, details)
            return children.change_details(desk, child_id, details)

        self.run(write, self._saved, self._refused)

    def _saved(self, view: ChildView) -> None:
        self.save.setEnabled(True)
        if self.editor is not None:
            self.editor.touched = False
        self.shell.saved(self.desk.clock.now())
        self.shell.go("child", child_id=view.id, tab="details")

    def _refused(self, error: Exception) -> None:
        self.save.setEnabled(True)
        if isinstance(error, DetailsRefused) and self.editor is not None:
            self.editor.show_problems(error.problems)
        else:
            self.shell.show_error(error)

    def _cancel(self) -> None:
        if self.editor is not None:
            self.editor.touched = False
        if self.child_id is None:
            self.shell.go("caseload")
        else:
            self.shell.go("child", child_id=self.child_id, tab="details")
