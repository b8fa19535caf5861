"""Settings: how it looks, when it locks, passphrase, recovery code, users, backups, check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLabel, QLineEdit, QRadioButton, QWidget

from app.core.i18n import LANGUAGES, N_, _, is_reviewed, language
from app.ui.gate import words_of
from app.ui.kit.blocks import Banner, Card
from app.ui.kit.buttons import PrimaryButton, SecondaryButton, button_row
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import ErrorSummary, FieldFrame, PassphraseEdit, PathEdit, bring_into_view
from app.ui.kit.flow import FlowLayout
from app.ui.kit.layout import PageHeader, ScrollPage, clear
from app.ui.kit.tables import Cell, Column, Table, TableModel
from app.ui.kit.text import Body, Muted
from app.ui.page import Page
from app.ui.role_words import ROLE_WORDS
from app.ui.service_forms_card import ServiceFormsCard
from app.ui.service_words_card import ServiceWordsCard
from app.ui.setup import Strength, print_code, strength
from app.ui.sync_laptops_card import LaptopsCard
from app.ui.text_sizes import TEXT_SIZES
from app.ui.trust_card import TrustCard

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

THEMES = (
    ("system", N_("As this laptop is set")),
    ("light", N_("Light")),
    ("dark", N_("Dark")),
    ("contrast", N_("High contrast")),
)
IDLE_MINUTES = (1, 2, 5, 10, 15, 30, 60)


def register(shell: Shell) -> None:
    """Let the settings join the window."""
    shell.register("settings", SettingsPage, rail=N_("Settings"), order=900)


class SettingsPage(Page):
    """All settings on one page, in cards."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Settings")
        page = ScrollPage(width=860)
        self.outer.addWidget(page)
        page.add(PageHeader(_("Settings"), _("They count for you on this laptop.")))
        self.service_forms = ServiceFormsCard(self)
        self.words = ServiceWordsCard(self)
        self.laptops = LaptopsCard(self)
        self.trust = TrustCard(self)
        self.parts: dict[str, Card] = {
            "look": self._look(),
            "writing": self._writing(),
            "words": self.words,
            "lock": self._lock(),
            "passphrase": self._passphrase(),
            "recovery": self._recovery(),
            "users": self._users(),
            "forms": self.service_forms,
            "figures": self._figures(),
            "laptops": self.laptops,
            "trust": self.trust,
            "backups": self._backups(),
            "check": self._check(),
        }
        for part in self.parts.values():
            page.add(part)
        page.end()

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered: fill the lists and lead to the part that was asked for."""

        def read() -> tuple[Any, ...]:
            from app.casework import casebook_keys, casebook_users

            return casebook_users.users(desk), casebook_keys.recovery_confirmed(desk)

        self.run(read, self._filled)
        self._look_for_backups()
        self.service_forms.refresh()
        self.words.refresh()
        self.laptops.refresh()
        self.trust.refresh()
        part = self.parts.get(str(args.get("part", "")))
        if part is not None:
            bring_into_view(part)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        part = self.parts.get(str(self.args.get("part", "")))
        if part is None:
            return self._theme_group.checkedButton()
        for widget in part.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.isHidden():
                return widget
        return None

    # ---- cards ----------------------------------------------------------------------------

    def _choices(
        self,
        choices: tuple[tuple[Any, str], ...],
        chosen: Any,
        take: Callable[[Any], object],
    ) -> tuple[QWidget, QButtonGroup]:
        box = QWidget()
        row = FlowLayout(box, gap=20)
        group = QButtonGroup(box)
        for value, words in choices:
            button = QRadioButton(words)
            button.setAccessibleName(words)
            button.setChecked(value == chosen)
            button.setProperty("value", value)
            group.addButton(button)
            row.addWidget(button)
        group.buttonClicked.connect(lambda button: take(button.property("value")))
        return box, group

    def _look(self) -> Card:
        card = Card(_("How it looks"))
        settings = self.shell.settings
        box, self._theme_group = self._choices(
            tuple((code, _(words)) for code, words in THEMES),
            settings.theme,
            lambda code: self.shell.change_settings(theme=code),
        )
        card.add(FieldFrame(_("Theme"), box))
        sizes = tuple((size, f"{size} %") for size in TEXT_SIZES)
        box, self._size_group = self._choices(
            sizes,
            settings.text_size,
            lambda size: self.shell.change_settings(text_size=size),
        )
        card.add(FieldFrame(_("Text size"), box))
        box, self._language_group = self._choices(
            tuple(LANGUAGES.items()),
            language(),
            lambda code: self.shell.change_settings(language=code),
        )
        card.add(FieldFrame(_("Language"), box))
        if not is_reviewed():
            card.add(Muted(_("Nobody has checked the Welsh of the screens yet.")))
        return card

    def _writing(self) -> Card:
        card = Card(_("Writing"))
        card.add(
            Body(
                _(
                    "Words that no dictionary has get a wavy line, in English and in Welsh. What a "
                    "child or anybody else said is left as it was said."
                )
            )
        )
        box, self._spelling_group = self._choices(
            ((True, _("On")), (False, _("Off"))),
            self.shell.settings.spelling,
            lambda on: self.shell.change_settings(spelling=on),
        )
        card.add(FieldFrame(_("Check spelling while I write"), box))
        return card

    def _lock(self) -> Card:
        card = Card(_("Lock"))
        card.add(Body(_("The casebook also locks when the laptop sleeps or its screen is locked.")))
        self.minutes = QComboBox()
        for minutes in IDLE_MINUTES:
            self.minutes.addItem(str(minutes), minutes)
        self.minutes.setCurrentIndex(
            max(0, self.minutes.findData(self.shell.settings.idle_lock_minutes))
        )
        self.minutes.activated.connect(self._minutes_chosen)
        card.add(FieldFrame(_("Minutes without a key or the mouse before it locks"), self.minutes))
        return card

    def _minutes_chosen(self, _row: int) -> None:
        self.shell.change_settings(idle_lock_minutes=int(self.minutes.currentData()))

    def _passphrase(self) -> Card:
        card = Card(_("Passphrase"))
        self.pass_summary = ErrorSummary()
        self.old = PassphraseEdit()
        self.old_field = FieldFrame(_("Your passphrase now"), self.old)
        self.new = PassphraseEdit()
        self.new_field = FieldFrame(_("New passphrase"), self.new)
        self.again = PassphraseEdit()
        self.again_field = FieldFrame(_("The same passphrase again"), self.again)
        card.add(self.pass_summary)
        for part in (self.old_field, self.new_field, Strength(self.new), self.again_field):
            card.add(part)
        self.change = SecondaryButton(_("Change passphrase"), self._change)
        self.again.returnPressed.connect(self.change.click)
        card.add(button_row(self.change))
        return card

    def _change(self) -> None:
        tone, advice = strength(self.new.text())
        errors: list[tuple[str, Any]] = []
        for field, good, words in (
            (self.old_field, bool(self.old.text()), _("Enter your passphrase.")),
            (self.new_field, tone != "serious", advice),
            (
                self.again_field,
                self.new.text() == self.again.text(),
                _("The two passphrases are not the same."),
            ),
        ):
            field.set_error("" if good else words)
            if not good:
                errors.append((words, field))
        self.pass_summary.show_errors(errors)
        if errors:
            return
        desk, old, new = self.desk, self.old.text(), self.new.text()

        def change() -> None:
            from app.casework import casebook_keys

            casebook_keys.change_passphrase(desk, old, new)

        self.change.setEnabled(False)
        self.run(change, self._changed, self._not_changed, busy_text=_("Changing the passphrase"))

    def _changed(self, _nothing: None) -> None:
        self.change.setEnabled(True)
        for line in (self.old, self.new, self.again):
            line.clear()
        self.shell.notify(_("Your passphrase is changed."))

    def _not_changed(self, error: Exception) -> None:
        self.change.setEnabled(True)
        self.old_field.set_error(words_of(error))
        self.pass_summary.show_errors([(words_of(error), self.old_field)])

    def _recovery(self) -> Card:
        card = Card(_("Recovery code"))
        self.recovery_state = Banner("", "good")
        self.recovery_state.hide()
        self.code = QLineEdit()
        self.code_field = FieldFrame(
            _("Type the recovery code"),
            self.code,
            hint=_("Read it from your paper. Capitals, spaces and dashes do not matter."),
        )
        self.code_field.hide()
        self.confirm = SecondaryButton(_("Confirm the code"), self._confirm)
        self.code.returnPressed.connect(self.confirm.click)
        self.confirm.hide()
        self.renew = SecondaryButton(_("Make a new recovery code"), self._ask_renew)
        card.add(self.recovery_state)
        card.add(self.code_field)
        card.add(button_row(self.confirm, self.renew))
        return card

    def _filled(self, read: tuple[Any, ...]) -> None:
        users, confirmed = read
        self.users.set_rows(users)
        self._show_confirmed(confirmed)
        if not confirmed and self.args.get("part") == "recovery":
            self.code_field.focus_editor()

    def _show_confirmed(self, confirmed: bool) -> None:
        self.recovery_state.set_words(
            _("Your recovery code is confirmed.")
            if confirmed
            else _("Your recovery code is not confirmed yet. Do that before you add a child."),
            tone="good" if confirmed else "attention",
        )
        self.recovery_state.show()
        self.code_field.setVisible(not confirmed)
        self.confirm.setVisible(not confirmed)

    def _confirm(self) -> None:
        desk, typed = self.desk, self.code.text()

        def confirm() -> None:
            from app.casework import casebook_keys

            casebook_keys.confirm_recovery_code(desk, typed)

        self.run(confirm, self._confirmed, self._not_confirmed)

    def _confirmed(self, _nothing: None) -> None:
        self.code.clear()
        self.code_field.set_error("")
        self._show_confirmed(True)
        self.shell.close_strips(N_("Confirm the code"))
        self.shell.notify(_("Your recovery code is confirmed."))

    def _not_confirmed(self, error: Exception) -> None:
        self.code_field.set_error(words_of(error))
        self.code_field.focus_editor()

    def _ask_renew(self) -> None:
        NewCodeDialog(self, self._renewed).ask()

    def _renewed(self) -> None:
        self._show_confirmed(False)
        self.code_field.focus_editor()

    def _users(self) -> Card:
        card = Card(_("Users"))
        self.users: TableModel[Any] = TableModel(
            [
                Column(_("Name"), lambda user: Cell(user.name, strong=True), 2),
                Column(_("Role"), lambda user: _(ROLE_WORDS.get(user.role, user.role)), 1),
                Column(_("Works here"), lambda user: _("yes") if user.active else _("no")),
            ]
        )
        card.add(Table(self.users, _("Users"), all_rows=True))
        card.add(button_row(SecondaryButton(_("Add a user"), self._ask_user)))
        return card

    def _ask_user(self) -> None:
        NewUserDialog(self, self._user_added).ask()

    def _user_added(self, _user: Any) -> None:
        desk = self.desk

        def read() -> tuple[Any, ...]:
            from app.casework import casebook_keys, casebook_users

            return casebook_users.users(desk), casebook_keys.recovery_confirmed(desk)

        self.run(read, self._filled)
        self.shell.notify(_("The user is added."))

    def _figures(self) -> Card:
        card = Card(_("Figures for reports"))
        card.add(
            Body(
                _(
                    "Every pre-sentence report tells the court how decisions fall on children of "
                    "different ethnic groups, in your area and in England and Wales."
                )
            )
        )
        see = SecondaryButton(_("See the figures"), lambda: self.shell.go("figures"))
        card.add(button_row(see))
        return card

    def _backups(self) -> Card:
        card = Card(_("Backups"))
        card.add(
            Body(
                _(
                    "A backup is an encrypted copy. Keep one off this laptop, such as on a drive "
                    "that your service gave you."
                )
            )
        )
        self.backup_place = PathEdit("folder")
        folder = self.shell.settings.backup_folder or str(self.desk.folder / "backups")
        self.backup_place.setText(folder)
        self.place_field = FieldFrame(_("Folder of the backups"), self.backup_place)
        card.add(self.place_field)
        self.backup = PrimaryButton(_("Back up now"), self._back_up)
        card.add(button_row(self.backup))
        self.backups: TableModel[Any] = TableModel(
            [
                Column(_("Made"), lambda view: view.label, 1),
                Column(_("Size"), lambda view: size_words(view.size)),
            ]
        )
        self.backup_table = Table(self.backups, _("Backups"), all_rows=True)
        self.no_backups = Muted(_("There is no backup in this folder yet."))
        card.add(self.backup_table)
        card.add(self.no_backups)
        self._backups_found(())
        return card

    def _look_for_backups(self) -> None:
        folder = Path(self.backup_place.text())

        def look() -> tuple[Any, ...]:
            from app.casework import casebook_backups

            return casebook_backups.backups(folder)

        self.run(look, self._backups_found)

    def _backups_found(self, found: tuple[Any, ...]) -> None:
        self.backups.set_rows(found)
        self.backup_table.setVisible(bool(found))
        self.no_backups.setVisible(not found)

    def _back_up(self) -> None:
        if not self.backup_place.text():
            self.place_field.set_error(_("Choose a folder."))
            self.place_field.focus_editor()
            return
        self.place_field.set_error("")
        desk, folder = self.desk, Path(self.backup_place.text())

        def back_up(watch: Any) -> Any:
            from app.casework import casebook_backups

            return casebook_backups.back_up(desk, folder, watch)

        self.tasks.run_watched(
            back_up,
            self._backed_up,
            self._not_backed_up,
            owner=self,
            busy_text=_("Making a backup"),
        )

    def _backed_up(self, _view: Any) -> None:
        folder = self.backup_place.text()
        if folder != self.shell.settings.backup_folder:
            self.shell.change_settings(backup_folder=folder)
        self._look_for_backups()
        self.shell.notify(_("The backup is made and checked."))

    def _not_backed_up(self, error: Exception) -> None:
        self.place_field.set_error(words_of(error))
        self.place_field.focus_editor()

    def _check(self) -> Card:
        card = Card(_("Check the casebook"))
        card.add(Body(_("Reads every page of it and the whole chain of its history.")))
        self.verdict = Banner("", "good")
        self.verdict.hide()
        card.add(self.verdict)
        card.add(button_row(SecondaryButton(_("Check now"), self._check_now)))
        return card

    def _check_now(self) -> None:
        desk = self.desk

        def check(watch: Any) -> Any:
            from app.casework import casebook_backups

            return casebook_backups.check_integrity(desk, watch)

        self.tasks.run_watched(
            check, self._checked, owner=self, busy_text=_("Checking the casebook")
        )

    def _checked(self, view: Any) -> None:
        self.verdict.set_words(
            " ".join((view.text, *view.findings)), tone="good" if view.ok else "serious"
        )
        self.verdict.show()
        self.shell.notify(view.text)


def size_words(size: int) -> str:
    """A size in bytes as people read it."""
    if size >= 1_000_000:
        return _("{size} MB").format(size=f"{size / 1_000_000:.1f}")
    return _("{size} kB").format(size=max(1, round(size / 1_000)))


class NewUserDialog(Dialog):
    """A new user of the casebook: name, role, a first passphrase."""

    def __init__(self, page: SettingsPage, done: Callable[[Any], object]) -> None:
        super().__init__(_("Add a user"), page)
        self._page = page
        self._done = done
        self.summary = ErrorSummary()
        self.name = QLineEdit()
        self.name_field = FieldFrame(_("Name"), self.name)
        self.role = QComboBox()
        for code, words in ROLE_WORDS.items():
            self.role.addItem(_(words), code)
        self.passphrase = PassphraseEdit()
        self.field = FieldFrame(
            _("First passphrase"),
            self.passphrase,
            hint=_("Tell it to them in person. They change it under Settings."),
        )
        self.column.addWidget(self.summary)
        self.column.addWidget(self.name_field)
        self.column.addWidget(FieldFrame(_("Role"), self.role))
        self.column.addWidget(self.field)
        self.column.addWidget(Strength(self.passphrase))
        self.go = PrimaryButton(_("Add the user"), self._go)
        for line in (self.name, self.passphrase):
            line.returnPressed.connect(self.go.click)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.add_button(self.go)
        self.name.setFocus()

    def _go(self) -> None:
        tone, advice = strength(self.passphrase.text())
        errors: list[tuple[str, Any]] = []
        for field, good, words in (
            (self.name_field, bool(self.name.text().strip()), _("Enter their name.")),
            (self.field, tone != "serious", advice),
        ):
            field.set_error("" if good else words)
            if not good:
                errors.append((words, field))
        self.summary.show_errors(errors)
        if errors:
            return
        desk = self._page.desk
        name, role = self.name.text().strip(), self.role.currentData()
        passphrase = self.passphrase.text()

        def add() -> Any:
            from app.casework import casebook_users

            return casebook_users.add_user(desk, name, role, passphrase)

        self.go.setEnabled(False)
        self._page.tasks.run(add, self._added, self._refused, owner=self)

    def _added(self, user: Any) -> None:
        self.accept()
        self._done(user)

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.summary.show_errors([(words_of(error), None)])


class NewCodeDialog(Dialog):
    """A new recovery code, against the passphrase; the old code opens nothing from then on."""

    def __init__(self, page: SettingsPage, done: Callable[[], object]) -> None:
        super().__init__(_("Make a new recovery code"), page)
        self._page = page
        self._done = done
        self.column.addWidget(Body(_("The code you have now will no longer open the casebook.")))
        self.passphrase = PassphraseEdit()
        self.field = FieldFrame(_("Your passphrase now"), self.passphrase)
        self.column.addWidget(self.field)
        self.go = PrimaryButton(_("Make a new code"), self._go)
        self.passphrase.returnPressed.connect(self.go.click)
        self.cancel = SecondaryButton(_("Cancel"), self.reject)
        self.add_button(self.cancel)
        self.add_button(self.go)
        self.passphrase.setFocus()

    def _go(self) -> None:
        desk, passphrase = self._page.desk, self.passphrase.text()

        def renew() -> str:
            from app.casework import casebook_keys

            return casebook_keys.new_recovery_code(desk, passphrase)

        self.go.setEnabled(False)
        self._page.tasks.run(renew, self._show, self._refused, owner=self)

    def _show(self, code: str) -> None:
        clear(self.column)
        self.column.addWidget(
            Body(_("Print it or write it down, then type it under Settings to confirm it."))
        )
        shown = QLabel(code)
        shown.setObjectName("recoveryCode")
        shown.setWordWrap(True)
        shown.setAccessibleName(_("Recovery code: {code}").format(code=code))
        self.column.addWidget(shown)
        self.column.addLayout(
            button_row(SecondaryButton(_("Print"), lambda: print_code(self, code)))
        )
        self.go.hide()
        self.cancel.setText(_("I have it on paper"))
        self.cancel.setFocus()
        self.finished.connect(lambda _result: self._done())

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.field.set_error(words_of(error))
        self.field.focus_editor()
