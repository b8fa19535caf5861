"""A copy of a form on paper: for whom it is decides what of a child's answers it holds.

The people are invented.
"""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from app.casework import demo, form_copies, form_records, history, questionnaires
from app.casework.desk import Desk
from app.casework.disclosure import FileIsThere
from app.casework.form_copies import CopyFor
from app.casework.permission import NotAllowed
from app.core import i18n
from app.core.errors import KnownError
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE

COURT = CopyFor("Fernbridge Youth Court", "Asked for it")
TAL = CopyFor("Tal", own=True)


def words(file: Path) -> str:
    """The text of the pages, spaces made single."""
    document = pypdfium2.PdfDocument(file)
    try:
        text = " ".join(
            document[page].get_textpage().get_text_bounded() for page in range(len(document))
        )
    finally:
        document.close()
    return " ".join(text.split())


@pytest.fixture
def assessment(desk: Desk, add_child: AddChild) -> str:
    """An assessment of Tal's that has just been begun."""
    record_id = form_records.start(desk, add_child().id, "assessment").record_id
    demo.fill_in(desk, record_id, {"home_good": "His own room"}, by=desk.actor.id)
    return record_id


@pytest.fixture
def questionnaire(desk: Desk, add_child: AddChild) -> str:
    """Tal's own answers: the court may be told one of them in these words, not the other."""
    handover = questionnaires.hand_over(desk, add_child().id, "my_life_now")
    answers = {"good_at": "Fixing bikes.", "what_happened": "I feel bad.", "safe_at_home": "a_lot"}
    quote = frozenset({"what_happened"})
    demo.fill_in(desk, handover.record_id, answers, by="child", quote=quote)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    return handover.record_id


def test_a_copy_is_whole_or_not_there_and_is_disclosed_by_name(
    desk: Desk, assessment: str, tmp_path: Path
) -> None:
    name = form_copies.file_name(desk, assessment)
    assert name.startswith("WM-2026-") and "Tal" not in name
    file = tmp_path / name
    with pytest.raises(KnownError, match="who gets"):
        form_copies.export(desk, assessment, file, CopyFor(" "))
    done = form_copies.export(desk, assessment, file, COURT)
    told = words(file)
    assert "His own room" in told and "This form is not finished." in told
    assert "State Draft" in told
    assert done.size == file.stat().st_size
    with pytest.raises(FileIsThere):
        form_copies.export(desk, assessment, file, COURT)
    form_copies.export(desk, assessment, file, COURT, overwrite=True)
    child_id = form_records.open_form(desk, assessment).child_id
    given = [e for e in history.changes(desk, child_id).entries if e.kind == "disclosure"]
    assert len(given) == 2
    assert "Fernbridge Youth Court" in given[0].what and given[0].reason == "Asked for it"


def test_a_place_that_cannot_be_written_leaves_no_file_and_no_entry(
    desk: Desk, assessment: str, tmp_path: Path
) -> None:
    with pytest.raises(KnownError):
        form_copies.export(desk, assessment, tmp_path / "no folder" / "x.pdf", COURT)
    child_id = form_records.open_form(desk, assessment).child_id
    assert "disclosure" not in [e.kind for e in history.changes(desk, child_id).entries]


def test_for_others_a_copy_holds_only_what_the_child_said_yes_to(
    desk: Desk, questionnaire: str, tmp_path: Path
) -> None:
    form_copies.export(desk, questionnaire, tmp_path / "court.pdf", COURT)
    told = words(tmp_path / "court.pdf")
    assert "I feel bad." in told
    assert "Fixing bikes." not in told and "What are you good at?" not in told
    assert "A lot" not in told
    assert "Some answers are not in this copy" in told


def test_the_childs_own_copy_holds_all_that_was_answered_and_no_marking(
    desk: Desk, questionnaire: str, tmp_path: Path
) -> None:
    form_copies.export(desk, questionnaire, tmp_path / "own.pdf", TAL)
    told = words(tmp_path / "own.pdf")
    for said in ("I feel bad.", "Fixing bikes.", "A lot"):
        assert said in told
    for absent in ("Not answered", "not in this copy", "Official"):
        assert absent not in told


@pytest.mark.parametrize("name", ["Perry Lind", "Kit Sorrel"])
def test_who_may_not_read_a_childs_answers_or_pass_anything_on_gets_no_copy(
    staffed: Office, questionnaire: str, tmp_path: Path, name: str
) -> None:
    desk = staffed.as_user(name)
    with pytest.raises(NotAllowed):
        form_copies.export(desk, questionnaire, tmp_path / "x.pdf", TAL)
    assert list(tmp_path.glob("*.pdf*")) == []


def test_welsh_that_nobody_reviewed_stays_out_of_what_is_finished(
    desk: Desk, questionnaire: str, tmp_path: Path
) -> None:
    i18n.set_language("cy")
    form_copies.export(desk, questionnaire, tmp_path / "own.pdf", TAL)
    i18n.set_language("en")
    assert "What are you good at?" in words(tmp_path / "own.pdf")
