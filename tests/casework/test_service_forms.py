"""A service brings in its own forms, and they are used like those of the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.casework import children, form_records, history, questionnaires, service_forms
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.casework.permission import NotAllowed
from app.core.clock import SystemClock
from app.forms.errors import FormError
from app.forms.intake import SpreadsheetRefused
from app.forms.kept import document_of
from app.forms.loader import FormLibrary
from app.forms.sheet import Sheet
from app.models.records import FormRecord, ServiceForm
from app.reports.form_print import FormCopy, form_copy
from tests.casework.conftest import Office
from tests.made_once import PASSPHRASE

FORMS = Path(__file__).parents[1] / "data" / "forms"
RIVER_DAY = FORMS / "river_day.md"
RIVER_DAY_2 = FORMS / "river_day_2.md"


def answer(value: object) -> dict[str, object]:
    return {"value": value, "language": "en", "by": "child", "how": "typed", "at": "2026-11-23"}


def titles(desk: Desk) -> list[str]:
    return [one.title for one in form_records.startable(desk)]


def child_of(desk: Desk) -> str:
    return children.add_child(desk, ChildDetails(given_name="Noor", family_name="Larkspur")).id


def counted(desk: Desk) -> int:
    with desk.casebook.read() as session:
        return session.scalar(select(func.count()).select_from(ServiceForm)) or 0


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The spreadsheet of the form with some of its words changed."""
    text = RIVER_DAY.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "changed.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_form_from_a_spreadsheet_is_offered_beside_those_of_the_program(
    staffed: Office, manager: Desk
) -> None:
    built_in = titles(manager)
    view = service_forms.add(manager, RIVER_DAY)
    assert view.title == "A day by the river" and view.added_by == "Rowan Okell"
    assert view.version_text == "Version 1" and view.offered and not view.problem
    assert titles(manager) == [*built_in, "A day by the river"]
    assert service_forms.listed(manager) == (view,)
    worker = staffed.as_user("Ash Rivers")
    assert titles(worker)[-1] == "A day by the river"
    assert history.verify(worker).ok


def test_a_mistake_in_it_adds_nothing(manager: Desk, tmp_path: Path) -> None:
    wrong = changed(tmp_path, ("${mood} != ''", "${mod} != ''"))
    before = manager.casebook.head().entries
    with pytest.raises(SpreadsheetRefused) as refused:
        service_forms.add(manager, wrong)
    assert refused.value.findings[0].startswith("Sheet survey, row 4")
    assert counted(manager) == 0 and manager.casebook.head().entries == before


@pytest.mark.parametrize("name", ["Ash Rivers", "Perry Lind"])
def test_only_a_manager_or_an_administrator_adds_forms(staffed: Office, name: str) -> None:
    desk = staffed.as_user(name)
    with pytest.raises(NotAllowed):
        service_forms.add(desk, RIVER_DAY)
    assert counted(desk) == 0
    kept = service_forms.add(staffed.as_user("Kit Sorrel"), RIVER_DAY)
    desk = staffed.as_user(name)
    with pytest.raises(NotAllowed):
        service_forms.stop_offering(desk, kept.id)
    assert service_forms.listed(desk)[0].in_use


@pytest.mark.parametrize("version", [1, 9])
def test_a_form_of_the_program_is_not_replaced(manager: Desk, tmp_path: Path, version: int) -> None:
    fake = changed(
        tmp_path, ("| river_day |", "| my_life_now |"), ("| 1       |", f"| {version} |")
    )
    with pytest.raises(SpreadsheetRefused) as refused:
        service_forms.add(manager, fake)
    assert any("is a form of the program" in each for each in refused.value.findings)
    assert counted(manager) == 0


def test_the_child_fills_it_in_and_a_sign_of_harm_reaches_the_worker(
    staffed: Office, manager: Desk
) -> None:
    service_forms.add(manager, RIVER_DAY)
    desk = staffed.as_user("Ash Rivers")
    handover = questionnaires.hand_over(desk, child_of(desk), "river_day")
    given = {"mood": "bad", "why": "The bridge was shut"}
    form_records.save_answers(
        desk, handover.record_id, [AnswerChange(at, answer(said)) for at, said in given.items()]
    )
    (prompt,) = questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    assert prompt.question == "How was today, Noor?"
    opened = form_records.open_form(desk, handover.record_id)
    assert opened.title == "A day by the river" and opened.state_text == "Given back"
    sheet = Sheet(opened.form, opened.document, clock=SystemClock(), context=opened.context)
    told = str(form_copy(sheet, FormCopy("WM-1", "Rivermouth", "Noor", desk.clock.today())))
    assert "The bridge was shut" in told and "How was today, Noor?" in told


def test_what_was_filled_in_keeps_the_version_it_was_begun_with(
    staffed: Office, manager: Desk
) -> None:
    service_forms.add(manager, RIVER_DAY)
    desk = staffed.as_user("Ash Rivers")
    noor, wren = child_of(desk), child_of(desk)
    given = questionnaires.hand_over(desk, noor, "river_day")
    form_records.save_answers(desk, given.record_id, [AnswerChange("mood", answer("good"))])
    questionnaires.give_back(desk, given.id, PASSPHRASE, finished=True)
    begun = questionnaires.hand_over(desk, wren, "river_day")
    form_records.save_answers(desk, begun.record_id, [AnswerChange("mood", answer("bad"))])
    questionnaires.give_back(desk, begun.id, PASSPHRASE, finished=False)

    manager = staffed.as_user("Rowan Okell")
    service_forms.add(manager, RIVER_DAY_2)
    there = [(view.version, view.offered) for view in service_forms.listed(manager)]
    assert there == [(2, True), (1, False)]
    assert titles(manager).count("A day by the river") == 1
    with pytest.raises(SpreadsheetRefused) as refused:
        service_forms.add(manager, RIVER_DAY)
    assert "higher version" in refused.value.findings[0]

    desk = staffed.as_user("Ash Rivers")
    for record_id, mood in ((given.record_id, "good"), (begun.record_id, "bad")):
        opened = form_records.open_form(desk, record_id)
        assert opened.form.version == 1 and opened.document["mood"]["value"] == mood
    again = questionnaires.hand_over(desk, wren, "river_day")
    assert again.record_id == begun.record_id, "what was begun is gone on with"
    new = questionnaires.hand_over(desk, noor, "river_day")
    fresh = form_records.open_form(desk, new.record_id)
    assert fresh.form.version == 2 and fresh.form.question("tomorrow").type == "text"


def test_one_that_is_no_longer_offered_still_reads(staffed: Office, manager: Desk) -> None:
    view = service_forms.add(manager, RIVER_DAY)
    child_id = child_of(manager)
    given = questionnaires.hand_over(manager, child_id, "river_day")
    questionnaires.give_back(manager, given.id, PASSPHRASE, finished=True)
    service_forms.stop_offering(manager, view.id)
    assert "A day by the river" not in titles(manager)
    assert not service_forms.listed(manager)[0].in_use
    desk = staffed.as_user("Ash Rivers")
    assert form_records.open_form(desk, given.record_id).form.version == 1
    assert form_records.list_forms(desk, child_id)[0].title == "A day by the river"
    manager = staffed.as_user("Rowan Okell")
    service_forms.offer_again(manager, view.id)
    assert titles(manager)[-1] == "A day by the river"


def test_one_that_came_unsound_from_another_laptop_is_named_and_holds_nothing_up(
    manager: Desk,
) -> None:
    form = FormLibrary.built_in().form("my_life_now")
    with manager.casebook.write() as work:
        work.add(
            ServiceForm(
                form_id="judging",
                form_version=1,
                kind="assessment",
                title="Judging",
                document={**document_of(form), "id": "judging", "kind": "assessment"},
            )
        )
    service_forms.add(manager, RIVER_DAY)
    assert titles(manager)[-1] == "A day by the river"
    unsound = next(view for view in service_forms.listed(manager) if view.form_id == "judging")
    assert unsound.problem and not unsound.offered


def test_a_record_whose_form_is_not_here_yet_holds_no_list_up(manager: Desk) -> None:
    child_id = child_of(manager)
    with manager.casebook.write() as work:
        work.add(
            FormRecord(
                child_id=child_id,
                form_id="elsewhere",
                form_version=3,
                kind="resettlement",
                title="Written elsewhere",
            )
        )
    (line,) = form_records.list_forms(manager, child_id)
    assert line.title == "Written elsewhere" and line.kind == "resettlement"
    with pytest.raises(FormError, match="Version 3"):
        form_records.open_form(manager, line.record_id)
