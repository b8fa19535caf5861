"""Adding a child, and changing who a child is; a likely second record is pointed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import casebook_users, children, reference
from app.casework.children import ChildDetails, ChildView, Likeness
from app.casework.places import Place
from app.core.i18n import N_, _
from app.ui.form.editors.base import Option
from app.ui.kit import Body, Card, Muted, SecondaryButton, Strong, button_row
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import clear
from app.ui.pages.details import DetailsEditor
from app.ui.pages.edit_page import EditPage, Subject, subject_of

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


class EditChildPage(EditPage):
    """The details of a child, new or known."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.alike = QWidget()
        self._alike_column = QVBoxLayout(self.alike)
        self._alike_column.setContentsMargins(0, 0, 0, 0)
        self.alike.hide()
        self._looked_at_alike = False
        self.scroll.add(self.alike)
        self.scroll.end()
        self.show_buttons(self.save, self.cancel)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: child_id (None: add a child)."""
        self.child_id = args.get("child_id")
        self.title = _("Change details") if self.child_id else _("Add a child")
        self.alike.hide()
        self._looked_at_alike = False
        child_id = self.child_id
        self.begin(subject_of(args, "child"), args.get("path"))

        def load() -> tuple[ChildView | None, tuple[Option, ...]]:
            users = tuple(
                Option(user.id, user.name) for user in casebook_users.users(desk) if user.active
            )
            return (children.open_child(desk, child_id) if child_id else None), users

        self.run(load, lambda found: self._show(*found))

    def write(self, subject: Subject, details: Any) -> Callable[[], Any]:
        """Override EditPage.write."""
        desk, child_id = self.desk, subject.child_id
        if child_id is None:
            return lambda: children.add_child(desk, details)
        return lambda: children.change_details(desk, child_id, details)

    def may_save(self) -> bool:
        """Override EditPage.may_save: who is here already stands below all the fields."""
        if self.alike.isHidden() or self._looked_at_alike:
            return True
        self._looked_at_alike = True
        bring_into_view(self.alike)
        first = self.alike.findChild(SecondaryButton)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def place_after(self, child_id: str | None) -> Place:
        """Override EditPage.place_after."""
        if child_id is None:
            return Place("caseload")
        return Place("child", child_id=child_id, path="details")

    # -- inside ----------------------------------------------------------------------------

    def _show(self, view: ChildView | None, users: tuple[Option, ...]) -> None:
        self.header.set_words(self.title, above=view.name if view else "")
        options: dict[str, Sequence[Option]] = {
            "yjs_area": tuple(Option(area.slug, area.name) for area in reference.yjs_areas())
        }
        worker = view.details.allocated_to if view else None
        may_hand_on = children.may_hand_on(self.desk, worker)
        if users:
            # Of somebody else's child only who it is can be seen.
            options["allocated_to"] = tuple(
                one for one in users if may_hand_on or one.name == worker
            )
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
                "allocated_to": (
                    ""
                    if may_hand_on
                    else _(
                        "Only whoever works with this child now, or a manager, can hand the child "
                        "on."
                    )
                ),
            },
            required=("given_name", "family_name", "date_of_birth"),
        )
        editor.changed.connect(self._timer.start)
        self.edit(editor)

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
