"""Settings: the laptops of the service, codes for new ones, and what to do about a lost one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QRadioButton

from app.core.i18n import _, ngettext
from app.ui.gate import words_of
from app.ui.kit.blocks import Banner, Card
from app.ui.kit.buttons import DangerButton, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import FieldFrame
from app.ui.kit.tables import Cell, Column, Table, TableModel
from app.ui.kit.text import Body, Heading, Muted, Strong
from app.ui.sync_cards import buttons

if TYPE_CHECKING:
    from app.casework.casebook_users import UserView
    from app.casework.laptops import HeldChild, Laptop, NewCode
    from app.ui.page import Page
    from app.ui.shell import Shell


class LaptopsCard(Card):
    """Every laptop of the service. Asks the server only when somebody wants to see them."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("Laptops of the service"))
        self._shell = page.shell
        self.add(
            Muted(_("Who has which laptop, when it last spoke to the server, what lay on it."))
        )
        self.state = Banner("", "attention")
        self.state.hide()
        self.add(self.state)
        self.model: TableModel[Laptop] = TableModel(
            [
                Column(_("Who"), lambda row: Cell(row.people, strong=True), 2),
                Column(
                    _("Last contact"),
                    lambda row: Cell(
                        row.last_seen, ((_("long ago"), "attention"),) if row.long_ago else ()
                    ),
                    1,
                ),
                Column(_("Children on it"), lambda row: str(row.held)),
                Column(
                    _("State"),
                    lambda row: _("This laptop") if row.this else row.state,
                    2,
                ),
            ]
        )
        self.table = Table(self.model, _("Laptops of the service"), all_rows=True)
        self.table.opened.connect(self._open)
        self.table.hide()
        self.add(self.table)
        self.look = SecondaryButton(_("Show the laptops"), self._look)
        self.code = SecondaryButton(_("Code for a new laptop"), self._ask_code)
        self.lost = SecondaryButton(_("A laptop is lost or handed in"), self._lost)
        self.lost.hide()
        self.rescued = SecondaryButton(_("Work that was rescued"), self._rescued)
        self.rescued.hide()
        self.add(buttons(self.look, self.code, self.lost, self.rescued))
        self.refresh()

    def refresh(self) -> None:
        """Show what this person can do here; nothing where the casebook has joined no server."""
        from app.casework import permission

        status, role = self._shell.sync.status, self._shell.desk.actor.role
        self.setVisible(
            status is not None and status.joined and permission.allows(role, "see_laptops")
        )
        self.code.setVisible(permission.allows(role, "manage_laptops"))

    def _look(self) -> None:
        desk = self._shell.desk

        def read() -> tuple[Laptop, ...]:
            from app.casework import laptops

            return laptops.laptops(desk)

        self.look.setEnabled(False)
        self._shell.sync.tasks.run(read, self._show, self._failed, owner=self)

    def _show(self, found: tuple[Laptop, ...]) -> None:
        from app.casework import permission

        self.look.setEnabled(True)
        self.look.setText(_("Look again"))
        self.state.hide()
        self.table.show()
        self.model.set_rows(found)
        self.lost.setVisible(any(not one.out and not one.this for one in found))
        may = permission.allows(self._shell.desk.actor.role, "manage_laptops")
        self.rescued.setVisible(may and any(one.out for one in found))

    def _failed(self, error: Exception) -> None:
        self.look.setEnabled(True)
        self.state.set_words(words_of(error))
        self.state.show()

    def _ask_code(self) -> None:
        desk = self._shell.desk

        def read() -> tuple[UserView, ...]:
            from app.casework import casebook_users

            return casebook_users.users(desk)

        def ask(users: tuple[UserView, ...]) -> None:
            CodeDialog(self._shell, users).ask()

        self._shell.tasks.run(read, ask, owner=self)

    def _open(self, number: int) -> None:
        row = self.model.row(number)
        if row is not None and not row.this:
            LostDialog(self._shell, row, self._look).ask()

    def _lost(self) -> None:
        row = self._chosen(lambda one: not one.out and not one.this)
        if row is not None:
            LostDialog(self._shell, row, self._look).ask()

    def _rescued(self) -> None:
        from app.ui.rescued_dialog import RescuedDialog

        row = self._chosen(lambda one: one.out)
        if row is not None:
            RescuedDialog(self._shell, row).ask()

    def _chosen(self, fits: Callable[[Laptop], bool]) -> Laptop | None:
        """The laptop that is chosen in the list, or the only one that can be meant."""
        row = self.table.current_row()
        if row is None or not fits(row):
            fitting = [one for one in self.model.rows if fits(one)]
            row = fitting[0] if len(fitting) == 1 else None
        if row is None:
            self.state.set_words(_("Choose the laptop in the list first."))
            self.state.show()
            self.table.setFocus()
        return row


class CodeDialog(Dialog):
    """Makes a code for somebody's laptop and shows it once."""

    def __init__(self, shell: Shell, users: tuple[UserView, ...]) -> None:
        super().__init__(_("Code for a new laptop"), shell, width=520)
        from app.ui.role_words import ROLE_WORDS

        self._shell = shell
        self.who = QComboBox()
        self.who.addItem(_("Somebody new"), None)
        for user in users:
            if user.active:
                self.who.addItem(user.name, user)
        self.who.currentIndexChanged.connect(self._chosen)
        self.name = QLineEdit()
        self.name_field = FieldFrame(_("Name"), self.name)
        self.role = QComboBox()
        for code, words in ROLE_WORDS.items():
            self.role.addItem(_(words), code)
        self.role_field = FieldFrame(_("Role"), self.role)
        self.who_field = FieldFrame(_("For whom"), self.who)
        for part in (self.who_field, self.name_field, self.role_field):
            self.column.addWidget(part)
        self.state = Banner("", "attention")
        self.state.hide()
        self.column.addWidget(self.state)
        self.cancel = SecondaryButton(_("Cancel"), self.reject)
        self.add_button(self.cancel)
        self.go = PrimaryButton(_("Make the code"), self._go)
        self.add_button(self.go)
        self.who.setFocus()

    def _chosen(self, _row: int) -> None:
        new = self.who.currentData() is None
        self.name_field.setVisible(new)
        self.role_field.setVisible(new)

    def _go(self) -> None:
        user: Any = self.who.currentData()
        name = user.name if user is not None else self.name.text().strip()
        role = user.role if user is not None else str(self.role.currentData())
        self.name_field.set_error("" if name else _("Enter the name of the person."))
        if not name:
            return
        desk, user_id = self._shell.desk, user.id if user is not None else None

        def make() -> NewCode:
            from app.casework import laptops

            return laptops.new_code(desk, name, role, user_id)

        self.go.setEnabled(False)
        self._shell.sync.tasks.run(make, self._show, self._failed, owner=self)

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.state.set_words(words_of(error))
        self.state.show()
        self.fit()

    def _show(self, made: NewCode) -> None:
        for part in (self.who_field, self.name_field, self.role_field, self.state):
            part.hide()
        self.go.hide()
        self.column.addWidget(Body(_("For {name}. It is shown only now.").format(name=made.name)))
        shown = QLabel(made.text)
        shown.setObjectName("recoveryCode")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        shown.setAccessibleName(_("Code: {code}").format(code=made.text))
        self.column.addWidget(shown)
        self.column.addWidget(Strong(_("It counts once, until {time}.").format(time=made.until)))
        self.column.addWidget(
            Body(
                _(
                    "On the new laptop, choose “I have a code from my service” and type this "
                    "address: {address}"
                ).format(address=made.address)
            )
        )
        self.cancel.setText(_("Close"))
        self.cancel.setFocus()
        self.fit()


class LostDialog(Dialog):
    """What lay on a laptop, and taking it out of the service."""

    def __init__(self, shell: Shell, laptop: Laptop, done: Any) -> None:
        super().__init__(_("Take out this laptop"), shell, width=560)
        from app.casework import permission

        self._shell, self._laptop, self._done = shell, laptop, done
        self.column.addWidget(Strong(laptop.people or laptop.name))
        self.column.addWidget(Muted(_("Last contact: {when}").format(when=laptop.last_seen)))
        self.column.addWidget(Heading(_("Whose records lay on it")))
        self.held = Body(_("Asking the server"))
        self.column.addWidget(self.held)
        may = permission.allows(shell.desk.actor.role, "manage_laptops")
        self.choices: dict[str, QRadioButton] = {}
        for code, words in (
            ("rescue", _("Save its unsent work for the service, then remove the casebook")),
            ("wipe", _("Remove the casebook at once")),
            ("none", _("Only let it in no more; it was handed in and is here")),
        ):
            button = QRadioButton(words)
            button.setAccessibleName(words)
            button.setChecked(code == "rescue")
            button.setVisible(may)
            self.choices[code] = button
            self.column.addWidget(button)
        self.column.addWidget(
            Muted(
                _(
                    "It counts from the laptop’s next contact. A laptop that never goes online "
                    "keeps its casebook, encrypted."
                )
            )
        )
        self.state = Banner("", "attention")
        self.state.hide()
        self.column.addWidget(self.state)
        self.add_button(SecondaryButton(_("Close"), self.reject))
        self.go = DangerButton(_("Take out this laptop"), self._go)
        self.go.setVisible(may)
        self.add_button(self.go)
        desk = shell.desk

        def read() -> tuple[HeldChild, ...]:
            from app.casework import laptops

            return laptops.held_on(desk, laptop.id)

        shell.sync.tasks.run(read, self._show, self._failed, owner=self)

    def _show(self, found: tuple[HeldChild, ...]) -> None:
        names = [one.name for one in found if one.name]
        unknown = len(found) - len(names)
        if unknown:
            names.append(
                ngettext(
                    "{count} child who is not on this laptop",
                    "{count} children who are not on this laptop",
                    unknown,
                ).format(count=unknown)
            )
        self.held.setText("\n".join(names) if names else _("Nobody’s."))
        self.fit()

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.state.set_words(words_of(error))
        self.state.show()
        self.fit()

    def _go(self) -> None:
        how: Any = next(code for code, button in self.choices.items() if button.isChecked())
        desk, laptop_id = self._shell.desk, self._laptop.id

        def take_out() -> None:
            from app.casework import laptops

            laptops.take_out(desk, laptop_id, how)

        self.go.setEnabled(False)
        self._shell.sync.tasks.run(take_out, self._taken_out, self._failed, owner=self)

    def _taken_out(self, _nothing: None) -> None:
        self.accept()
        self._shell.notify(_("The laptop is taken out of the service."))
        self._done()
