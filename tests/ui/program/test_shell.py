"""The window of an open casebook: going, leaving, covering, masking, dressing anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.casework.desk import Desk
from app.casework.places import Place
from app.core import i18n
from app.core.clock import FixedClock
from app.core.errors import BugError, KnownError
from app.core.settings import Settings
from app.ui import help_page, problem_report, settings_page
from app.ui.kit import Banner, Dialog, PrimaryButton
from app.ui.page import Page
from app.ui.palette import Palette
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from app.ui.text_sizes import next_text_size

pytestmark = pytest.mark.usefixtures("dressed")


class Notebook(Page):
    """A page with a text, that tells what happens to it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.told: list[str] = []
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Notes")
        self.text.setTabChangesFocus(True)
        self.outer.addWidget(self.text)
        self.button = PrimaryButton("Save")
        self.outer.addWidget(self.button)

    def entered(self, _desk: Desk, args: Mapping[str, Any]) -> None:
        self.told.append("entered")
        self.title = str(args.get("heading", "Notebook"))
        self.child_id = args.get("child_id")

    def leaving(self) -> None:
        self.told.append("leaving")

    def place(self) -> Place:
        return Place(self.name, child_id=self.child_id, path="notes", cursor=7)


class Alone(Page):
    """A page without bars, as child mode is."""

    chrome = False


@pytest.fixture
def shell(qtbot: QtBot, desk: Desk) -> Shell:
    made = Shell(desk, InlineTasks(), Settings(theme="light"))
    made.register("notes", Notebook, rail="Notes", order=1)
    made.register("other", Notebook, rail="Other", order=2)
    made.register("alone", Alone)
    for module in (settings_page, help_page, problem_report):
        module.register(made)
    qtbot.addWidget(made, before_close_func=lambda window: window.leave_for_good())
    with qtbot.waitActive(made):
        made.show()
    return made


def test_going_leaves_the_page_before(shell: Shell) -> None:
    first = shell.go("notes")
    second = shell.go("other", heading="Second")
    assert first.told == ["entered", "leaving"]
    assert second.told == ["entered"]
    assert shell.windowTitle() == "Second - Waymark"
    shell.back()
    assert shell.page is first
    assert first.told == ["entered", "leaving", "entered"]
    assert second.told == ["entered", "leaving"]


def test_a_page_is_made_when_it_is_first_gone_to_and_kept(shell: Shell) -> None:
    first = shell.go("notes")
    shell.go("other")
    assert shell.go("notes") is first


def test_a_page_that_nobody_registered_is_a_bug(shell: Shell) -> None:
    with pytest.raises(BugError):
        shell.go("sync")


def test_back_leads_nowhere_from_the_first_page(shell: Shell) -> None:
    page = shell.go("notes")
    assert not shell.can_go_back
    shell.back()
    assert shell.page is page


def test_a_fault_of_a_page_does_not_keep_one_from_leaving(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shell.go("notes")

    def fail() -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(page, "leaving", fail)
    assert shell.leave_page() == Place("notes", path="notes", cursor=7)


def test_unlocking_leads_back_to_the_question_and_the_cursor(shell: Shell) -> None:
    shell.go_to_place(Place("other", child_id="c1", path="home_settled", cursor=12), "notes")
    assert shell.page is not None
    assert shell.page.name == "other"
    assert shell.page.args == {"child_id": "c1", "path": "home_settled", "cursor": 12}
    shell.back()
    assert shell.page.name == "notes"


def test_a_place_that_is_gone_leads_to_the_first_page(shell: Shell) -> None:
    shell.go_to_place(Place("a page of another version"), "notes")
    assert shell.page is not None
    assert shell.page.name == "notes"


def test_the_status_bar_says_when_it_was_saved_here(shell: Shell, clock: FixedClock) -> None:
    assert shell.status_bar.saved_label.text() == ""
    shell.saved(clock.now())
    assert shell.status_bar.saved_label.text() == "Saved here 09:30"
    shell.saving()
    assert shell.status_bar.saved_label.text() == "Saving"


def test_other_names_are_masked_while_a_record_is_open(shell: Shell) -> None:
    shell.go("notes")
    assert shell.shown_name("c2", "Wren Hollis") == "Wren Hollis"
    shell.go("other", child_id="c1")
    assert shell.shown_name("c1", "Tal Fenwick") == "Tal Fenwick"
    assert shell.shown_name("c2", "Wren Hollis") == "W. H."


def test_the_cover_hides_everything_and_gives_it_back(qtbot: QtBot, shell: Shell) -> None:
    page = shell.go("notes", heading="Tal Fenwick")
    page.text.setFocus()
    dialog = Dialog("Add a user", shell)
    dialog.ask()
    shell.toggle_cover()
    assert shell.covered
    assert not page.isVisible()
    assert not dialog.isVisible()
    assert not shell.menuBar().isVisible()
    assert shell.windowTitle() == "Waymark"
    qtbot.keyClick(shell, Qt.Key.Key_F9)
    assert not shell.covered
    assert page.isVisible()
    assert dialog.isVisible()
    assert shell.windowTitle() == "Tal Fenwick - Waymark"
    dialog.reject()


def test_keys_do_not_reach_a_covered_text(qtbot: QtBot, shell: Shell) -> None:
    page = shell.go("notes")
    page.text.setFocus()
    shell.toggle_cover()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "typed by a passer-by")
    shell.toggle_cover()
    assert page.text.toPlainText() == ""


def test_a_page_without_bars_has_no_way_out_by_keys(qtbot: QtBot, shell: Shell) -> None:
    shell.go("notes")
    shell.go("alone")
    for part in (shell.top_bar, shell.rail, shell.status_bar, shell.menuBar()):
        assert not part.isVisible()
    for key, modifier in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier),
    ):
        qtbot.keyClick(shell, key, modifier)
    assert shell.page is not None
    assert shell.page.name == "alone"
    assert QApplication.activeModalWidget() is None
    shell.open_palette()
    assert QApplication.activeModalWidget() is None
    with qtbot.waitSignal(shell.lock_asked):
        qtbot.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)


def test_shortcuts_do_what_the_menus_say(qtbot: QtBot, shell: Shell) -> None:
    shell.go("notes")
    qtbot.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shell.page is not None
    assert shell.page.name == "other"
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.page.name == "notes"
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    assert shell.page.name == "help"


def test_undo_takes_back_what_was_typed(qtbot: QtBot, shell: Shell) -> None:
    page = shell.go("notes")
    page.text.setFocus()
    qtbot.keyClicks(page.text, "nan")
    assert page.text.toPlainText() == "nan"
    shell.menus.undo_action.trigger()
    assert page.text.toPlainText() == ""
    shell.menus.redo_action.trigger()
    assert page.text.toPlainText() == "nan"


def test_tab_goes_through_the_window_as_one_reads_it(qtbot: QtBot, shell: Shell) -> None:
    page = shell.go("notes")
    shell.top_bar.find_button.setFocus()
    passed = [shell.top_bar.find_button]
    while len(passed) < 40:
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is shell.top_bar.find_button:
            break
        passed.append(focused)
    order = [
        shell.top_bar.find_button,
        shell.top_bar.lock_button,
        shell.rail.findChildren(QPushButton)[0],
        page.text,
        page.button,
        shell.status_bar.language_buttons["cy"],
    ]
    places = [passed.index(widget) for widget in order]
    assert places == sorted(places)


def test_another_language_shows_the_same_place_and_loses_nothing(shell: Shell) -> None:
    shell.settings_asked.connect(shell.take_settings)
    page = shell.go("notes", heading="First")
    shell.settings_asked.connect(lambda settings: i18n.set_language(settings.language))
    shell.status_bar.language_buttons["cy"].click()
    assert page.told[-1] == "leaving"
    assert shell.page is not page
    assert shell.page is not None
    assert shell.page.args == {"heading": "First", "path": "notes", "cursor": 7}
    assert shell.settings.language == "cy"


def test_larger_text_draws_the_window_anew(qtbot: QtBot, shell: Shell) -> None:
    shell.settings_asked.connect(shell.take_settings)
    shell.go("notes")
    qtbot.keyClick(shell, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert shell.settings.text_size == 100
    qtbot.keyClick(shell, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert shell.settings.text_size == 110


@pytest.mark.parametrize(
    ("size", "step", "expected"),
    [(100, 1, 110), (200, 1, 200), (100, -1, 100), (137, 1, 150), (175, 0, 100)],
)
def test_text_sizes_step_within_their_bounds(size: int, step: int, expected: int) -> None:
    assert next_text_size(size, step) == expected


def test_a_setting_that_changes_no_look_leaves_the_page_alone(shell: Shell) -> None:
    shell.settings_asked.connect(shell.take_settings)
    page = shell.go("notes")
    shell.change_settings(idle_lock_minutes=10)
    assert shell.page is page
    assert shell.settings.idle_lock_minutes == 10


def test_what_the_world_does_is_said_in_its_words(shell: Shell) -> None:
    shell.go("notes")
    shell.show_error(KnownError("The disk is full.", "Free some room."))
    message = QApplication.activeModalWidget()
    assert message is not None
    said = [label.text() for label in message.findChildren(QLabel)]
    assert "The disk is full." in said
    assert "Free some room." in said
    message.close()


def test_a_fault_of_ours_offers_a_report_and_tells_no_details(shell: Shell) -> None:
    shell.go("notes")
    shell.show_error(ValueError("Zephyrine Quillfeather"))
    message = QApplication.activeModalWidget()
    assert message is not None
    said = " ".join(label.text() for label in message.findChildren(QLabel))
    assert "Zephyrine" not in said
    (go,) = message.findChildren(PrimaryButton)
    go.click()
    assert shell.page is not None
    assert shell.page.name == "problem_report"
    assert "ValueError" in shell.page.shown.toPlainText()
    assert "Zephyrine" not in shell.page.shown.toPlainText()


def strips(shell: Shell) -> list[Banner]:
    return [strip for strip in shell.findChildren(Banner, "strip") if strip.isVisible()]


def test_strips_stay_until_they_are_closed(shell: Shell) -> None:
    done: list[str] = []
    shell.go("notes")
    shell.add_strip("Confirm your code.", "attention", "Confirm", lambda: done.append("yes"))
    shell.rebuild()
    (strip,) = strips(shell)
    buttons = {button.accessibleName(): button for button in strip.findChildren(QPushButton)}
    buttons["Confirm"].click()
    assert done == ["yes"]
    buttons["Close"].click()
    assert strips(shell) == []
    shell.rebuild()
    assert strips(shell) == []


def test_numbers_on_the_rail_outlive_a_rebuild(shell: Shell) -> None:
    shell.set_number("notes", 6, urgent=True)
    shell.rebuild()
    button = next(
        one for one in shell.rail.findChildren(QPushButton) if one.accessibleName() == "Notes"
    )
    assert button.number.text() == "6"
    assert button.accessibleDescription() == "6"


# ---- the palette -------------------------------------------------------------------------------


def open_palette(shell: Shell, text: str) -> Palette:
    shell.open_palette()
    palette = shell.findChild(Palette)
    assert palette is not None
    palette.line.setText(text)
    palette._ask()
    return palette


def titles(palette: Palette) -> list[tuple[str, str]]:
    return [(find.kind, find.title) for find in palette.model.finds]


def test_the_palette_finds_children_places_and_actions(shell: Shell, child_id: str) -> None:
    shell.go("notes")
    palette = open_palette(shell, "fenw")
    assert titles(palette)[0] == ("child", "Tal Fenwick")
    palette.reject()
    palette = open_palette(shell, "oth")
    assert titles(palette) == [("place", "Other")]
    palette.reject()
    palette = open_palette(shell, "high con")
    assert titles(palette) == [("action", "High contrast theme")]
    palette.reject()


def test_the_palette_masks_other_children_while_a_record_is_open(
    shell: Shell, child_id: str
) -> None:
    shell.go("notes", child_id="another child")
    palette = open_palette(shell, "fenwick")
    kinds = titles(palette)
    assert ("child", "T. F.") in kinds
    assert not any("Fenwick" in title or "Tal" in title for _kind, title in kinds)
    assert not any("Fenwick" in find.detail for find in palette.model.finds)
    palette.reject()


def test_the_palette_is_worked_by_keys_alone(qtbot: QtBot, shell: Shell) -> None:
    shell.go("notes")
    palette = open_palette(shell, "")
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert shell.page is not None
    assert shell.page.name == "other"


def test_the_palette_says_so_when_nothing_is_found(shell: Shell) -> None:
    shell.go("notes")
    palette = open_palette(shell, "xyzzy")
    assert palette.model.finds == []
    assert "Nothing was found" in palette.said.text()
    palette.reject()


# ---- the report of a problem -------------------------------------------------------------------


def test_a_problem_report_is_shown_whole_before_it_is_saved(
    shell: Shell, tmp_path: Any, child_id: str
) -> None:
    page = shell.go("problem_report")
    file = tmp_path / "report.txt"
    page.words.setPlainText("It went away.")
    page.file.setText(str(file))
    shown = page.shown.toPlainText()
    page._save()
    assert file.read_text("utf-8") == f"It went away.\n\n{shown}\n"
    for private in ("Fenwick", "Tal", "Ash Rivers", child_id):
        assert private not in shown


def test_a_problem_report_overwrites_nothing(shell: Shell, tmp_path: Any) -> None:
    page = shell.go("problem_report")
    file = tmp_path / "letter.txt"
    file.write_text("keep me", "utf-8")
    page.file.setText(str(file))
    page._save()
    assert file.read_text("utf-8") == "keep me"
    assert page.file_field.has_error


def test_a_problem_report_is_cleaned_of_what_could_be_about_a_person(tmp_path: Any) -> None:
    log_file = tmp_path / "waymark.log"
    log_file.write_text(
        "2026-11-23 09:30:00,000 INFO waymark.ui lock: idle\n"
        "2026-11-23 09:30:01,000 ERROR waymark.ui no file 'Zephyrine Quillfeather.pdf'\n"
        "Zephyrine Quillfeather on a line of its own\n",
        "utf-8",
    )
    lines = problem_report.last_lines(tmp_path)
    assert len(lines) == 2
    assert not any("Zephyrine" in line for line in lines)


def test_search_of_a_page_without_one_opens_the_palette(qtbot: QtBot, shell: Shell) -> None:
    shell.go("notes")
    qtbot.keyClick(shell, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    palette = shell.findChild(Palette)
    assert palette is not None
    assert isinstance(palette.focusWidget(), QLineEdit)
    palette.reject()
