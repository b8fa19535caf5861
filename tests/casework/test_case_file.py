"""The case file of the demonstration: filled in, returned, mended, countersigned, and reviewed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml

from app.casework import assessments, demo, form_records, oversight, stages
from app.casework.children import ChildDetails, add_child
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.core.paths import resource_path
from app.forms.loader import FormLibrary
from app.forms.sheet import Sheet
from tests.casework.conftest import Office

FOLDER = resource_path("demo", "case_file")
CASE: dict[str, Any] = yaml.safe_load((FOLDER / "answers.yaml").read_text(encoding="utf-8"))
MAP = resource_path("..", "docs", "assessment-map.md")
SHORT_CASE = "04-tiler.yaml"


def _sheet(answers: dict[str, Any], clock: FixedClock, **context: str) -> Sheet:
    form = FormLibrary.built_in().form("assessment")
    sheet = Sheet(form, clock=clock, context={"child": "Cai", "age": "16", **context})
    demo.answer(sheet, answers, by="worker")
    return sheet


def _asked(sheet: Sheet) -> int:
    return sheet.progress().asked


def test_every_answer_of_the_case_file_counts(clock: FixedClock) -> None:
    """Nothing is answered that the form does not ask, and nothing that it needs is left out."""
    sheet = _sheet(CASE["assessment"], clock)
    assert [str(problem) for problem in sheet.problems()] == []
    unasked = [
        path
        for path in sheet.paths()
        if sheet.answer(path) is not None and not sheet.is_relevant(path)
    ]
    assert unasked == []
    progress = sheet.progress()
    assert progress.answered >= 0.98 * progress.asked


def test_a_simple_case_is_asked_far_less_than_a_complex_one(clock: FixedClock) -> None:
    """The counts are those that docs/assessment-map.md states."""
    story = demo.story(SHORT_CASE)
    (short,) = (one for one in story["happened"] if one.get("form") == "assessment")
    simple = _sheet(demo.answers_of(short), clock)
    complex_case = _sheet(CASE["assessment"], clock)
    assert [str(problem) for problem in simple.problems()] == []
    assert _asked(simple) * 3 <= _asked(complex_case)
    page = MAP.read_text(encoding="utf-8")
    stated = re.findall(r"^\| .*resources/demo/.* \| (\d+) \|$", page, re.MULTILINE)
    assert [int(one) for one in stated] == [_asked(simple), _asked(complex_case)]


def test_what_a_child_or_parent_says_stands_in_the_papers_word_for_word(
    clock: FixedClock,
) -> None:
    papers = " ".join((FOLDER / "papers.md").read_text(encoding="utf-8").split())
    sheet = _sheet(CASE["assessment"], clock)
    spoken = {
        path: str(sheet.value(path))
        for path in sheet.paths()
        if sheet.question(path).type == "text"
        and sheet.question(path).said_by != "practitioner"
        and sheet.value(path)
    }
    assert len(spoken) >= 15
    assert {path: words for path, words in spoken.items() if words not in papers} == {}


def test_the_case_goes_its_whole_way(staffed: Office, clock: FixedClock) -> None:
    """Submitted, returned, mended, submitted again, countersigned; three months later reviewed."""
    worker = staffed.as_user("Ash Rivers")
    details = {
        **CASE["child"],
        "date_of_birth": demo.day_of(CASE["child"]["date_of_birth"], clock.today()),
    }
    details["languages"] = tuple(details["languages"])
    child_id = add_child(worker, ChildDetails(**details)).id
    opened = stages.start(worker, child_id, "before_sentence")
    demo.fill_in(worker, opened.record_id, CASE["assessment"], by=worker.actor.id)
    assessments.submit(worker, opened.record_id)

    manager = staffed.as_user("Rowan Okell")
    asked = oversight.queue(manager)[0].id
    oversight.write_direction(
        manager, asked, CASE["returned"]["section"], CASE["returned"]["directions"]
    )
    oversight.return_with_directions(manager, asked)

    worker = staffed.as_user("Ash Rivers")
    revision = stages.start(worker, child_id, "before_sentence")
    assert revision.record_id != opened.record_id
    demo.fill_in(worker, revision.record_id, CASE["answered"], by=worker.actor.id)
    assessments.submit(worker, revision.record_id)
    kept = form_records.open_form(worker, revision.record_id).document
    assert len(kept["contingencies"]["rows"]) == 4
    assert kept["home_good"]["value"].startswith("The flat is small")

    manager = staffed.as_user("Rowan Okell")
    oversight.countersign(manager, oversight.queue(manager)[0].id, CASE["countersigned"])

    clock.moment += timedelta(days=CASE["review"]["days_later"])
    worker = staffed.as_user("Ash Rivers")
    review = stages.start(worker, child_id, "review")
    assert review.form.id == CASE["review"]["form"]
    answers = {
        name: it for name, it in CASE["review"].items() if name not in ("form", "days_later")
    }
    demo.fill_in(worker, review.record_id, answers, by=worker.actor.id)
    with pytest.raises(assessments.SubmitRefused) as refused:
        assessments.submit(worker, review.record_id)
    assert {problem.kind for problem in refused.value.problems} == {"unconfirmed"}
    _confirm_the_rest(worker, review.record_id)
    assessments.submit(worker, review.record_id)
    targets = form_records.open_form(worker, review.record_id).document["targets"]["rows"]
    assert [row["answers"]["target_state"]["value"] for row in targets] == [
        "done",
        "in_progress",
        "in_progress",
        "done",
    ]
    assert targets[0]["answers"]["target_child_words"]["value"].startswith("I want them to stop")


def _confirm_the_rest(desk: Desk, record_id: str) -> None:
    opened = form_records.open_form(desk, record_id)
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    sheet.confirm_all(sheet.unconfirmed(), by=desk.actor.id)
    changes = [AnswerChange(name, answer) for name, answer in sheet.document().items()]
    form_records.save_answers(desk, record_id, changes, leaving=True)
