"""Making a casebook: service, person, passphrase, the service's key, the recovery code.

With a code from the service the central server says which service and who; the rest is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMarginsF, Qt
from PySide6.QtGui import QPageLayout, QTextDocument
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import N_, _, language, ngettext
from app.ui import theme
from app.ui.gate import GateCard, words_of
from app.ui.kit.buttons import LinkButton, PrimaryButton, SecondaryButton, button_row
from app.ui.kit.fields import FieldFrame, PassphraseEdit, PathEdit
from app.ui.kit.text import Body, Heading, Muted, Small

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.joining import Knock, Welcome
    from app.ui.application import Application

ROLES = (
    ("practitioner", N_("Practitioner: I work with children")),
    ("manager", N_("Manager: I countersign the work of others")),
    ("administrator", N_("Administrator: I look after users and settings")),
)
LEAST_PASSPHRASE = 12
GOOD_PASSPHRASE = 20
GOOD_WORDS = 4


@dataclass(frozen=True)
class Answers:
    """What was answered so far."""

    service_name: str = ""
    area: str = ""
    user_name: str = ""
    role: str = "practitioner"
    passphrase: str = ""
    organisation_key: bytes = b""
    key_words: str = ""


def strength(passphrase: str) -> tuple[str, str]:
    """How hard a passphrase is to guess: a tone (serious, attention, good) and words.

    Length and the number of different words count; odd characters do not, since people can't
    remember them.
    """
    words = {word.casefold() for word in passphrase.split()}
    if len(passphrase) < LEAST_PASSPHRASE:
        return "serious", _("Too short: use at least {count} characters.").format(
            count=LEAST_PASSPHRASE
        )
    if len(set(passphrase)) < LEAST_PASSPHRASE // 2:
        return "serious", _("Too easy to guess: it repeats itself.")
    if len(passphrase) >= GOOD_PASSPHRASE and len(words) >= GOOD_WORDS:
        return "good", _("Strong: long, and several different words.")
    return "attention", _("It will do. Four or more unrelated words are harder to guess.")


class Strength(Small):
    """Says how strong the passphrase in a line is, while it is typed."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__()
        line.textChanged.connect(self._tell)
        self._tell("")

    def _tell(self, text: str) -> None:
        _tone, words = strength(text)
        self.setText(
            words if text else _("Long words beat odd signs: four that do not belong together.")
        )


class SetupCard(GateCard):
    """The wizard: one thing a step, Back keeps what was answered."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=560)
        self.answers = Answers()
        self._steps: tuple[Callable[[QVBoxLayout], None], ...] = (self._welcome,)
        self._at = 0
        self._knock: Knock | None = None
        self._let_in: Welcome | None = None
        self._areas: tuple[Any, ...] = ()
        self._part: QWidget | None = None
        self._first: QWidget | None = None
        self._holder = QVBoxLayout()
        self.body.addLayout(self._holder)
        self._show()

    def first(self) -> QWidget | None:
        """Override GateCard.first."""
        return self._first

    # ---- steps ----------------------------------------------------------------------------

    def _show(self) -> None:
        if self._part is not None:
            self._part.hide()
            self._holder.removeWidget(self._part)
            self._part.deleteLater()
        self.summary.show_errors([])
        self._first = None
        self._part = QFrame()
        column = QVBoxLayout(self._part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(16))
        if self._at:
            steps = len(self._steps) - 1
            column.addWidget(
                Small(_("Step {number} of {count}").format(number=self._at, count=steps))
            )
        self._steps[self._at](column)
        self._holder.addWidget(self._part)
        self._part.show()
        if self._first is not None:
            self._first.setFocus()

    def _alone(self) -> None:
        """Make a casebook that belongs to no server yet."""
        self._let_in = None
        self._steps = (
            self._welcome, self._service, self._person, self._passphrase, self._key,
        )  # fmt: skip
        self._next()

    def _with_code(self) -> None:
        """Make a casebook that a server lets in."""
        self._steps = (self._welcome, self._code, self._who, self._passphrase, self._key)
        self._next()

    def _next(self) -> None:
        self._at += 1
        self._show()

    def _back(self) -> None:
        self._at -= 1
        self._show()

    def _buttons(self, column: QVBoxLayout, go: PrimaryButton) -> None:
        column.addLayout(button_row(go, SecondaryButton(_("Back"), self._back)))

    def _check(self, *checks: tuple[FieldFrame, bool, str]) -> bool:
        errors: list[tuple[str, Any]] = []
        for field, good, words in checks:
            field.set_error("" if good else words)
            if not good:
                errors.append((words, field))
        self.summary.show_errors(errors)
        return not errors

    def _welcome(self, column: QVBoxLayout) -> None:
        column.addWidget(Heading(_("Set up your casebook")))
        column.addWidget(
            Body(
                _(
                    "Waymark keeps your casebook on this laptop, encrypted. You need a passphrase "
                    "to open it. It works without a network."
                )
            )
        )
        column.addWidget(Muted(_("Folder: {folder}").format(folder=self.program.folder)))
        begin = PrimaryButton(_("Make a new casebook"), self._alone)
        column.addWidget(begin)
        column.addWidget(SecondaryButton(_("I have a code from my service"), self._with_code))
        self._first = begin
        links = (
            (_("Restore from a backup"), self.program.entrance.show_restore),
            (_("Open another folder"), self.program.entrance.show_folder),
        )
        for words, do in links:
            column.addWidget(LinkButton(words, do))
        other = "cy" if language() == "en" else "en"
        column.addWidget(
            LinkButton(
                {"en": "English", "cy": "Cymraeg"}[other],
                lambda: self.program.set_language(other),
            )
        )

    def _code(self, column: QVBoxLayout) -> None:
        from app.ui.sync_joining import CodeFields

        column.addWidget(Heading(_("Your service’s code")))
        column.addWidget(
            Body(
                _(
                    "Your administrator gives you the address of the central server and a code "
                    "for your name. This laptop needs to be online for a moment."
                )
            )
        )
        fields = CodeFields()
        column.addWidget(fields)

        def go() -> None:
            if not self._check(*fields.checks()):
                return
            address, code = fields.address.text(), fields.code.text()
            clock = self.program.clock

            def ask() -> tuple[Knock, Welcome]:
                from app.casework import joining

                knock = self._knock or joining.Knock(clock)
                # Kept whatever comes: an answer that was lost can be asked for again.
                self._knock = knock
                return knock, knock(address, code)

            self.make.setEnabled(False)
            self.program.tasks.run(
                ask, self._came_in, self._refused, owner=fields, busy_text=_("Asking the server")
            )

        self.make = PrimaryButton(_("Continue"), go)
        for line in (fields.address, fields.code):
            line.returnPressed.connect(self.make.click)
        self._buttons(column, self.make)
        self._first = fields.address

    def _came_in(self, answered: tuple[Knock, Welcome]) -> None:
        _knock, self._let_in = answered
        steps = [self._welcome, self._code, self._who]
        if self._let_in.has_sign_in:
            steps.append(self._sign_in)
        steps.append(self._passphrase)
        # Where the service keeps a key of its own, nobody is asked for one.
        if not self._let_in.has_key:
            steps.append(self._key)
        self._steps = tuple(steps)
        self._next()

    def _who(self, column: QVBoxLayout) -> None:
        assert self._let_in is not None
        column.addWidget(Heading(self._let_in.service_name))
        role = dict(ROLES).get(self._let_in.role, N_("Reader"))
        column.addWidget(
            Body(_("This casebook is for {name}.").format(name=self._let_in.user_name))
        )
        column.addWidget(Body(_(role)))
        column.addWidget(
            Muted(_("If that is not you, stop here and ask your administrator for another code."))
        )
        go = PrimaryButton(_("That is me"), self._next)
        column.addLayout(button_row(go))
        self._first = go

    def _sign_in(self, column: QVBoxLayout) -> None:
        from app.ui.sync_sign_in import SignInPanel

        let_in, clock = self._let_in, self.program.clock
        assert let_in is not None
        column.addWidget(Heading(_("Sign in to your service")))

        def sign_in(
            show: Callable[[str], object], cancelled: Callable[[], bool], anew: bool
        ) -> Welcome:
            from app.casework import signing_in

            return signing_in.sign_in_at_the_door(let_in, clock, show, cancelled, anew=anew)

        panel = SignInPanel(self.program.tasks, sign_in)
        column.addWidget(panel)
        go = PrimaryButton(_("Open the browser"), panel.begin)
        stop = SecondaryButton(_("Stop waiting"), panel.stop)
        later = SecondaryButton(_("Sign in later"), self._next)
        column.addLayout(button_row(go, stop, later))

        def changed() -> None:
            for button in (go, later):
                button.setVisible(not panel.running)
            stop.setVisible(panel.running)
            go.setText(_("Open the browser") if panel.failed is None else _("Try again"))
            (stop if panel.running else go).setFocus()

        def signed_in(welcome: Welcome) -> None:
            self._let_in = welcome
            self._next()

        panel.changed.connect(changed)
        panel.signed_in.connect(signed_in)
        changed()
        self._first = go

    def _service(self, column: QVBoxLayout) -> None:
        column.addWidget(Heading(_("Your service")))
        name = QLineEdit(self.answers.service_name)
        name_field = FieldFrame(
            _("Name of the youth justice service"),
            name,
            hint=_("As it should stand on a report."),
        )
        area = QComboBox()
        area.addItem(_("Choose later"), "")
        area_field = FieldFrame(_("Area"), area, optional=True)
        column.addWidget(name_field)
        column.addWidget(area_field)

        def go() -> None:
            if self._check(
                (name_field, bool(name.text().strip()), _("Enter the name of your service."))
            ):
                self.answers = replace(
                    self.answers, service_name=name.text().strip(), area=area.currentData() or ""
                )
                self._next()

        def fill(areas: tuple[Any, ...]) -> None:
            self._areas = areas
            for each in areas:
                area.addItem(each.name, each.slug)
            area.setCurrentIndex(max(0, area.findData(self.answers.area)))

        if self._areas:
            fill(self._areas)
        else:
            self.program.tasks.run(_areas, fill, owner=area)
        name.returnPressed.connect(go)
        self._buttons(column, PrimaryButton(_("Continue"), go))
        self._first = name

    def _person(self, column: QVBoxLayout) -> None:
        column.addWidget(Heading(_("About you")))
        name = QLineEdit(self.answers.user_name)
        name_field = FieldFrame(
            _("Your name"), name, hint=_("As colleagues know you. It stands beside what you write.")
        )
        column.addWidget(name_field)
        group = QFrame()
        roles = QVBoxLayout(group)
        roles.setContentsMargins(0, 0, 0, 0)
        buttons = {}
        for code, words in ROLES:
            button = QRadioButton(_(words))
            button.setAccessibleName(_(words))
            button.setChecked(code == self.answers.role)
            buttons[code] = button
            roles.addWidget(button)
        column.addWidget(FieldFrame(_("Your role"), group))

        def go() -> None:
            if self._check((name_field, bool(name.text().strip()), _("Enter your name."))):
                role = next(code for code, button in buttons.items() if button.isChecked())
                self.answers = replace(self.answers, user_name=name.text().strip(), role=role)
                self._next()

        name.returnPressed.connect(go)
        self._buttons(column, PrimaryButton(_("Continue"), go))
        self._first = name

    def _passphrase(self, column: QVBoxLayout) -> None:
        column.addWidget(Heading(_("Your passphrase")))
        column.addWidget(
            Body(
                _("It opens this casebook. Nobody can look it up for you, so choose one you keep.")
            )
        )
        line = PassphraseEdit()
        field = FieldFrame(
            _("New passphrase"), line, hint=_("Four or more words that you alone know.")
        )
        again = PassphraseEdit()
        again_field = FieldFrame(_("The same passphrase again"), again)
        column.addWidget(field)
        column.addWidget(Strength(line))
        column.addWidget(again_field)

        def go() -> None:
            tone, words = strength(line.text())
            same = line.text() == again.text()
            if self._check(
                (field, tone != "serious", words),
                (again_field, same, _("The two passphrases are not the same.")),
            ):
                self.answers = replace(self.answers, passphrase=line.text())
                if self._at + 1 < len(self._steps):
                    self._next()
                else:
                    self.make.setEnabled(False)
                    self._create(file=None, words="", target=None, secret="")

        last = self._at + 1 == len(self._steps)
        self.make = PrimaryButton(_("Make the casebook") if last else _("Continue"), go)
        again.returnPressed.connect(self.make.click)
        self._buttons(column, self.make)
        self._first = line

    def _key(self, column: QVBoxLayout) -> None:
        column.addWidget(Heading(_("The key of your service")))
        column.addWidget(
            Body(
                _(
                    "If you lose both passphrase and recovery code, or leave, your service can "
                    "still open this casebook with its key."
                )
            )
        )
        have_file = QRadioButton(_("My service has a key file"))
        have_words = QRadioButton(_("I was given the key as text"))
        make_one = QRadioButton(_("Make a key for my service now"))
        for choice in (have_file, have_words, make_one):
            choice.setAccessibleName(choice.text())
            column.addWidget(choice)
        file = PathEdit("open")
        file_field = FieldFrame(_("Key file of the service"), file)
        words = QLineEdit()
        words_field = FieldFrame(
            _("Key as text"), words, hint=_("64 letters and digits; spaces do not matter.")
        )
        target = PathEdit("save")
        target.setText(str(self.program.folder.parent / "waymark-service.key"))
        target_field = FieldFrame(
            _("Save the key file as"),
            target,
            hint=_("Move it off this laptop afterwards, to where your service keeps its keys."),
        )
        secret = PassphraseEdit()
        secret_field = FieldFrame(
            _("Passphrase of the key file"), secret, hint=_("Not the one you chose for yourself.")
        )
        for field in (file_field, words_field, target_field, secret_field):
            column.addWidget(field)

        def chosen(_on: bool = False) -> None:
            file_field.setVisible(have_file.isChecked())
            words_field.setVisible(have_words.isChecked())
            target_field.setVisible(make_one.isChecked())
            secret_field.setVisible(make_one.isChecked())

        for choice in (have_file, have_words, make_one):
            choice.toggled.connect(chosen)
        make_one.setChecked(True)

        def go() -> None:
            tone, advice = strength(secret.text())
            making = make_one.isChecked()
            if not self._check(
                (
                    file_field,
                    not have_file.isChecked() or bool(file.text()),
                    _("Choose the key file."),
                ),
                (
                    words_field,
                    not have_words.isChecked() or bool(words.text()),
                    _("Enter the key."),
                ),
                (
                    target_field,
                    not making or bool(target.text()),
                    _("Say where to save the key file."),
                ),
                (secret_field, not making or tone != "serious", advice),
                (
                    secret_field,
                    not making or secret.text() != self.answers.passphrase,
                    _("Choose another passphrase than your own."),
                ),
            ):
                return
            self.make.setEnabled(False)
            self._create(
                file=Path(file.text()) if have_file.isChecked() else None,
                words=words.text() if have_words.isChecked() else "",
                target=Path(target.text()),
                secret=secret.text(),
            )

        self.make = PrimaryButton(_("Make the casebook"), go)
        # Through the button, which is off while the casebook is being made.
        for line in (words, secret):
            line.returnPressed.connect(self.make.click)
        self._buttons(column, self.make)
        self._first = make_one

    # ---- making ---------------------------------------------------------------------------

    def _create(self, *, file: Path | None, words: str, target: Path | None, secret: str) -> None:
        answers, folder, clock = self.answers, self.program.folder, self.program.clock
        let_in = self._let_in

        def create() -> tuple[Desk, str]:
            from app.casework import casebooks, organisation_keys

            key = b""
            if file is not None:
                key = organisation_keys.read_organisation_key_file(file)
            elif words:
                key = organisation_keys.read_organisation_key(words)
            elif target is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
                key = organisation_keys.make_organisation_key(target, secret).public
            if let_in is not None:
                from app.casework import joining

                return joining.make(
                    folder, let_in, answers.passphrase, clock, organisation_key=key or None
                )
            new = casebooks.NewCasebook(
                service_name=answers.service_name,
                area=answers.area,
                user_name=answers.user_name,
                role=answers.role,  # type: ignore[arg-type]
                passphrase=answers.passphrase,
                organisation_key=key,
            )
            created = casebooks.create(folder, new, clock)
            desk = casebooks.unlock(folder, created.user_id, answers.passphrase, clock)
            return desk, created.recovery_code

        self.program.tasks.run(
            create, self._made, self._refused, owner=self, busy_text=_("Making your casebook")
        )

    def _made(self, made: tuple[Desk, str]) -> None:
        self.answers = Answers()
        self._knock = self._let_in = None
        desk, code = made
        self.program.entrance.show_recovery_code(desk, code)

    def _refused(self, error: Exception) -> None:
        self.make.setEnabled(True)
        self.show_error(error)


class RecoveryCard(GateCard):
    """The recovery code, to be kept on paper and typed back, so that it is sure to be there."""

    def __init__(self, program: Application, desk: Desk, code: str) -> None:
        super().__init__(program, width=560)
        self._desk = desk
        self._code = code
        column = self.body
        column.addWidget(Heading(_("Your recovery code")))
        column.addWidget(
            Body(
                _(
                    "This code opens the casebook if you forget your passphrase. Print it or write "
                    "it down, and keep it away from this laptop. It is shown only now."
                )
            )
        )
        self.shown = QLabel(code)
        self.shown.setObjectName("recoveryCode")
        self.shown.setWordWrap(True)
        self.shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.shown.setAccessibleName(_("Recovery code: {code}").format(code=code))
        column.addWidget(self.shown)
        column.addLayout(
            button_row(
                SecondaryButton(_("Print"), self._print),
                SecondaryButton(_("Copy"), self._copy),
            )
        )
        self.typed = QLineEdit()
        self.field = FieldFrame(
            _("Type the recovery code"),
            self.typed,
            hint=_("Read it from your paper. Capitals, spaces and dashes do not matter."),
        )
        column.addWidget(self.field)
        self.go = PrimaryButton(_("Confirm and open the casebook"), self._go)
        self.typed.returnPressed.connect(self._go)
        column.addWidget(self.go)
        later = LinkButton(_("Confirm it later"), self._later, small=True)
        column.addWidget(later)
        column.addWidget(Small(_("You can’t add a child before the code is confirmed.")))
        minutes = program.settings.idle_lock_minutes
        column.addWidget(
            Small(
                ngettext(
                    "If nobody is here for {count} minute, the casebook locks and this code goes "
                    "from the screen. You can make another one in the settings.",
                    "If nobody is here for {count} minutes, the casebook locks and this code goes "
                    "from the screen. You can make another one in the settings.",
                    minutes,
                ).format(count=minutes)
            )
        )

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.typed

    def _go(self) -> None:
        if not self.typed.text().strip():
            self.field.set_error(_("Type the code from your paper."))
            self.field.focus_editor()
            return
        self.go.setEnabled(False)
        desk, typed = self._desk, self.typed.text()

        def confirm() -> None:
            from app.casework import casebook_keys

            casebook_keys.confirm_recovery_code(desk, typed)

        self.program.tasks.run(confirm, self._confirmed, self._refused, owner=self)

    def _confirmed(self, _nothing: None) -> None:
        self._code = ""
        self.program.opened(self._desk)

    def _later(self) -> None:
        self._code = ""
        self.program.opened(self._desk)

    def _refused(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.field.set_error(words_of(error))
        self.field.focus_editor()

    def _copy(self) -> None:
        self.program.clipboard.copy_secret(self._code)

    def _print(self) -> None:
        print_code(self, self._code)


def print_code(parent: QWidget, code: str) -> None:
    """Print a recovery code on one page, through the system's own dialog."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    if not QPrinterInfo.availablePrinterNames():
        from app.ui.kit.dialogs import Message

        Message(
            _("There is no printer"),
            _("This laptop knows no printer. Write the code down on paper instead."),
            parent,
        ).ask()
        return
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageMargins(QMarginsF(25, 25, 25, 25), QPageLayout.Unit.Millimeter)
    dialog = QPrintDialog(printer, parent.window())

    def accepted() -> None:
        page = QTextDocument()
        page.setDefaultFont(theme.Theme().font())
        page.setPlainText(
            "\n\n".join(
                (
                    "Waymark",
                    _("Recovery code of a casebook. Keep it away from the laptop."),
                    code,
                )
            )
        )
        page.print_(printer)

    dialog.accepted.connect(accepted)
    dialog.open()


def _areas() -> tuple[Any, ...]:
    from app.casework import reference

    return reference.yjs_areas()
