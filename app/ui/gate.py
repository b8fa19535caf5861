"""The window before the casebook is open: one card in the middle, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.errors import KnownError
from app.core.i18n import LANGUAGES, _, language
from app.ui import theme
from app.ui.kit.blocks import BusyOverlay, Card
from app.ui.kit.buttons import LinkButton
from app.ui.kit.fields import ErrorSummary
from app.ui.kit.flow import FlowLayout
from app.ui.kit.focus import FocusRing
from app.ui.kit.text import Body, Muted, Small
from app.ui.tasks import Job

if TYPE_CHECKING:
    from app.ui.application import Application


@dataclass(frozen=True)
class Holder:
    """Somebody who has a passphrase for this casebook."""

    user_id: str
    name: str


@dataclass(frozen=True)
class Sight:
    """What can be seen of a casebook from outside, before it is unlocked.

    Attributes:
        kind: none: there is no casebook; ready: it can be unlocked; anything else: see `message`.
        demo_passphrase: The public passphrase of the demonstration, to be shown.
        previous_keys: Whether a previous copy of the key file can be put back.
    """

    kind: str
    holders: tuple[Holder, ...] = ()
    demo: bool = False
    wait_seconds: int = 0
    message: str = ""
    demo_passphrase: str = field(default="", repr=False)
    previous_keys: bool = False


class Brand(Body):
    """The name of the program, as a title."""

    def __init__(self) -> None:
        super().__init__("Waymark")
        self.setObjectName("brandTitle")


class GateCard(Card):
    """What stands in the window before the casebook is open: a title, fields, one action, links."""

    def __init__(self, program: Application, *, subtitle: str = "", width: int = 440) -> None:
        super().__init__()
        look = theme.current()
        self.program = program
        self.setFixedWidth(min(look.text_px(width), look.px(820)))
        margin = look.px(32)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(look.px(12))
        self.body.addWidget(Brand())
        self.subtitle = Muted(subtitle)
        self.subtitle.setVisible(bool(subtitle))
        self.body.addWidget(self.subtitle)
        self.summary = ErrorSummary()
        self.body.addWidget(self.summary)

    def first(self) -> QWidget | None:
        """What gets the keyboard first."""
        return None

    def show_error(self, error: Exception) -> None:
        """Say what went wrong, above the fields."""
        self.summary.show_errors([(words_of(error), None)])

    def add_links(self, *links: tuple[str, Callable[[], object]]) -> None:
        """Quiet links at the end of the card; the other language is always the last of them."""
        row = FlowLayout(gap=6)
        other = next(code for code in LANGUAGES if code != language())
        entries = [*links, (LANGUAGES[other], lambda: self.program.set_language(other))]
        for number, (words, do) in enumerate(entries):
            if number:
                row.addWidget(Small("·").one_line())
            row.addWidget(LinkButton(words, do, small=True))
        self.body.addSpacing(theme.current().px(2))
        self.body.addLayout(row)


def words_of(error: Exception) -> str:
    """What is shown for `error`: its own words where they are meant for people."""
    if isinstance(error, KnownError):
        return " ".join(part for part in (error.user_text, error.hint) if part)
    return _("Something went wrong in Waymark. Close it and try again.")


class Gate(QWidget):
    """The window. `show_card` takes what makes a card, to make it anew in another language.

    Signals:
        closing: The person closes the window.
        text_size_asked: A step up (1) or down (-1), or back to normal (0).
    """

    closing = Signal()
    text_size_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Waymark")
        self.setMinimumSize(480, 400)
        self.resize(1366, 768)
        self._make: Callable[[], GateCard] | None = None
        self.card: GateCard | None = None
        # Set by who hears `closing` and has a question first.
        self.stays = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        # A viewport of our own: to wrap Qt's, PySide first reads in hundreds of classes.
        self._area.setViewport(QWidget())
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self._area)
        self._ring = FocusRing(self)
        self.busy = BusyOverlay(self)
        for keys, step in (("Ctrl++", 1), ("Ctrl+=", 1), ("Ctrl+-", -1), ("Ctrl+0", 0)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setProperty("step", step)
            shortcut.activated.connect(self._size_asked)

    def show_card(self, make: Callable[[], GateCard]) -> GateCard:
        """Show the card that `make` makes."""
        self._make = make
        card = make()
        self.card = card
        holder = QWidget()
        column = QVBoxLayout(holder)
        margin = theme.current().px(24)
        column.setContentsMargins(margin, margin, margin, margin)
        column.addStretch(1)
        # Between stretches, not aligned: an aligned widget is asked for its height at full width.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self._area.setWidget(holder)
        first = card.first()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ring.raise_()
        return card

    def renew(self) -> None:
        """Make the card anew, in another language or size."""
        if self._make is not None:
            self.show_card(self._make)

    def show_busy(self, job: Job | None) -> None:
        """Say that something is being done, or no longer."""
        if job is None:
            self.busy.end()
        else:
            self.busy.begin(job.busy_text or "", job.cancel if job.cancellable else None)

    def _size_asked(self) -> None:
        self.text_size_asked.emit(int(self.sender().property("step")))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Override QWidget::closeEvent."""
        event.accept()
        self.stays = False
        self.closing.emit()
        if self.stays:
            event.ignore()
