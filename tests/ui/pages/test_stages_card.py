"""Starting a stage from the child's record: the one that fits first, and what comes with it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app.casework.desk import Desk
from app.ui.accessibility import audit
from app.ui.form.form_page import FormPage
from app.ui.kit import Muted, SecondaryButton
from app.ui.pages.stages_card import StagesCard
from app.ui.shell import Shell
from tests.ui.pages.people import submit_assessment


def card(shell: Shell, child_id: str) -> StagesCard:
    shell.go("child", child_id=child_id, tab="forms")
    (found,) = shell.page.findChildren(StagesCard)
    return found


def test_the_first_stage_starts_empty_in_the_form_that_is_right(
    shell: Shell, child_id: str
) -> None:
    first = card(shell, child_id)
    words = [label.text() for label in first.findChildren(Muted)]
    assert "This is the first one, so it starts empty." in words
    shown = [button for button in first.findChildren(SecondaryButton) if button.isVisibleTo(first)]
    assert [button.accessibleDescription() for button in shown] == ["Prevention", "Prevention"]
    first.more.click()
    assert QApplication.focusWidget() in first.findChildren(SecondaryButton)
    assert not audit(shell)
    first.buttons["before_sentence", "assessment"].click()
    assert isinstance(shell.page, FormPage)
    assert shell.page.opened.title == "Assessment: Before sentence"
    again = card(shell, child_id)
    assert again.buttons["before_sentence", "assessment"].text() == "Go on: Assessment"


def test_the_next_one_says_what_it_is_carried_forward_from(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    submit_assessment(desk, child_id)
    after = card(shell, child_id)
    told = next(label.text() for label in after.findChildren(Muted))
    assert "are carried forward from Assessment, 23 November 2026." in told
    after.more.click()
    after.buttons["review", "review"].click()
    assert shell.page.opened.title == "Review"
    assert shell.page.controller.sheet.unconfirmed()
