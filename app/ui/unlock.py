"""Getting into a casebook: the passphrase, and the ways back in when it is lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QProgressBar, QRadioButton, QWidget

from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.gate import GateCard, Holder, Sight, words_of
from app.ui.kit.blocks import Banner
from app.ui.kit.buttons import PrimaryButton, SecondaryButton, button_row
from app.ui.kit.fields import FieldFrame, PassphraseEdit, PathEdit
from app.ui.kit.text import Body, Heading, Small

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.application import Application

TRIES_BEFORE_ADVICE = 3


class HolderChoice(QComboBox):
    """Who is there, where a casebook has several users."""

    def set_holders(self, holders: tuple[Holder, ...], chosen: str | None = None) -> None:
        """Offer these people."""
        self.clear()
        for holder in holders:
            self.addItem(holder.name, holder.user_id)
        found = self.findData(chosen) if chosen else 0
        self.setCurrentIndex(max(0, found))

    @property
    def user_id(self) -> str:
        """The id of the person chosen; empty where there is nobody."""
        return str(self.currentData() or "")


class UnlockCard(GateCard):
    """The passphrase and one button."""

    def __init__(self, program: Application) -> None:
        super().__init__(program)
        look = theme.current()
        self._wrong = 0
        self._until = 0.0
        self._why = ""
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self._tick)
        self.holder = HolderChoice()
        self.holder_field = FieldFrame(_("Your name"), self.holder)
        self.holder_field.hide()
        self.passphrase = PassphraseEdit()
        self.field = FieldFrame(
            _("Passphrase"), self.passphrase, hint=_("Four or more words that you alone know.")
        )
        self.unlock = PrimaryButton(_("Unlock"), self._go)
        self.unlock.setDefault(True)
        self.passphrase.returnPressed.connect(self._go)
        self.demo = Small()
        self.demo.hide()
        self.body.addSpacing(look.px(4))
        self.body.addWidget(self.holder_field)
        self.body.addWidget(self.field)
        self.body.addWidget(self.demo)
        self.body.addSpacing(look.px(2))
        self.body.addWidget(self.unlock)
        self.add_links(
            (_("I can’t remember it"), program.entrance.show_recover),
            (_("Restore from a backup"), program.entrance.show_restore),
        )
        self.take(program.sight)

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.passphrase

    def take(self, sight: Sight) -> None:
        """Show what was found out about the casebook."""
        self.holder.set_holders(sight.holders, self.program.last_user_id)
        self.holder_field.setVisible(len(sight.holders) > 1)
        if sight.demo:
            self.subtitle.setText(_("Demonstration casebook: every child in it is invented."))
        elif len(sight.holders) == 1:
            name = sight.holders[0].name
            self.subtitle.setText(_("Casebook of {name}").format(name=name))
        else:
            self.subtitle.setText(_("Your casebook on this laptop"))
        self.subtitle.show()
        self.demo.setVisible(bool(sight.demo_passphrase))
        self.demo.setText(
            _("Its passphrase is public: {passphrase}").format(passphrase=sight.demo_passphrase)
        )
        if sight.wait_seconds and not self._timer.isActive():
            self._wait(sight.wait_seconds, _("The passphrase was wrong several times."))

    def _go(self) -> None:
        if self._waiting or self._timer.isActive():
            return
        if not self.passphrase.text():
            self.field.set_error(_("Enter your passphrase."))
            self.passphrase.setFocus()
            return
        self._waiting = True
        self.unlock.setEnabled(False)
        self.unlock.setText(_("Unlocking"))
        self.field.set_error("")
        self.summary.show_errors([])
        self.program.unlock(
            self.holder.user_id, self.passphrase.text(), self._opened, self._refused, owner=self
        )

    def _opened(self, desk: Desk) -> None:
        self.passphrase.clear()

        def let_in() -> Desk:
            from app.casework import questionnaires

            return questionnaires.let_in(desk)

        self.program.tasks.run(let_in, self.program.opened, self._refused, owner=self)

    def _refused(self, error: Exception) -> None:
        self._waiting = False
        self.unlock.setText(_("Unlock"))
        self.unlock.setEnabled(True)
        wait = getattr(error, "wait_seconds", None)
        if wait is None:
            self.show_error(error)
            return
        self._wrong += 1
        self.passphrase.selectAll()
        self.passphrase.setFocus()
        wrong = _("That passphrase is not right.") if wait else words_of(error)
        self._wait(int(wait), wrong)

    def _wait(self, seconds: int, why: str) -> None:
        self._why = why
        self._until = time.monotonic() + seconds
        self._timer.start()
        self._tick()

    def _tick(self) -> None:
        left = round(self._until - time.monotonic())
        text = self._why
        if left > 0:
            again = ngettext(
                "You can try again in {count} second.",
                "You can try again in {count} seconds.",
                left,
            ).format(count=left)
            text = f"{text} {again}"
        else:
            self._timer.stop()
        if self._wrong >= TRIES_BEFORE_ADVICE:
            text = " ".join((text, _("If you can’t remember it, use your recovery code.")))
        self.field.set_error(text)
        self.unlock.setEnabled(left <= 0)


class RecoverCard(GateCard):
    """In with the printed recovery code or the service's key, and a new passphrase."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=520)
        self.body.addWidget(Heading(_("Get back in")))
        self.body.addWidget(
            Body(_("Use the recovery code that was printed when this casebook was made."))
        )
        self.holder = HolderChoice()
        self.holder.set_holders(program.sight.holders, program.last_user_id)
        self.holder_field = FieldFrame(_("Your name"), self.holder)
        self.holder_field.setVisible(len(program.sight.holders) > 1)
        self.by_code = QRadioButton(_("I have the recovery code"))
        self.by_key = QRadioButton(_("My service has its key file"))
        for choice in (self.by_code, self.by_key):
            choice.setAccessibleName(choice.text())
            choice.toggled.connect(self._chosen)
        self.code = QLineEdit()
        self.code_field = FieldFrame(
            _("Recovery code"), self.code, hint=_("Capitals, spaces and dashes do not matter.")
        )
        self.key_file = PathEdit("open")
        self.key_file_field = FieldFrame(_("Key file of the service"), self.key_file)
        self.key_passphrase = PassphraseEdit()
        self.key_field = FieldFrame(_("Passphrase of the key file"), self.key_passphrase)
        self.new = PassphraseEdit()
        self.new_field = FieldFrame(
            _("New passphrase"), self.new, hint=_("Four or more words that you alone know.")
        )
        self.go = PrimaryButton(_("Set the new passphrase"), self._go)
        # Through the button, which is off while something is being done.
        self.new.returnPressed.connect(self.go.click)
        for part in (
            self.holder_field,
            self.by_code,
            self.by_key,
            self.code_field,
            self.key_file_field,
            self.key_field,
            self.new_field,
        ):
            self.body.addWidget(part)
        self.body.addLayout(
            button_row(self.go, SecondaryButton(_("Back"), program.entrance.show_unlock))
        )
        self.add_links()
        self.by_code.setChecked(True)

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.code

    def _chosen(self, _on: bool) -> None:
        by_key = self.by_key.isChecked()
        self.code_field.setVisible(not by_key)
        self.key_file_field.setVisible(by_key)
        self.key_field.setVisible(by_key)

    def _go(self) -> None:
        errors: list[tuple[str, Any]] = []
        by_key = self.by_key.isChecked()
        for field, text, words in (
            (self.code_field, by_key or self.code.text(), _("Enter the recovery code.")),
            (self.key_file_field, not by_key or self.key_file.text(), _("Choose the key file.")),
            (
                self.key_field,
                not by_key or self.key_passphrase.text(),
                _("Enter the passphrase of the key file."),
            ),
            (self.new_field, self.new.text(), _("Choose a new passphrase.")),
        ):
            field.set_error("" if text else words)
            if not text:
                errors.append((words, field))
        self.summary.show_errors(errors)
        if errors:
            return
        self.go.setEnabled(False)
        user_id, new = self.holder.user_id, self.new.text()
        folder, clock = self.program.folder, self.program.clock
        code, key_file = self.code.text(), Path(self.key_file.text())
        key_passphrase = self.key_passphrase.text()

        def recover() -> Desk:
            from app.casework import casebooks

            if by_key:
                return casebooks.recover_with_organisation_key(
                    folder,
                    key_file=key_file,
                    key_passphrase=key_passphrase,
                    user_id=user_id,
                    new_passphrase=new,
                    clock=clock,
                )
            return casebooks.recover(folder, code, user_id, new, clock)

        self.program.tasks.run(
            recover,
            self.program.opened,
            self._refused,
            owner=self,
            busy_text=_("Opening the casebook"),
        )

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.show_error(error)


class RestoreCard(GateCard):
    """A backup in place of the casebook, which is kept beside it."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=560)
        self._backups: tuple[Any, ...] = ()
        self.body.addWidget(Heading(_("Restore from a backup")))
        self.body.addWidget(
            Body(
                _(
                    "The backup is checked first. The casebook that is here now is kept beside it, "
                    "not thrown away."
                )
            )
        )
        self.place = PathEdit("folder")
        self.place.setText(program.backup_folder)
        self.place_field = FieldFrame(_("Folder of the backups"), self.place)
        self.place.line.editingFinished.connect(self._look)
        self.place.line.textChanged.connect(self._look_soon)
        self.which = QComboBox()
        self.which_field = FieldFrame(_("Backup"), self.which)
        self.which.currentIndexChanged.connect(self._ask_holders)
        self.holder = HolderChoice()
        self.holder_field = FieldFrame(_("Your name"), self.holder)
        self.passphrase = PassphraseEdit()
        self.field = FieldFrame(_("Passphrase"), self.passphrase)
        self.go = PrimaryButton(_("Restore this backup"), self._go)
        self.passphrase.returnPressed.connect(self.go.click)
        self.nothing = Banner(_("There is no backup in this folder."), "attention")
        for part in (
            self.place_field,
            self.nothing,
            self.which_field,
            self.holder_field,
            self.field,
        ):
            self.body.addWidget(part)
        self.body.addLayout(
            button_row(self.go, SecondaryButton(_("Back"), program.entrance.look_again))
        )
        self.add_links()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(400)
        self._timer.timeout.connect(self._look)
        self._found(())
        self._look()

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.place.line

    def _look_soon(self, _text: str) -> None:
        self._timer.start()

    def _look(self) -> None:
        folder = Path(self.place.text())

        def look() -> tuple[Any, ...]:
            from app.casework import casebook_backups

            return casebook_backups.backups(folder)

        self.program.tasks.run(look, self._found, self.show_error, owner=self)

    def _found(self, backups: tuple[Any, ...]) -> None:
        if backups == self._backups and self.which.count() == len(backups) and backups:
            return
        self._backups = backups
        self.which.clear()
        for backup in backups:
            self.which.addItem(backup.label)
        for part in (self.which_field, self.field, self.go):
            part.setVisible(bool(backups))
        self.holder_field.hide()
        self.nothing.setVisible(not backups)

    def _ask_holders(self, number: int) -> None:
        if not 0 <= number < len(self._backups):
            return
        file = self._backups[number].file

        def ask() -> tuple[Any, ...]:
            from app.casework import casebook_backups

            return casebook_backups.holders_of_backup(file)

        self.program.tasks.run(ask, self._holders, self.show_error, owner=self)

    def _holders(self, holders: tuple[Any, ...]) -> None:
        self.holder.set_holders(
            tuple(Holder(one.user_id, one.name) for one in holders), self.program.last_user_id
        )
        self.holder_field.setVisible(len(holders) > 1)

    def _go(self) -> None:
        number = self.which.currentIndex()
        if not 0 <= number < len(self._backups):
            return
        if not self.passphrase.text():
            self.field.set_error(_("Enter your passphrase."))
            self.summary.show_errors([(_("Enter your passphrase."), self.field)])
            return
        self.field.set_error("")
        self.summary.show_errors([])
        self.go.setEnabled(False)
        file, user_id = self._backups[number].file, self.holder.user_id
        passphrase, folder, clock = self.passphrase.text(), self.program.folder, self.program.clock

        def restore() -> Desk:
            from app.casework import casebook_backups

            return casebook_backups.restore(file, folder, user_id, passphrase, clock)

        self.program.tasks.run(
            restore,
            self.program.opened,
            self._refused,
            owner=self,
            busy_text=_("Restoring the backup"),
        )

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.show_error(error)


class WaitCard(GateCard):
    """Nothing can be asked yet: the casebook is looked for, or the demonstration is made."""

    def __init__(self, program: Application) -> None:
        super().__init__(program)
        self.words = Body(program.entrance.waiting_words)
        self.body.addWidget(self.words)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(program.entrance.waiting_words)
        self.body.addWidget(bar)


class TroubleCard(GateCard):
    """A casebook that can't be opened as it is: what is wrong, and the ways on."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=520)
        self.body.addWidget(Heading(_("This casebook can’t be opened")))
        self.message = Body(program.sight.message)
        self.body.addWidget(self.message)
        where = Small(_("Folder: {folder}").format(folder=program.folder))
        self.body.addWidget(where)
        self.again = PrimaryButton(_("Look again"), program.entrance.look_again)
        self.previous = SecondaryButton(_("Use the previous copy of the key file"), self._put_back)
        if program.sight.previous_keys:
            self.body.addWidget(
                Body(
                    _(
                        "There is a previous copy of the key file. It is older than the casebook, "
                        "so you open it with a recovery code or the key of your service. A code "
                        "made since then does not fit it; the one before does."
                    )
                )
            )
            self.body.addLayout(button_row(self.again, self.previous))
        else:
            self.body.addWidget(self.again)
        self.add_links(
            (_("Restore from a backup"), program.entrance.show_restore),
            (_("Open another folder"), program.entrance.show_folder),
        )

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.again

    def _put_back(self) -> None:
        self.previous.setEnabled(False)
        folder = self.program.folder

        def put_back() -> Sight:
            from app.casework import casebook_keys

            casebook_keys.put_back_previous_keys(folder)
            return self.program.outside.describe(folder)

        self.program.tasks.run(put_back, self._is_back, self._refused, owner=self)

    def _is_back(self, sight: Sight) -> None:
        self.program.sight = sight
        self.program.entrance.show_recover()

    def _refused(self, error: Exception) -> None:
        self.previous.setEnabled(True)
        self.show_error(error)


class FolderCard(GateCard):
    """Which folder the casebook lies in."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=520)
        self.body.addWidget(Heading(_("Open another folder")))
        self.place = PathEdit("folder")
        self.place.setText(str(program.folder))
        self.place.line.returnPressed.connect(self._go)
        self.field = FieldFrame(
            _("Folder of the casebook"),
            self.place,
            hint=_("Choose a folder on this laptop, not on a shared drive."),
        )
        self.body.addWidget(self.field)
        self.body.addLayout(
            button_row(
                PrimaryButton(_("Open"), self._go),
                SecondaryButton(_("Back"), program.entrance.look_again),
            )
        )
        self.add_links()

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.place.line

    def _go(self) -> None:
        if not self.place.text():
            self.field.set_error(_("Choose a folder."))
            self.field.focus_editor()
            return
        self.program.entrance.use_folder(Path(self.place.text()))
