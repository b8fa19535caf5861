"""The page a manager decides on, and what the author finds at each section, by the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.casework import form_records, oversight, tasks
from app.casework.desk import Desk
from app.casework.oversight import PanelDetails
from app.casework.rival_decisions import Rivals, Side
from app.core.clock import FixedClock
from app.ui.form.form_page import FormPage
from app.ui.kit import Pill
from app.ui.rival_card import RivalCard
from app.ui.shell import Shell
from tests.casework.test_oversight import submit, submit_high
from tests.ui.pages.keyboard import dialog, no_dialog, press, tab_to, write
from tests.ui.pages.people import manager_at, window_on

AGREED = "The evidence carries the levels, and the plan is small enough to keep."
WORDS_A_MINUTE = 200


def words(shell: Shell) -> list[str]:
    """Everything that can be read on the page, label by label."""
    QApplication.processEvents()
    labels = [w.text() for w in shell.page.findChildren(QLabel) if w.isVisible()]
    return labels + [w.text for w in shell.page.findChildren(Pill) if w.isVisible()]


def deciding(qtbot: QtBot, manager: Desk) -> Shell:
    """The window of a manager who came to the page from what waits."""
    shell = window_on(qtbot, manager)
    shell.go("waiting")
    press("Read and decide")
    assert shell.page.name == "decide"
    return shell


def test_it_reads_in_ten_minutes_and_says_what_matters(
    qtbot: QtBot, desk: Desk, child_id: str, clock: FixedClock, dressed: None
) -> None:
    submit_high(desk, child_id, identity=None)
    clock.advance(timedelta(days=9))
    with manager_at(desk) as manager:
        shell = deciding(qtbot, manager)
        said = words(shell)
        assert {"The levels, and why", "What changed since last time"} <= set(said)
        assert "• Say what identity, background and unfair treatment have meant." in said
        assert "Waiting for 9 days" in said
        assert "Overdue since 30 November 2026 (check this rule)" in said
        assert "A level is High or Very high" in said
        reasons = "There is no history of violence, and Tal walked away from the only fight"
        assert any(one.startswith(reasons) for one in said)
        assert "Needed before you countersign" in said
        assert said.index("Strengths first") < said.index("The levels, and why")
        assert not any("Add one, or say why" in one for one in said), "that is for the author"
        assert len(" ".join(said).split()) < 10 * WORDS_A_MINUTE
        # What decides never has the keyboard when one comes.
        assert shell.focusWidget().accessibleName() != "Countersign"


def test_a_direction_and_another_level_go_along_with_a_return(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None
) -> None:
    submit(desk, child_id)
    with manager_at(desk) as manager:
        shell = deciding(qtbot, manager)
        press("Propose another level")
        write("Why you see it otherwise", "Followed home once.")
        press("Propose it")
        assert dialog().choice_field.error.text() == "Select an answer."
        dialog().choice.setCurrentIndex(dialog().choice.findData("high"))
        press("Propose it")
        assert "Rowan Okell proposes High: Followed home once." in words(shell)
        press("Add a direction")
        dialog().choice.setCurrentIndex(dialog().choice.findData("family"))
        write("What is to be done", "Say what Nan thinks.")
        write("By when", "soon")
        press("Add it")
        assert dialog().day_field.error.text() == "Enter a real date, like 27/03/2026."
        write("By when", "9/12/2026")
        press("Add it")
        assert no_dialog()
        assert "Say what Nan thinks." in words(shell)
        press("Return with directions")
        press("Return")
        assert no_dialog()
        assert shell.page.name == "waiting"
    (task,) = tasks.list_tasks(desk, child_id)
    assert (task.section, task.details.due_on.isoformat()) == ("family", "2026-12-09")

    shell = window_on(qtbot, desk)
    (draft,) = [f for f in form_records.list_forms(desk, child_id) if f.state == "draft"]
    page = shell.go("form", record_id=draft.record_id, child_id=child_id, path="family")
    assert isinstance(page, FormPage)
    assert "Say what Nan thinks." in words(shell)
    page.show_section("home")
    assert "Say what Nan thinks." not in words(shell), "each direction stands at its section"
    page.show_section("family")
    next(b for b in page.asked.findChildren(QPushButton) if b.text() == "Done").click()
    write("What you did", "Rang Nan.")
    press("Save")
    assert any("Rang Nan." in one for one in words(shell))
    page.show_section("safety")
    keep = next(b for b in page.findChildren(QPushButton) if b.text() == "Keep Medium")
    keep.click()
    write("Why", "It was one evening.")
    press("Save")
    assert "You kept Medium: It was one evening." in words(shell)


def test_a_signature_alone_is_refused_in_words_and_the_words_stay(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None
) -> None:
    submit_high(desk, child_id)
    with manager_at(desk) as manager:
        shell = deciding(qtbot, manager)
        press("Countersign")
        write("Why you agree", "Agreed.")
        press("Countersign")
        said = [label.text() for label in dialog().findChildren(QLabel)]
        assert any("a signature alone is not enough" in one for one in said)
        press("Close")
        assert [form.state for form in form_records.list_forms(desk, child_id)] == ["submitted"]
        press("Countersign")
        assert dialog().text.toPlainText() == "Agreed."
        write("Why you agree", AGREED)
        press("Countersign")
        assert shell.page.name == "waiting"
    assert [form.state for form in form_records.list_forms(desk, child_id)] == ["countersigned"]


def test_a_panel_is_asked_for_and_recorded(
    qtbot: QtBot, desk: Desk, child_id: str, clock: FixedClock, dressed: None
) -> None:
    submit(desk, child_id)
    with manager_at(desk) as manager:
        shell = deciding(qtbot, manager)
        press("Ask for a panel")
        write("What it is to look at, and who is needed", "Is the route home safe enough?")
        press("Ask for it")
        assert "Is the route home safe enough?" in words(shell)
        (panel,) = oversight.list_panels(manager, child_id)
        press("Record what it decided")
        assert shell.page.name == "edit_record"
        held = PanelDetails(
            why=panel.details.why, held_on=clock.today(), attended="Police", decided="A lift."
        )
        oversight.record_panel(manager, panel.id, held)
        shell.go("child", child_id=child_id, tab="tasks")
        assert any("Decided: A lift." in one for one in words(shell))


def test_the_author_reads_the_page_and_finds_nothing_to_decide(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    submit(desk, child_id)
    (item,) = oversight.of_child(desk, child_id)
    shell.go("decide", record_id=item.id, child_id=child_id)
    assert "You wrote this, so somebody else has to countersign it." in words(shell)
    shown = {b.text() for b in shell.page.findChildren(QPushButton) if b.isVisible()}
    assert shown == {"Read the whole form"}


def test_a_section_says_what_is_met_and_what_is_needed_first(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    opened = form_records.start(desk, child_id, "assessment")
    page = shell.go("form", record_id=opened.record_id, child_id=child_id, path="safety")
    assert isinstance(page, FormPage)
    page.show_rail()
    states = [(each.prompt.number, each.met, each.blocks) for each in page.panel.practice.shown]
    assert states == [(8, False, False), (12, False, False)]
    page.controller.set_answer("safety_level", "high")
    page.show_rail()
    assert all(each.blocks for each in page.panel.practice.shown)
    assert "Needed before you submit" in words(shell)


@pytest.mark.parametrize("may", [True, False])
def test_two_decisions_stand_side_by_side(qtbot: QtBot, dressed: None, may: bool) -> None:
    sides = (
        Side("returned", "Rowan Okell", "Today 10:00", "Ask Nan.", "one", 0, True),
        Side("recalled", "Ash Rivers", "Today 09:55", "", "two", 2, False),
    )
    rivals = Rivals("id", "record", "child", "Tal Fenwick", "Assessment", sides, "", False)
    chosen: list[int] = []
    card = RivalCard(rivals, "Tal Fenwick", chosen.append if may else None)
    qtbot.addWidget(card)
    with qtbot.waitActive(card):
        card.show()
    said = [label.text() for label in card.findChildren(QLabel)]
    assert {"Returned by Rowan Okell", "Today 10:00"} <= set(said)
    assert "2 answers were changed in its new version." in said
    if may:
        tab_to("Let this count").click()
        assert chosen == [0]
    else:
        assert not card.findChildren(QPushButton)
