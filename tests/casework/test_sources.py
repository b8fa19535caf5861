"""Who said what about an answer: kept with it, carried forward, told on paper and in the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.casework import (
    assessments,
    demo,
    form_copies,
    form_records,
    history,
    psr_material,
    sources,
    stage_changes,
    stages,
)
from app.casework.assessments import SubmitRefused
from app.casework.desk import Desk
from app.casework.form_copies import CopyFor
from app.casework.form_records import AnswerChange
from app.core import i18n
from app.core.ids import new_id
from app.forms.errors import FormError
from app.forms.loader import form_from_yaml
from app.forms.sheet import Sheet
from app.forms.statements import STATEMENTS, Statement, path_of, statement_of
from tests.casework.conftest import AddChild

SCHOOL = Statement(
    id="",
    about="family_care",
    who="school",
    name="Ms Lind",
    when="2026-11-10",
    how="by_phone",
    checked=True,
    differs=True,
    words="Tired and late on days after staying at dad’s.",
)
NAN = Statement(
    id="", about="family_care", who="family", when="2026-11-18", words="It is quiet at mine."
)


@pytest.fixture
def record_id(desk: Desk, add_child: AddChild) -> str:
    """An assessment with every answer, not submitted yet."""
    opened = stages.start(desk, add_child().id, "before_sentence")
    demo.fill_in(desk, opened.record_id, demo.answers_of({"like": "assessment"}), by=desk.actor.id)
    return opened.record_id


def sheet_of(desk: Desk, record_id: str) -> Sheet:
    opened = form_records.open_form(desk, record_id)
    return Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)


def say(desk: Desk, record_id: str, *statements: Statement) -> list[Statement]:
    """Write statements down as the form view does; gives them with their ids."""
    sheet = sheet_of(desk, record_id)
    kept = [one if one.id else replace(one, id=new_id()) for one in statements]
    for one in kept:
        sheet.say(one, by=desk.actor.id)
    changes = [AnswerChange(path_of(one.id), sheet.json_at(path_of(one.id))) for one in kept]
    form_records.save_answers(desk, record_id, changes, leaving=True)
    return kept


def test_a_statement_is_kept_with_who_wrote_it_down_and_changed_part_by_part(
    desk: Desk, record_id: str
) -> None:
    (school,) = say(desk, record_id, SCHOOL)
    (kept,) = sheet_of(desk, record_id).statements("family_care")
    assert replace(kept, by="", at="") == school
    assert (kept.by, kept.at) == (desk.actor.id, "2026-11-23T09:30:00+00:00")
    row = sheet_of(desk, record_id).json_at(path_of(school.id))
    row["answers"]["words"]["by"] = "rowan"
    row["later"] = {"kept": True}
    form_records.save_answers(desk, record_id, [AnswerChange(path_of(school.id), row)])
    say(desk, record_id, replace(school, checked=False))
    row = sheet_of(desk, record_id).json_at(path_of(school.id))
    assert row["answers"]["words"]["by"] == "rowan" and row["later"] == {"kept": True}
    assert "checked" not in row["answers"]


def test_it_reads_as_one_line_in_both_languages() -> None:
    assert sources.line(SCHOOL) == (
        "School or college (Ms Lind), 10 November 2026, Said by phone or video "
        "(checked, says something else): Tired and late on days after staying at dad’s."
    )
    assert sources.line(NAN).endswith(": “It is quiet at mine.”")
    child = replace(NAN, who="child", name="")
    assert sources.line(child, child="Tal").startswith("Tal, 18 November 2026: “")
    i18n.set_language("cy")
    assert sources.line(NAN).startswith("Aelod arall o’r teulu, 18 Tachwedd 2026")


def test_the_list_of_sources_fills_itself_and_takes_nothing_away(
    desk: Desk, record_id: str
) -> None:
    sheet = sheet_of(desk, record_id)
    before = len(sheet.rows("information"))
    for one in (SCHOOL, NAN, replace(NAN, who="child"), replace(NAN, who="police", when="soon")):
        sheet.say(replace(one, id=new_id()), by="ash")
    effects = sources.fill_list(sheet, by="ash")
    rows = {sheet.value(f"information/{row}/source_kind"): row for row in sheet.rows("information")}
    assert len(sheet.rows("information")) == before + 2
    family, police = rows["other_family"], rows["police"]
    assert sheet.value(f"information/{family}/source_state") == "received"
    assert sheet.value(f"information/{family}/source_date") == "2026-11-18"
    assert sheet.value(f"information/{police}/source_date") is None
    assert "information" in effects.rows
    assert not sources.fill_list(sheet, by="ash")


def test_one_that_was_waited_for_is_received_by_what_it_said(desk: Desk, record_id: str) -> None:
    sheet = sheet_of(desk, record_id)
    row = next(
        row
        for row in sheet.rows("information")
        if sheet.value(f"information/{row}/source_kind") == "school"
    )
    sheet.set(f"information/{row}/source_state", "waiting", by="ash")
    sheet.set(f"information/{row}/source_date", "2026-11-01", by="ash")
    sheet.say(replace(SCHOOL, id=new_id()), by="ash")
    sources.fill_list(sheet, by="ash")
    assert sheet.value(f"information/{row}/source_state") == "received"
    assert sheet.value(f"information/{row}/source_date") == "2026-11-10"


def test_what_statements_name_is_among_the_sources_of_the_report(
    desk: Desk, record_id: str
) -> None:
    sheet = sheet_of(desk, record_id)
    sheet.say(replace(NAN, id=new_id()), by="ash")
    sources.fill_list(sheet, by="ash")
    received, _missing = psr_material._sources(sheet)
    assert ("Other family", date(2026, 11, 18)) in [(one.what, one.when) for one in received]


def test_harm_from_one_source_is_pointed_out_and_never_in_the_way(
    desk: Desk, record_id: str
) -> None:
    sheet = sheet_of(desk, record_id)
    assert [warning.path for warning in sources.warnings(sheet)] == ["safety_level"]
    assert "No source is named" in sources.warnings(sheet)[0].text
    sheet.say(replace(SCHOOL, id=new_id(), about="safety_concerns"), by="ash")
    sheet.say(replace(SCHOOL, id=new_id(), about="safety_level"), by="ash")
    assert "one source: School or college" in sources.warnings(sheet)[0].text
    sheet.say(replace(NAN, id=new_id(), about="safety_reasons"), by="ash")
    assert sources.warnings(sheet) == ()
    say(desk, record_id, replace(SCHOOL, about="safety_level"))
    assessments.submit(desk, record_id)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (replace(SCHOOL, who=""), "Say who said this, or remove the source."),
        (replace(SCHOOL, when="last week"), "Enter the day of what School or college (Ms Lind)"),
        (replace(SCHOOL, when="2027-01-01"), "Enter today’s date or an earlier one for what"),
    ],
)
def test_a_statement_that_is_not_finished_leads_to_its_question(
    desk: Desk, record_id: str, statement: Statement, said: str
) -> None:
    (kept,) = say(desk, record_id, statement)
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(desk, record_id)
    (problem,) = refused.value.problems
    assert problem.path == "family_care" and problem.text.startswith(said)
    assert sheet_of(desk, record_id).statements()[0].words == kept.words


def test_statements_go_on_to_the_next_stage_into_the_hash_and_onto_paper(
    desk: Desk, record_id: str, tmp_path: Path
) -> None:
    (school,) = say(desk, record_id, SCHOOL)
    done = assessments.submit(desk, record_id)
    opened = form_records.open_form(desk, record_id)
    without = {name: one for name, one in opened.document.items() if name != STATEMENTS}
    form = opened.form
    assert assessments.snapshot_hash(form.id, form.version, opened.document) == done.snapshot_hash
    assert assessments.snapshot_hash(form.id, form.version, without) != done.snapshot_hash
    file = tmp_path / "copy.pdf"
    form_copies.export(desk, record_id, file, CopyFor("Fernbridge Youth Court"))
    assert "Tired and late on days after staying" in text_of(file)
    later = stages.start(desk, opened.child_id, "start_of_order")
    (carried,) = sheet_of(desk, later.record_id).statements("family_care")
    assert carried.carried and carried.words == school.words
    assert path_of(school.id) not in sheet_of(desk, later.record_id).unconfirmed()
    say(desk, later.record_id, replace(NAN, about="family_care"))
    (compared,) = stage_changes.comparisons(desk, later.record_id)
    (added,) = [one for one in compared.differences if one.question.startswith("Who says so")]
    assert added.before == "" and "It is quiet at mine." in added.after
    assert added.who == "Ash Rivers"


def test_the_history_tells_of_a_statement_in_words(desk: Desk, record_id: str) -> None:
    (school,) = say(desk, record_id, SCHOOL)
    form_records.save_answers(desk, record_id, [AnswerChange(path_of(school.id), None)])
    form_records.save_answers(desk, record_id, [], leaving=True)
    child_id = form_records.open_form(desk, record_id).child_id
    page = history.changes(desk, child_id, record_id=record_id)
    told = [one for e in page.entries for one in e.fields if one.label == "Who says so"]
    assert told[0].before == sources.line(school) and told[0].after == ""
    assert told[1].after == sources.line(school)


def test_two_people_on_two_statements_keep_both(desk: Desk, record_id: str) -> None:
    say(desk, record_id, SCHOOL)
    say(desk, record_id, NAN)
    assert [one.who for one in sheet_of(desk, record_id).statements()] == ["school", "family"]


def test_no_form_may_ask_under_the_reserved_name() -> None:
    text = (
        "id: x\nversion: 1\nkind: assessment\ntitle: {en: X}\nlanguages: [en]\n"
        "default_language: en\nsurvey:\n  - {type: text, name: statements, label: {en: X}}\n"
    )
    with pytest.raises(FormError) as refused:
        form_from_yaml(text, file="x.yaml")
    assert "kept for what sources said" in refused.value.what


@pytest.mark.parametrize(
    "row", [{}, {"id": "a", "answers": {"who": "text", "words": {"rows": []}}}]
)
def test_a_row_that_is_no_statement_breaks_nothing(row: dict[str, Any]) -> None:
    assert statement_of(row).who == ""


def text_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())
