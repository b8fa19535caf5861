"""What became of a final report: replaced, withdrawn, added to; and who was given a copy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.casework import (
    children,
    report_checking,
    report_export,
    report_standing,
    report_views,
    reports,
)
from app.casework.desk import Desk
from app.casework.disclosure import FileIsThere
from app.casework.keeping import ReasonMissing
from app.casework.problems import RecordGone
from app.casework.report_views import ReportView
from app.core import i18n
from app.core.clock import FixedClock
from app.core.errors import KnownError
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made, words


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child)


def final(desk: Desk, of: Case) -> ReportView:
    report = made(desk, of)
    reports.preview(desk, report.id)
    return reports.make_final(desk, report.id, "The hearing is today")


def test_a_newer_report_takes_the_place_of_an_older_one_which_stays_as_it_was(
    desk: Desk, of: Case, clock: FixedClock
) -> None:
    old = final(desk, of)
    assert report_standing.standing(desk, old.id).newer == ()
    clock.advance(timedelta(days=2))
    new = final(desk, of)
    pages = reports.preview(desk, old.id)
    (named,) = report_standing.standing(desk, old.id).newer
    assert named.report_id == new.id and new.reference in named.words
    assert report_standing.standing(desk, new.id).newer == (), "an older one is no newer one"
    with pytest.raises(ReasonMissing):
        report_checking.supersede(desk, old.id, " ", new.id)
    report_checking.supersede(desk, old.id, "The plea changed on the day.", new.id)
    found = report_standing.standing(desk, old.id)
    assert (found.state, found.who, found.why) == (
        "superseded", desk.actor.name, "The plea changed on the day.",
    )  # fmt: skip
    assert found.since == clock.now()
    assert found.replaced_by is not None and found.replaced_by.report_id == new.id
    assert [one.report_id for one in report_standing.standing(desk, new.id).replaces] == [old.id]
    assert reports.preview(desk, old.id) == pages
    assert report_views.open_report(desk, old.id).state_text == "Replaced by a newer report"
    with pytest.raises(KnownError):
        report_checking.supersede(desk, old.id, "Again", new.id)


def test_only_a_final_report_on_the_same_child_can_take_its_place(
    desk: Desk, add_child: AddChild, of: Case
) -> None:
    old, draft = final(desk, of), made(desk, of)
    other = final(desk, case(desk, add_child))
    for by in (old.id, draft.id, other.id):
        with pytest.raises(RecordGone):
            report_checking.supersede(desk, old.id, "Wrong", by)
    assert report_views.open_report(desk, old.id).state == "final"


def test_a_withdrawn_report_says_since_when_who_and_why_and_what_adds_to_it(
    desk: Desk, of: Case
) -> None:
    old = final(desk, of)
    added = reports.create_addendum(desk, old.id)
    assert [one.report_id for one in report_standing.standing(desk, old.id).addenda] == [added.id]
    adds_to = report_standing.standing(desk, added.id).adds_to
    assert adds_to is not None and adds_to.report_id == old.id
    report_checking.withdraw(desk, old.id, "Two pages were of another case")
    found = report_standing.standing(desk, old.id)
    assert (found.state, found.why) == ("withdrawn", "Two pages were of another case")
    assert found.since is not None and found.replaced_by is None


def test_who_was_given_a_copy_is_read_and_put_on_paper(
    desk: Desk, of: Case, tmp_path: Path, clock: FixedClock
) -> None:
    draft = made(desk, of)
    assert report_standing.copies(desk, draft.id) == ()
    assert "No copy of this report was given" in words(report_standing.copies_pages(desk, draft.id))
    report_export.export(desk, draft.id, tmp_path / "draft.pdf", recipient="Tal", reason="To read")
    clock.advance(timedelta(hours=1))
    reports.preview(desk, draft.id)
    reports.make_final(desk, draft.id, "The hearing is today")
    report_export.export(
        desk, draft.id, tmp_path / "final.pdf", recipient="The youth court", reason="The hearing"
    )
    clock.advance(timedelta(hours=1))
    report_export.note_print(desk, draft.id, recipient="The solicitor", reason="")
    told = [
        (one.to, one.how, one.why, report_standing.which_words(one), one.who)
        for one in report_standing.copies(desk, draft.id)
    ]
    name = desk.actor.name
    assert told == [
        ("The solicitor", "Printed", "", "These pages", name),
        ("The youth court", "Exported as a file", "The hearing", "These pages", name),
        ("Tal", "Exported as a file", "To read", "Other pages (Draft)", name),
    ]
    text = words(report_standing.copies_pages(desk, draft.id))
    for part in ("Who was given a copy", "The youth court", "The solicitor", "To read", "Final"):
        assert part in text
    i18n.set_language("cy")
    assert "Pwy gafodd gopi" in words(report_standing.copies_pages(desk, draft.id))


def test_that_the_list_itself_was_passed_on_is_in_it(desk: Desk, of: Case, tmp_path: Path) -> None:
    report = final(desk, of)
    file = tmp_path / "copies.pdf"
    with pytest.raises(KnownError):
        report_standing.export_copies(desk, report.id, file, recipient=" ", reason="")
    assert not file.exists()
    report_standing.export_copies(desk, report.id, file, recipient="The auditor", reason="Audit")
    assert "No copy of this report" in words(file.read_bytes())
    with pytest.raises(FileIsThere):
        report_standing.export_copies(desk, report.id, file, recipient="The auditor", reason="")
    assert report_standing.print_copies(desk, report.id, "The manager")
    told = [(one.to, one.sealed) for one in report_standing.copies(desk, report.id)]
    assert told == [("The manager", False), ("The auditor", False)]


def test_nothing_of_another_report_is_in_the_list(
    desk: Desk, add_child: AddChild, of: Case, tmp_path: Path
) -> None:
    one, other = final(desk, of), final(desk, of)
    report_export.note_print(desk, other.id, recipient="The solicitor", reason="")
    children.open_child(desk, of.child_id)
    assert report_standing.copies(desk, one.id) == ()
