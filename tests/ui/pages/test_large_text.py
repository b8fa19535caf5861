"""At 200 % in Welsh, whose words are longer, everything still has room at 1366x768."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from app.casework import form_records
from app.casework.desk import Desk
from app.core import i18n
from app.ui import theme
from app.ui.kit import PageHeader, PrimaryButton, SecondaryButton
from app.ui.kit.layout import ScrollColumn
from app.ui.pages.child import TABS
from app.ui.shell import Shell
from tests.ui.pages.people import window_on


@pytest.fixture
def large(qtbot: QtBot, desk: Desk, dressed: None) -> Shell:
    """The window in Welsh at 200 %."""
    i18n.set_language("cy")
    theme.use("light", 200)
    return window_on(qtbot, desk)


def test_no_page_is_wider_than_the_window(large: Shell, desk: Desk, child_id: str) -> None:
    record_id = form_records.start(desk, child_id, "assessment").record_id
    pages = [(name, {}) for name in ("caseload", "due", "waiting", "sync", "settings", "help")]
    pages += [("child", {"child_id": child_id, "tab": name}) for name, _words, _tab in TABS]
    pages += [("form", {"child_id": child_id, "record_id": record_id})]
    too_wide = []
    for name, args in pages:
        large.go(name, **args)
        QApplication.processEvents()
        too_wide += [
            (name, args, area.horizontalScrollBar().maximum())
            for area in large.page.findChildren(QScrollArea)
            if area.isVisible() and area.horizontalScrollBar().maximum() > 0
        ]
    assert too_wide == []
    assert large.width() == 1366


@pytest.mark.parametrize("height", [768, 480])
def test_words_and_numbers_on_the_rail_keep_apart(large: Shell, height: int) -> None:
    large.resize(1366, height)
    QApplication.processEvents()
    bar = large.rail.findChild(ScrollColumn).verticalScrollBar()
    assert bar.isVisible() is (height == 480)
    look = theme.current()
    for name in large.rail.buttons:
        large.go(name)
        large.set_number(name, 88)
        QApplication.processEvents()
        button = large.rail.buttons[name]
        # Where one is stands in heavier letters.
        words = QFontMetrics(look.font(weight=600)).horizontalAdvance(button.text())
        assert button.number.x() >= look.px(12) + words + look.px(4), button.text()


def test_buttons_of_a_header_stand_below_its_words(qtbot: QtBot, dressed: None) -> None:
    def header(size: int) -> PageHeader:
        theme.use("light", size)
        made = PageHeader("Tal", actions=(SecondaryButton("One"), PrimaryButton("Another")))
        qtbot.addWidget(made)
        made.resize(900, 300)
        made.show()
        QApplication.processEvents()
        return made

    beside, below = header(100), header(200)
    assert beside.actions.geometry().right() > 800
    assert below.actions.y() >= below.title.geometry().bottom()
