"""A laptop in a child's hands, in the whole program: locked, idle, killed and started again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.casework import casebook_users, casebooks, children, questionnaires
from app.casework.children import ChildDetails
from app.casework.permission import Role
from app.core import i18n
from app.core.clock import FixedClock
from app.ui.child_mode import page as child_mode_page
from app.ui.child_mode.page import ChildModePage
from tests.made_once import PASSPHRASE
from tests.ui.program.conftest import Seat

Sit = Callable[..., Seat]
CANARY = "Quillfeather"


@pytest.fixture
def handed_over(folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The casebook of somebody whose laptop is with a child just now."""
    monkeypatch.setattr(child_mode_page, "voice_for", lambda _language, parent=None: None)
    holder = casebooks.describe(folder).holders[0]
    desk = casebooks.unlock(folder, holder.user_id, PASSPHRASE, clock)
    born = date(2011, 7, 3)
    children.add_child(
        desk, ChildDetails(given_name="Robin", family_name=CANARY, date_of_birth=born)
    )
    child = children.add_child(
        desk, ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=born)
    )
    questionnaires.hand_over(desk, child.id, "my_life_now")
    desk.close()
    return folder


def unlocked(sit: Sit, folder: Path) -> Seat:
    """The program, unlocked by the worker."""
    seat = sit(folder)
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    return seat


def with_the_child(seat: Seat) -> bool:
    """Whether the child's screen is all there is, and no other child's name on it."""
    shell = seat.program.shell
    shown = [label.text() for label in shell.findChildren(QLabel) if label.isVisible()]
    return (
        isinstance(shell.page, ChildModePage)
        and not shell.page.may_leave()
        and not shell.menuBar().isVisible()
        and not any(CANARY in words for words in shown)
    )


def test_unlocking_leads_to_the_child_never_to_the_record(sit: Sit, handed_over: Path) -> None:
    seat = unlocked(sit, handed_over)
    assert with_the_child(seat)
    seat.program.shell.close()
    assert not seat.program.ending
    assert with_the_child(seat)


@pytest.mark.parametrize("reason", ["asked", "idle", "suspend", "screen"])
def test_every_lock_leads_back_to_the_same_question(
    sit: Sit, handed_over: Path, reason: str
) -> None:
    seat = unlocked(sit, handed_over)
    seat.press("Start")
    seat.press("Skip")
    before = seat.program.shell.page.session.step
    seat.program.lock(reason)
    assert seat.restarted
    again = unlocked(sit, handed_over)
    assert with_the_child(again)
    assert again.program.shell.page.session.step == before


def test_a_program_that_was_killed_comes_back_to_the_child(
    sit: Sit, handed_over: Path, clock: FixedClock
) -> None:
    seat = unlocked(sit, handed_over)
    seat.press("Start")
    seat.press("Skip")
    page = seat.program.shell.page
    page.controller.flush()
    seat.settle()
    before = page.session.step
    # What a kill leaves behind: an open handover, no place, and the marker of a running program.
    seat.program.desk.close()
    seat.program._end.begun = True
    again = unlocked(sit, handed_over)
    assert with_the_child(again)
    assert again.program.shell.page.session.step == before
    assert not any(
        banner.isVisible()
        for banner in again.program.shell.findChildren(QLabel)
        if "ended without warning" in banner.text()
    )


def test_only_the_passphrase_of_the_worker_leads_to_the_record(sit: Sit, handed_over: Path) -> None:
    seat = unlocked(sit, handed_over)
    seat.press("Start")
    seat.press("Stop")
    seat.type("Passphrase of Ash Rivers", "not this one at all")
    seat.press("Take the laptop back")
    assert with_the_child(seat)
    seat.type("Passphrase of Ash Rivers", PASSPHRASE)
    seat.press("Take the laptop back")
    assert seat.program.shell.page.name == "child"
    assert seat.program.shell.menuBar().isVisible()


def test_the_worker_gets_their_own_language_back_whatever_was_drawn_anew(
    sit: Sit, handed_over: Path
) -> None:
    seat = unlocked(sit, handed_over)
    seat.press("Start")
    seat.program.shell.page.languages["cy"].click()
    # The system's look changes while the child reads in Welsh: all is drawn anew.
    seat.program.shell.rebuild()
    seat.settle()
    page = seat.program.shell.page
    assert page.controller.language == "cy"
    assert page.stop.text() == "Stopio"
    page._give_back(PASSPHRASE)
    seat.settle()
    assert not isinstance(seat.program.shell.page, ChildModePage)
    assert i18n.language() == "en"
    assert seat.named(QAbstractButton, "Lock").isVisible()
    assert seat.program.settings.language == "en"


@pytest.mark.parametrize("role", ["reader", "administrator"])
def test_who_may_not_read_what_the_child_answers_is_told_who_can_go_on(
    sit: Sit, handed_over: Path, clock: FixedClock, role: Role
) -> None:
    worker = casebooks.describe(handed_over).holders[0].user_id
    desk = casebooks.unlock(handed_over, worker, PASSPHRASE, clock)
    perry = casebook_users.admit(desk, "Perry Lind", role, PASSPHRASE)
    desk.close()
    seat = sit(handed_over)
    choice = seat.program.gate.card.holder
    choice.setCurrentIndex(choice.findData(perry.id))
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Unlock")
    seat.until(lambda: seat.reads("who is answering questions"))
    assert seat.program.shell is None
    assert seat.reads("Ash Rivers can unlock it to take it back")
    assert not seat.reads("Tal")
    choice.setCurrentIndex(choice.findData(worker))
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    assert with_the_child(seat)
