"""A report on its way out, in the window: checked, read back, added to, withdrawn."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.casework import (
    court,
    disproportionality,
    people,
    report_checking,
    report_parts,
    report_views,
    report_writing,
    reports,
)
from app.casework.desk import Desk
from app.models.records import ReportPassage
from app.ui.kit import Pill
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, press, tab_to
from tests.ui.pages.people import manager_at, window_on


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def test_a_colleague_comments_finds_it_fit_and_the_author_sees_it(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report", report_id=report_id, child_id=child_id)
    assert "Somebody other than its author has to check it before it goes out." in said(shell)
    press("Ask for a check")
    assert "It waits for somebody else to check it." in said(shell)
    assert not report_checking.to_check(desk)
    shell.hide()
    with manager_at(desk) as theirs:
        window = window_on(qtbot, theirs)
        window.go("waiting")
        assert "Report to check" in [pill.text for pill in window.page.findChildren(Pill)]
        press("Read the report")
        press("Comment")
        dialog().text.setPlainText("Say who told you.")
        press("Comment")
        assert "Say who told you." in said(window)
        press("Find it fit")
        assert dialog().windowTitle() == "That did not work"
        press("Close")
        press("Dealt with")
        press("Find it fit")
        assert any("found it fit on" in words for words in said(window))
    assert report_checking.checking(desk, report_id).checked_by


def test_a_comment_stands_at_its_passage_until_it_is_dealt_with(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    passage = next(
        one
        for one in report_writing.passages(desk, report_id)
        if (one.section, one.kind) == ("psr.offence", "paragraph")
    )
    report_checking.comment(desk, report_id, "Say who told you.", passage.id)
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.offence")
    assert "Say who told you." in said(shell)
    press("Dealt with")
    assert report_checking.checking(desk, report_id).open_comments == 0
    assert any("Dealt with." in words for words in said(shell))


def test_a_final_report_is_added_to_and_withdrawn(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    reports.make_final(desk, report_id, "The hearing is today")
    shell.go("report", report_id=report_id, child_id=child_id)
    assert any("went out before anybody checked it" in words for words in said(shell))
    press("In plain words")
    assert "nothing can be added to it here" in " ".join(said(shell))
    press("Back to the pages")
    press("Add to it")
    assert shell.page.name == "report_write"
    assert len(report_views.list_reports(desk, child_id)) == 2
    shell.go("report", report_id=report_id, child_id=child_id)
    press("Withdraw it")
    press("Withdraw it")
    assert dialog().field.error.text() == "Say why, in a few words."
    dialog().text.setPlainText("Two pages were of another case")
    press("Withdraw it")
    assert report_views.open_report(desk, report_id).state == "withdrawn"
    assert shell.page.state.text == "Withdrawn"


def test_a_report_that_was_begun_stands_above_the_making_of_another(
    shell: Shell, child_id: str, report_id: str
) -> None:
    shell.go("child", child_id=child_id, tab="reports")
    assert [words for words in said(shell) if words in ("What there is", "New report")] == [
        "What there is", "New report",
    ]  # fmt: skip
    press("Open")
    assert shell.page.name == "report"


def test_a_report_on_an_order_asks_for_the_order(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("child", child_id=child_id, tab="reports")
    kind = tab_to("Kind of report")
    kind.setCurrentIndex(kind.findData("breach"))
    assert "Add the order first, under Court and orders." in said(shell)
    court.add_outcome(
        desk,
        child_id,
        court.OutcomeDetails(disposal="referral_order", outcome_date=desk.clock.today()),
    )
    shell.go("child", child_id=child_id, tab="reports")
    kind = tab_to("Kind of report")
    kind.setCurrentIndex(kind.findData("breach"))
    press("Make the report")
    assert shell.page.name == "report"
    assert shell.page.title == "Breach report"


def test_what_every_report_holds_is_put_back_from_beside_the_pages(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    (part,) = (
        one
        for one in report_writing.passages(desk, report_id)
        if one.text == disproportionality.PART
    )
    with desk.casebook.write() as work:
        work.remove(work.session.get_one(ReportPassage, part.id))
    shell.go("report", report_id=report_id, child_id=child_id)
    assert any("A part is missing" in words for words in said(shell))
    press("Put it back")
    assert not any("A part is missing" in words for words in said(shell))
    assert not report_parts.missing(desk, report_id)


def test_words_that_arrive_after_it_is_final_stand_beside_it(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    reports.make_final(desk, report_id, "The hearing is today")
    with desk.casebook.write() as work:
        # As sync writes what another laptop didn't know to be too late.
        work.add(
            ReportPassage(
                child_id=child_id,
                report_id=report_id,
                section="psr.conclusion",
                place=1 << 20,
                text="The panel meets on Tuesdays.",
            )
        )
    shell.go("report", report_id=report_id, child_id=child_id)
    shown = said(shell)
    assert "Written while it was made final" in shown
    assert "The panel meets on Tuesdays." in shown
    assert any("Ash" in words and " · " in words for words in shown), "who wrote it, and when"


def test_what_is_to_be_looked_at_stands_together_and_leads_to_where_it_is_written(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    people.add_victim(desk, child_id, people.VictimDetails(name="Zebedee Unseen", kind="adult"))
    for words in ("Zebedee Unseen was there.", "Zebedee Unseen was hurt."):
        report_writing.add(desk, report_id, "psr.child", text=words)
    shell.go("report", report_id=report_id, child_id=child_id)
    headings = said(shell)
    assert headings.count("Assessment of the child") == 1, "once, whatever there is to look at"
    assert any(words.count("• ") == 2 for words in headings)
    press("Write there")
    assert (shell.page.name, shell.page.section) == ("report_write", "psr.child")
