"""Building blocks: named, seen, reached by the keyboard, never cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.accessibility import spoken_name
from app.ui.kit import (
    LEVELS,
    Body,
    Card,
    Cell,
    Column,
    Dialog,
    ErrorSummary,
    FieldFrame,
    FlowLayout,
    FocusRing,
    LevelBadge,
    LinkButton,
    Message,
    PassphraseEdit,
    Pill,
    PrimaryButton,
    SecondaryButton,
    Table,
    TableModel,
    draw_level,
)

pytestmark = pytest.mark.usefixtures("dressed")


def shown(qtbot: QtBot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.show()
    with qtbot.waitActive(widget):
        widget.activateWindow()
    return widget


def picture_of(level: str | None) -> QImage:
    from PySide6.QtCore import QRectF

    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_level(painter, QRectF(0, 0, 40, 40), level, Qt.GlobalColor.black)
    painter.end()
    return image


def test_each_level_has_a_shape_of_its_own() -> None:
    pictures = [picture_of(level) for level in (*LEVELS, None)]
    for at, picture in enumerate(pictures):
        for other in pictures[at + 1 :]:
            assert picture != other


def test_a_level_is_said_in_words(qtbot: QtBot) -> None:
    badge = LevelBadge("very_high", "Serious harm")
    qtbot.addWidget(badge)
    assert badge.accessibleName() == "Serious harm: Very high"
    badge.set_level(None)
    assert badge.accessibleName() == "Serious harm: Not set"


def test_the_name_of_a_button_follows_its_words(qtbot: QtBot) -> None:
    pressed: list[str] = []
    button = PrimaryButton("Save & continue", lambda: pressed.append("yes"))
    qtbot.addWidget(button)
    assert spoken_name(button) == "Save & continue"
    button.setText("Continue")
    assert spoken_name(button) == "Continue"
    button.click()
    assert pressed == ["yes"]


def test_a_field_is_called_what_its_label_says_and_tells_hint_and_error(qtbot: QtBot) -> None:
    line = QLineEdit()
    field = FieldFrame("Preferred name", line, hint="What they like to be called.", optional=True)
    shown(qtbot, field)
    assert spoken_name(line) == "Preferred name (optional)"
    assert line.accessibleDescription() == "What they like to be called."
    field.set_error("Enter a name.")
    assert field.error.isVisible()
    assert line.accessibleDescription() == "What they like to be called. Error: Enter a name."
    field.set_error("")
    assert not field.error.isVisible()
    assert not field.has_error


def test_the_error_summary_leads_to_the_field(qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    summary = ErrorSummary()
    field = FieldFrame("Surname", QLineEdit())
    column.addWidget(summary)
    column.addWidget(field)
    shown(qtbot, window)
    assert not summary.isVisible()
    summary.show_errors([("Enter the surname.", field)])
    assert summary.isVisible()
    assert window.focusWidget() is summary
    (line,) = summary.lines
    line.click()
    assert window.focusWidget() is field.editor
    summary.show_errors([])
    assert not summary.isVisible()


def test_tab_leads_from_the_error_summary_through_its_lines_to_the_fields(qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    summary = ErrorSummary()
    fields = [FieldFrame(name, QLineEdit()) for name in ("Given name", "Surname")]
    column.addWidget(summary)
    for field in fields:
        column.addWidget(field)
    shown(qtbot, window)
    summary.show_errors([(f"Enter the {field.label.text()}.", field) for field in fields])
    reached = []
    for _step in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    assert reached == [*summary.lines, fields[0].editor]


def test_enter_presses_the_button_that_has_the_keyboard(qtbot: QtBot) -> None:
    pressed: list[str] = []
    link = LinkButton("Restore from a backup", lambda: pressed.append("link"))
    shown(qtbot, link)
    QTest.keyClick(link, Qt.Key.Key_Return)
    QTest.keyClick(link, Qt.Key.Key_Enter)
    assert pressed == ["link", "link"]
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True
    )
    QApplication.sendEvent(link, held)
    assert pressed == ["link", "link"]


def test_errors_of_before_are_gone_from_the_summary(qtbot: QtBot) -> None:
    summary = ErrorSummary()
    shown(qtbot, summary)
    summary.show_errors([("One.", None), ("Two.", None)])
    summary.show_errors([("Three.", None)])
    assert [line.text() for line in summary.findChildren(Body) if line.isVisible()] == [
        "There is a problem",
        "Three.",
    ]


def test_a_passphrase_is_hidden_until_it_is_asked_for_and_may_be_pasted(qtbot: QtBot) -> None:
    line = PassphraseEdit()
    shown(qtbot, line)
    QApplication.clipboard().setText("seven quiet herons wait")
    line.paste()
    assert line.text() == "seven quiet herons wait"
    assert line.displayText() != line.text()
    line.show_it.click()
    assert line.displayText() == line.text()
    assert spoken_name(line.show_it) == "Hide"
    line.show_it.click()
    assert line.displayText() != line.text()


def test_the_ring_goes_with_the_keyboard(qtbot: QtBot) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    first, second = QLineEdit(), QLineEdit()
    row.addWidget(first)
    row.addWidget(second)
    ring = FocusRing(window)
    window.resize(500, 120)
    shown(qtbot, window)
    window.activateWindow()
    for field in (first, second):
        field.setFocus()
        qtbot.waitUntil(ring.isVisible)
        assert ring.geometry().contains(field.geometry())
        other = second if field is first else first
        assert not ring.geometry().intersects(other.geometry().adjusted(8, 8, -8, -8))


def people() -> TableModel[tuple[str, str]]:
    model: TableModel[tuple[str, str]] = TableModel(
        [
            Column("Child", lambda row: Cell(row[0], strong=True), 1),
            Column("Level", lambda row: Cell.of_level(row[1])),
            Column("Attention", lambda row: Cell(pills=(("due", "serious"),)) if row[1] else ""),
        ]
    )
    model.set_rows([("Tal Fenwick", "high"), ("Wren Hollis", "low")])
    return model


def test_the_model_of_a_table_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = people()
    qtmodeltester.check(model)
    model.add_rows([("Noor Larkspur", "medium")])
    qtmodeltester.check(model)


def test_a_table_reads_aloud_what_it_shows() -> None:
    model = people()
    spoken = [model.data(model.index(0, column)) for column in range(3)]
    assert spoken == ["Tal Fenwick", "High", "due"]


def test_return_opens_a_row_and_tab_leaves_the_table(qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    table = Table(people(), "Children")
    after = QLineEdit()
    column.addWidget(table)
    column.addWidget(after)
    shown(qtbot, window)
    table.setFocus()
    opened: list[int] = []
    table.opened.connect(opened.append)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [1]
    assert table.current_row() == ("Wren Hollis", "low")
    qtbot.keyClick(table, Qt.Key.Key_Tab)
    assert window.focusWidget() is after


def test_a_table_of_all_rows_is_as_high_as_they_are(qtbot: QtBot) -> None:
    table = Table(people(), "Children", all_rows=True)
    table.resize(800, 100)
    shown(qtbot, table)
    assert table.verticalScrollBar().maximum() == 0
    before = table.height()
    table.shown_model.add_rows([("Noor Larkspur", "medium")])
    table.fit_columns()
    assert table.height() > before


def test_pills_break_into_the_next_line(qtbot: QtBot) -> None:
    holder = QWidget()
    flow = FlowLayout(holder)
    pills = [Pill(f"needs attention {number}", "attention") for number in range(6)]
    for pill in pills:
        flow.addWidget(pill)
    holder.resize(300, flow.heightForWidth(300))
    shown(qtbot, holder)
    lines = {pill.y() for pill in pills}
    assert len(lines) > 1
    for pill in pills:
        assert holder.rect().contains(pill.geometry())


@pytest.mark.parametrize("size", [100, 200])
def test_words_in_a_card_are_not_cut(qtbot: QtBot, size: int) -> None:
    theme.use("light", size)
    card = Card("Strengths first")
    words = Body(
        "Cooks for a younger brother every day and turned up to nine boxing sessions. " * 3
    )
    card.add(words)
    window = QWidget()
    column = QVBoxLayout(window)
    column.addWidget(card)
    window.resize(420, 900)
    shown(qtbot, window)
    assert words.height() >= words.heightForWidth(words.width())
    assert card.rect().contains(words.geometry())


@pytest.mark.parametrize("size", [100, 200])
def test_a_dialog_is_never_higher_than_its_window(qtbot: QtBot, size: int) -> None:
    theme.use("light", size)
    window = QMainWindow()
    window.resize(1366, 768)
    shown(qtbot, window)
    dialog = Dialog("Add a user", window)
    for number in range(12):
        dialog.column.addWidget(FieldFrame(f"Field {number}", QLineEdit(), hint="A hint."))
    button = SecondaryButton("Cancel", dialog.reject)
    dialog.add_button(button)
    dialog.ask()
    assert dialog.height() <= window.height()
    corner = button.mapTo(dialog, QPoint(button.width(), button.height()))
    assert dialog.rect().contains(corner)
    dialog.reject()


@pytest.mark.parametrize("size", [100, 200])
def test_a_dialog_grows_with_the_error_that_appears_in_it(qtbot: QtBot, size: int) -> None:
    theme.use("light", size)
    window = QWidget()
    window.resize(1366, 768)
    shown(qtbot, window)
    dialog = Dialog("Make this report final?", window)
    field = FieldFrame("Why it can be given now", QLineEdit(), hint="It never changes again.")
    dialog.column.addWidget(field)
    dialog.add_button(PrimaryButton("Make final"))
    dialog.ask()
    QApplication.processEvents()
    before = dialog.height()
    field.set_error("Say why, in a few words. " * 6)
    qtbot.waitUntil(lambda: dialog.height() > before)
    QApplication.processEvents()
    assert field.visibleRegion().boundingRect() == field.rect()
    dialog.close()


def test_a_message_asks_and_gives_the_keyboard_back(qtbot: QtBot) -> None:
    window = QMainWindow()
    line = QLineEdit()
    window.setCentralWidget(line)
    shown(qtbot, window)
    line.setFocus()
    done: list[str] = []
    message = Message(
        "Remove this alert?",
        "It stays in the history.",
        window,
        confirm="Remove",
        on_confirm=lambda: done.append("removed"),
    )
    message.ask()
    qtbot.keyClick(message.focusWidget(), Qt.Key.Key_Return)
    assert done == ["removed"]
    assert window.focusWidget() is line
