"""What a child said once is kept for the worker, whatever becomes of the answer afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import form_records, history, questionnaires, search
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.casework.questionnaires import HandoverView, PromptView
from app.forms.loader import FormLibrary
from app.models.records import HarmPrompt
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE

ROOT = Path(__file__).parents[2]


def said(desk: Desk, handover: HandoverView, path: str, value: Any, **more: Any) -> None:
    """One answer as child mode saves it; None takes it away."""
    answer = {"value": value, "language": "en", "by": "child", "how": "typed"} | more
    answer["at"] = desk.clock.now().isoformat()
    form_records.save_answers(
        desk, handover.record_id, [AnswerChange(path, None if value is None else answer)]
    )


def back(desk: Desk, handover: HandoverView, *, finished: bool = False) -> tuple[PromptView, ...]:
    return questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=finished)


@pytest.fixture
def handover(desk: Desk, add_child: AddChild) -> HandoverView:
    return questionnaires.hand_over(desk, add_child().id, "my_life_now")


def test_a_yes_that_the_child_changed_is_shown_with_what_it_was_changed_to(
    office: Office, desk: Desk, handover: HandoverView
) -> None:
    said(desk, handover, "someone_hurts_me", "yes", language="cy")
    first_said = desk.clock.now()
    office.clock.advance(timedelta(minutes=3))
    said(desk, handover, "someone_hurts_me", "no")
    (prompt,) = back(desk, handover, finished=True)
    assert (prompt.answer, prompt.changed, prompt.later) == ("Yes", True, "No")
    assert prompt.said == "First said “Yes”, later changed to “No”."
    assert (prompt.raised_at, prompt.language) == (first_said, "cy")
    with desk.casebook.read() as session:
        held = session.scalars(select(HarmPrompt)).one()
    assert held.given is not None and held.given["at"] == first_said.isoformat()
    assert held.later_at == desk.clock.now()


def test_a_yes_that_was_taken_back_is_not_lost(desk: Desk, handover: HandoverView) -> None:
    said(desk, handover, "someone_hurts_me", "yes")
    said(desk, handover, "someone_hurts_me", None)
    said(desk, handover, "someone_makes_me", "maybe")
    said(desk, handover, "someone_makes_me", "", refused="rather_not_say")
    found = {prompt.path: prompt.said for prompt in back(desk, handover)}
    assert found == {
        "someone_hurts_me": "First said “Yes”, then took it back.",
        "someone_makes_me": "First said “Maybe”, later changed to “I don’t want to say”.",
    }


def test_each_distinct_answer_has_one_prompt(desk: Desk, handover: HandoverView) -> None:
    for value in ("yes", "yes", "maybe", "yes", "no", "maybe"):
        said(desk, handover, "someone_hurts_me", value)
    said(desk, handover, "good_at", "Fixing bikes.")
    prompts = back(desk, handover)
    assert sorted(prompt.said for prompt in prompts) == [
        "First said “Yes”, later changed to “Maybe”.",
        "Said “Maybe”, changed it, and said it again.",
    ]


def test_what_was_said_another_day_is_not_raised_again_but_what_is_said_anew_is(
    desk: Desk, handover: HandoverView
) -> None:
    said(desk, handover, "someone_hurts_me", "yes")
    (prompt,) = back(desk, handover)
    questionnaires.act_on_prompt(desk, prompt.id, "Rang the safeguarding lead.")
    again = questionnaires.hand_over(desk, handover.child_id, "my_life_now")
    said(desk, again, "worry", "not_at_all")
    assert back(desk, again) == ()
    third = questionnaires.hand_over(desk, handover.child_id, "my_life_now")
    said(desk, third, "someone_hurts_me", "no")
    said(desk, third, "someone_hurts_me", "yes")
    (anew,) = back(desk, third)
    assert anew.id != prompt.id and anew.answer == "Yes"


def test_a_sign_that_an_older_program_did_not_watch_is_found_at_the_end(
    desk: Desk, handover: HandoverView
) -> None:
    with desk.casebook.write() as work:
        work.save_answers(handover.record_id, {"worry": {"value": "a_lot", "language": "en"}})
    (prompt,) = back(desk, handover)
    assert (prompt.path, prompt.changed) == ("worry", False)


def test_a_worker_who_fills_in_another_form_raises_nothing(
    desk: Desk, handover: HandoverView
) -> None:
    opened = form_records.start(desk, handover.child_id, "assessment")
    form_records.save_answers(
        desk, opened.record_id, [AnswerChange("home_settled", {"value": "no"})]
    )
    assert questionnaires.harm_prompts(desk) == ()


KILLED = """
import os, signal, sys
from pathlib import Path
from app.casework import casebooks, form_records, questionnaires
from app.casework.form_records import AnswerChange
from app.core.clock import SystemClock
from app.models import kdf
from tests.made_once import CHEAP, PASSPHRASE
with kdf.floor_lowered_for_tests(CHEAP):
    desk = casebooks.unlock(Path(sys.argv[1]), sys.argv[2], PASSPHRASE, SystemClock())
handover = questionnaires.current_handover(desk)
for value in sys.argv[3:]:
    answer = {"value": value, "language": "en", "by": "child"}
    form_records.save_answers(desk, handover.record_id, [AnswerChange("hurt_myself", answer)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("values", [("a_lot",), ("a_lot", "not_at_all")])
def test_a_sign_outlives_a_program_that_is_killed(
    office: Office, add_child: AddChild, values: tuple[str, ...]
) -> None:
    assert office.desk is not None
    child = add_child()
    questionnaires.hand_over(office.desk, child.id, "my_life_now")
    office.leave()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(office.folder), office.users["Ash Rivers"], *values],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    desk = office.as_user("Ash Rivers")
    found = questionnaires.current_handover(desk)
    assert found is not None
    (prompt,) = back(desk, found)
    assert prompt.answer == "A lot"
    assert prompt.changed is (len(values) == 2)


def test_neither_search_nor_the_form_tells_the_child_of_a_prompt(
    desk: Desk, handover: HandoverView
) -> None:
    said(desk, handover, "someone_hurts_me", "yes")
    with desk.casebook.read() as session:
        prompt = session.scalars(select(HarmPrompt)).one()
    for text in ("harm", "sign", "yes", prompt.id):
        assert all(hit.record_id != prompt.id for hit in search.find(desk, text))
    opened = form_records.open_form(desk, handover.record_id, for_child=True)
    assert set(opened.document) == {"someone_hurts_me"}
    assert questionnaires.current_handover(desk) == handover


def test_the_history_says_that_it_was_raised_when_it_was_said(
    office: Office, desk: Desk, handover: HandoverView
) -> None:
    at = desk.clock.now()
    said(desk, handover, "someone_hurts_me", "yes")
    office.clock.advance(timedelta(hours=1))
    back(desk, handover)
    raised = [
        entry
        for entry in history.changes(desk, handover.child_id).entries
        if entry.record_type == "harm_prompt"
    ]
    assert [(entry.kind, entry.at) for entry in raised] == [("create", at)]


TYPED = """
id: how_it_is
version: 1
kind: questionnaire
title: {en: How it is, cy: Sut mae hi}
languages: [en, cy]
default_language: en
welsh_reviewed_by: null
survey:
  - type: group
    name: page
    label: {en: Page, cy: Tudalen}
    children:
      - type: text
        name: tell
        said_by: child
        label: {en: Tell us, cy: Dywed}
        harm: "string-length(.) > 3"
      - type: repeat
        name: people
        label: {en: People, cy: Pobl}
        children:
          - type: text
            name: who
            said_by: child
            label: {en: Who?, cy: Pwy?}
            harm: ". = 'nobody'"
"""


def test_text_that_is_typed_is_one_answer_that_grows(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    file = tmp_path / "how_it_is.yaml"
    file.write_text(TYPED, encoding="utf-8")
    desk.forms = FormLibrary(tmp_path)
    handover = questionnaires.hand_over(desk, add_child().id, "how_it_is")
    for text in ("My un", "My uncle hits", "My uncle hits me", "My uncle", "My uncle is ok"):
        said(desk, handover, "tell", text)
    row = {"rows": [{"id": "r1", "answers": {"who": {"value": "nobody", "language": "en"}}}]}
    for rows in (row, {"rows": []}):
        form_records.save_answers(desk, handover.record_id, [AnswerChange("people", rows)])
    found = {prompt.path: prompt.said for prompt in back(desk, handover)}
    assert found == {
        "tell": "First said “My uncle hits me”, later changed to “My uncle is ok”.",
        "people/r1/who": "First said “nobody”, then took it back.",
    }
