"""A form of the service, from the spreadsheet in the settings to the child in front of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.casework import form_records, questionnaires, service_forms
from app.casework.desk import Desk
from app.ui.child_mode import page as child_mode_page
from app.ui.service_forms_card import ServiceFormsCard
from app.ui.shell import Shell

RIVER_DAY = Path(__file__).parents[2] / "data" / "forms" / "river_day.md"


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same desk, with a manager at it."""
    monkeypatch.setattr(child_mode_page, "voice_for", lambda _language, parent=None: None)
    desk.actor = replace(desk.actor, role="manager")
    return desk


def card_of(shell: Shell) -> ServiceFormsCard:
    card = shell.go("settings", part="forms").findChild(ServiceFormsCard)
    assert card is not None
    return card


def read(widget: QWidget) -> str:
    QApplication.processEvents()
    return " ".join(
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)
    )


def button(widget: QWidget, words: str) -> QPushButton:
    QApplication.processEvents()
    return next(
        each
        for each in widget.findChildren(QPushButton)
        if each.text() == words and each.isVisibleTo(widget)
    )


def test_a_form_is_added_and_handed_to_the_child(shell: Shell, desk: Desk, child_id: str) -> None:
    card = card_of(shell)
    assert "has not added a form yet" in read(card)
    card.place.setText(str(RIVER_DAY))
    card.bring_in.click()
    assert "A day by the river" in read(card) and "Version 1" in read(card)
    assert card.place.text() == ""
    page = shell.go("child", child_id=child_id, tab="forms")
    button(page, "A day by the river: hand the laptop to Tal").click()
    handover = questionnaires.current_handover(desk)
    assert handover is not None and handover.child_id == child_id
    given = form_records.open_form(desk, handover.record_id, for_child=True)
    assert given.form.id == "river_day"
    assert isinstance(shell.page, child_mode_page.ChildModePage)
    assert "Hi Tal" in read(shell.page)


def test_every_mistake_is_shown_with_its_row_and_nothing_is_added(
    shell: Shell, desk: Desk, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.md"
    text = RIVER_DAY.read_text(encoding="utf-8")
    wrong.write_text(text.replace("{child}", "{carer}").replace("'bad'", "'sad'"), encoding="utf-8")
    card = card_of(shell)
    card.bring_in.click()
    assert "Choose a file." in read(card)
    card.place.setText(str(wrong))
    card.bring_in.click()
    said = card.summary.accessibleDescription()
    assert said.count("Sheet survey, row 3") == 2 and "carer" in said and "sad" in said
    assert service_forms.listed(desk) == ()
    assert card.bring_in.isEnabled() and card.place.text() == str(wrong)


def test_a_form_is_taken_out_of_use_and_into_it_again(shell: Shell, desk: Desk) -> None:
    service_forms.add(desk, RIVER_DAY)
    card = card_of(shell)
    button(card, "Stop offering it").click()
    assert not service_forms.listed(desk)[0].in_use
    button(card, "Offer it again").click()
    assert service_forms.listed(desk)[0].offered


def test_others_see_the_forms_and_add_none(shell: Shell, desk: Desk) -> None:
    service_forms.add(desk, RIVER_DAY)
    desk.actor = replace(desk.actor, role="practitioner")
    card = card_of(shell)
    assert "A day by the river" in read(card)
    assert not card.bring_in.isVisibleTo(card) and not card.field.isVisibleTo(card)
    assert "A manager or an administrator" in read(card)
    assert "Stop offering it" not in [each.text() for each in card.findChildren(QPushButton)]
