"""The bar at the top of the window: finding anything, who is at work, custody mode, locking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import Button
from app.ui.kit.text import Small
from app.ui.role_words import ROLE_WORDS
from app.ui.shell.custody import CustodySwitch
from app.ui.shell.keys import with_keys

if TYPE_CHECKING:
    from app.ui.shell import Shell


class FindButton(Button):
    """The place in the top bar that opens the palette. Says as much as there is room for."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QWidget::resizeEvent."""
        super().resizeEvent(event)
        options = (_("Find a child, form, date or action"), _("Find anything"), _("Find"))
        room = self.width() - theme.current().px(30) - theme.current().text_px(64)
        metrics = self.fontMetrics()
        fitting = (text for text in options if metrics.horizontalAdvance(text) <= room)
        text = next(fitting, options[-1])
        if text != self.text():
            self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint: the shortest words need the least room."""
        look = theme.current()
        return QSize(look.text_px(150), super().minimumSizeHint().height())


class TopBar(QFrame):
    """The bar at the top."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        look = theme.current()
        self.setObjectName("topBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(16), look.px(6), look.px(16), look.px(7))
        row.setSpacing(look.px(16))
        brand = QLabel("Waymark")
        brand.setObjectName("brand")
        brand.setFixedWidth(max(0 if look.large else look.px(184), brand.sizeHint().width()))
        row.addWidget(brand)
        self.find_button = FindButton(_("Find a child, form, date or action"), shell.open_palette)
        with_keys(self.find_button, "Ctrl+K")
        self.find_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.find_button.setMaximumWidth(look.text_px(364))
        row.addWidget(self.find_button, 100)
        row.addStretch(1)
        actor = shell.desk.actor
        role = _(ROLE_WORDS.get(actor.role, actor.role))
        self.who_label = Small(_("{name}, {role}").format(name=actor.name, role=role))
        self.who_label.one_line()
        row.addWidget(self.who_label)
        self.custody_switch = CustodySwitch(shell)
        row.addWidget(self.custody_switch)
        self.lock_button = with_keys(Button(_("Lock"), shell.lock), "Ctrl+L")
        row.addWidget(self.lock_button)
