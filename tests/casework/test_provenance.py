"""A PDF that somebody brings back: ours to the byte, or not, and who was given it."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from app.casework import children, form_copies, report_checking, report_export, reports
from app.casework.desk import Desk
from app.casework.form_copies import CopyFor
from app.casework.provenance import provenance
from app.core.errors import KnownError
from tests.casework.conftest import AddChild
from tests.casework.test_children import consultations
from tests.casework.test_reports import case, made


def saved(folder: Path, pdf: bytes, name: str = "brought.pdf") -> Path:
    file = folder / name
    file.write_bytes(pdf)
    return file


def test_a_report_is_told_from_its_drafts_and_from_what_was_made_of_it(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    of = case(desk, add_child)
    draft = made(desk, of)
    exported = tmp_path / "draft.pdf"
    report_export.export(desk, draft.id, exported, recipient="Fernbridge court", reason="")
    now = provenance(desk, exported)
    assert (now.verdict, now.report_id) == ("not_final", draft.id)
    assert now.copies == ("Passed on 23 November 2026 to Fernbridge court, by Ash Rivers.",)

    reports.make_final(desk, draft.id, "The hearing is tomorrow.")
    final = saved(tmp_path, reports.preview(desk, draft.id), "final.pdf")
    report_export.note_print(desk, draft.id, recipient="The solicitor", reason="")
    sealed = provenance(desk, final)
    assert sealed.verdict == "sealed"
    assert draft.reference in sealed.words
    assert "made final on 23 November 2026" in sealed.words
    assert sealed.copies == ("Printed on 23 November 2026 for The solicitor, by Ash Rivers.",)

    earlier = provenance(desk, exported)
    assert (earlier.verdict, earlier.report_id) == ("not_final", draft.id)
    assert "earlier draft" in earlier.words

    again = io.BytesIO()
    with pikepdf.open(final) as held:
        held.save(again)
    altered = provenance(desk, saved(tmp_path, again.getvalue()))
    assert (altered.verdict, altered.report_id) == ("altered", draft.id)
    assert draft.reference in altered.words
    assert altered.copies == ()
    assert provenance(desk, saved(tmp_path, final.read_bytes() + b"\n")).verdict == "added_to"

    report_checking.withdraw(desk, draft.id, "The wrong court.")
    withdrawn = provenance(desk, final)
    assert withdrawn.verdict == "not_standing"
    assert "withdrawn" in withdrawn.advice


def test_a_copy_of_a_form_is_known_by_the_history(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    of = case(desk, add_child)
    file = tmp_path / "form.pdf"
    form_copies.export(desk, of.assessment_id, file, CopyFor("Tal", own=True))
    told = provenance(desk, file)
    assert (told.verdict, told.report_id) == ("not_final", None)
    assert "to Tal, by Ash Rivers." in told.copies[0]


def test_whoever_looks_where_a_file_leads_is_in_the_history(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    of = case(desk, add_child)
    file = saved(tmp_path, reports.preview(desk, made(desk, of).id))
    children.leave_child(desk)
    assert consultations(desk, of.child_id) == []
    provenance(desk, file)
    assert len(consultations(desk, of.child_id)) == 1


@pytest.mark.parametrize("content", [b"", b"Dear court", b"%PDF-1.7\nnothing else"])
def test_what_is_no_file_of_ours_is_said_to_be_so(
    desk: Desk, tmp_path: Path, content: bytes
) -> None:
    file = saved(tmp_path, content)
    if content.startswith(b"%PDF-"):
        assert provenance(desk, file).verdict == "not_known"
    else:
        with pytest.raises(KnownError, match="no PDF"):
            provenance(desk, file)
    with pytest.raises(KnownError, match="can't be read"):
        provenance(desk, tmp_path / "gone.pdf")
