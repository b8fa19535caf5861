"""The laptop is handed to the child and comes back; nothing is quoted without a yes."""

from __future__ import annotations

import pytest

from app.casework import assessments, demo, form_records, questionnaires
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange, NotEditable, OnlyTheChild
from app.core.errors import KnownError
from app.models.vault import WrongPassphrase
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE

ANSWERS = {
    "good_at": "Fixing bikes.",
    "what_happened": "I feel bad for the man.",
    "safe_at_home": "a_lot",
    "someone_hurts_me": "yes",
    "worry": "not_at_all",
}


def hand_over(desk: Desk, child_id: str) -> questionnaires.HandoverView:
    handover = questionnaires.hand_over(desk, child_id, "my_life_now")
    demo.fill_in(desk, handover.record_id, ANSWERS, by="child", quote=frozenset({"what_happened"}))
    return handover


def test_an_open_handover_is_found_again_after_the_casebook_was_closed(
    office: Office, add_child: AddChild
) -> None:
    assert office.desk is not None
    assert questionnaires.current_handover(office.desk) is None
    handover = hand_over(office.desk, add_child().id)
    desk = office.as_user("Ash Rivers")
    found = questionnaires.current_handover(desk)
    assert found is not None and found.id == handover.id
    document = form_records.open_form(desk, found.record_id).document
    assert document["good_at"]["value"] == "Fixing bikes."
    assert document["good_at"]["by"] == "child"


def test_only_the_workers_passphrase_ends_it(desk: Desk, add_child: AddChild) -> None:
    handover = hand_over(desk, add_child().id)
    with pytest.raises(WrongPassphrase):
        questionnaires.give_back(desk, handover.id, "let me out now", finished=True)
    assert questionnaires.current_handover(desk) is not None
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    assert questionnaires.current_handover(desk) is None


def test_a_sign_of_harm_is_put_before_the_worker_once_and_waits_until_acted_on(
    desk: Desk, add_child: AddChild
) -> None:
    child = add_child()
    handover = hand_over(desk, child.id)
    (prompt,) = questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=False)
    assert prompt.path == "someone_hurts_me"
    assert prompt.question and prompt.answer == "Yes"
    again = questionnaires.hand_over(desk, child.id, "my_life_now")
    assert len(questionnaires.give_back(desk, again.id, PASSPHRASE, finished=True)) <= 1
    with pytest.raises(KnownError, match="Write what you did"):
        questionnaires.act_on_prompt(desk, prompt.id, " ")
    questionnaires.act_on_prompt(desk, prompt.id, "Talked with Tal and rang the safeguarding lead.")
    assert [one.what_was_done for one in questionnaires.harm_prompts(desk, child.id)] == [
        "Talked with Tal and rang the safeguarding lead."
    ]


def test_what_the_child_gave_back_finished_does_not_change(desk: Desk, add_child: AddChild) -> None:
    handover = hand_over(desk, add_child().id)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    with pytest.raises(NotEditable):
        form_records.save_answers(
            desk, handover.record_id, [AnswerChange("good_at", {"value": "Nothing"})]
        )


def test_nobody_writes_into_a_questionnaire_while_the_laptop_is_not_with_the_child(
    desk: Desk, add_child: AddChild
) -> None:
    child = add_child()
    handover = hand_over(desk, child.id)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=False)
    change = AnswerChange("good_at", {"value": "What the worker would like to read"})
    with pytest.raises(OnlyTheChild):
        form_records.save_answers(desk, handover.record_id, [change])
    document = form_records.open_form(desk, handover.record_id).document
    assert document["good_at"]["value"] == "Fixing bikes."
    again = questionnaires.hand_over(desk, child.id, "my_life_now")
    assert again.record_id == handover.record_id
    own = AnswerChange("good_at", {"value": "Bikes, and cooking."})
    form_records.save_answers(desk, again.record_id, [own])
    document = form_records.open_form(desk, again.record_id).document
    assert document["good_at"]["value"] == "Bikes, and cooking."


def test_the_childs_yes_and_no_are_kept_with_each_answer(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    handover = hand_over(desk, child.id)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    said = {one.path: one for one in questionnaires.quotable(desk, child.id)}
    assert said["what_happened"].may_quote is True
    assert said["good_at"].may_quote is False
    assert said["good_at"].words == "Fixing bikes."


def test_what_was_not_finished_is_gone_on_with_another_day(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    first = hand_over(desk, child.id)
    questionnaires.give_back(desk, first.id, PASSPHRASE, finished=False)
    again = questionnaires.hand_over(desk, child.id, "my_life_now")
    assert again.id != first.id
    assert again.record_id == first.record_id
    questionnaires.give_back(desk, again.id, PASSPHRASE, finished=True)
    new = questionnaires.hand_over(desk, child.id, "my_life_now")
    assert new.record_id != first.record_id


def test_handing_over_is_one_step_in_the_casebook(
    desk: Desk, add_child: AddChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = add_child()

    def fail(**_columns: object) -> None:
        raise KnownError("The disk is full.")

    monkeypatch.setattr(questionnaires, "Handover", fail)
    with pytest.raises(KnownError, match="full"):
        questionnaires.hand_over(desk, child.id, "my_life_now")
    assert form_records.list_forms(desk, child.id) == ()


def test_a_worker_reads_the_childs_unfinished_answers_and_can_not_change_them(
    desk: Desk, add_child: AddChild
) -> None:
    child = add_child()
    handover = hand_over(desk, child.id)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=False)
    assert not form_records.open_form(desk, handover.record_id).editable
    (listed,) = form_records.list_forms(desk, child.id)
    assert not listed.editable


def test_the_childs_answers_are_not_the_workers_to_submit(desk: Desk, add_child: AddChild) -> None:
    handover = hand_over(desk, add_child().id)
    with pytest.raises(NotEditable):
        assessments.submit(desk, handover.record_id)
    assert questionnaires.current_handover(desk) is not None
