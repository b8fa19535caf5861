"""A report between laptops, with a real server: two write in it, one checks it, one makes it final.

Nothing that anybody wrote is lost, and a report that is final stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.casework import (
    children,
    history,
    provenance,
    report_checking,
    report_export,
    report_writing,
    reports,
    sync_conflicts,
    sync_deeds,
    syncing,
)
from app.casework.children import ChildDetails, ChildView
from app.casework.desk import Desk
from app.casework.report_views import ReportView
from app.casework.report_writing import PassageLocked, PassageView
from app.casework.reports import RecordChanged
from app.core.clock import FixedClock
from app.models.records import Report
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_reports import case, made, words

URGENT = "The hearing is today"
OFFENCE = "psr.offence"
CONCLUSION = "psr.conclusion"


@pytest.fixture
def ash(new_desk: NewDesk) -> Desk:
    """The author."""
    return new_desk("Ash Rivers")


@pytest.fixture
def robin(new_desk: NewDesk) -> Desk:
    """A colleague who writes in it too."""
    return new_desk("Robin Calder")


@pytest.fixture
def rowan(new_desk: NewDesk) -> Desk:
    """A manager."""
    return new_desk("Rowan Okell", "manager")


def drafted(ash: Desk, *others: Desk) -> ReportView:
    """A draft that stands on every laptop."""

    def add_child(**_said: object) -> ChildView:
        return children.add_child(
            ash,
            ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3)),
        )

    report = made(ash, case(ash, add_child))
    for other in others:
        sync_deeds.choose(other, report.child_id, True)
    quiet(ash, *others)
    return report


def paragraph(desk: Desk, report: ReportView, section: str) -> PassageView:
    return next(
        one
        for one in report_writing.passages(desk, report.id)
        if one.section == section and one.kind == "paragraph"
    )


def write(desk: Desk, report: ReportView, section: str, text: str) -> None:
    report_writing.change_text(desk, paragraph(desk, report, section).id, text)


def pages(desk: Desk, report: ReportView) -> str:
    return words(reports.preview(desk, report.id))


def held(desk: Desk, report: ReportView) -> Report:
    with desk.casebook.read() as session:
        found = session.get_one(Report, report.id)
        assert found.pdf is not None
        return found


def make_final(desk: Desk, report: ReportView) -> ReportView:
    try:
        return reports.make_final(desk, report.id, URGENT)
    except RecordChanged:
        return reports.make_final(desk, report.id, URGENT)


def settled(*desks: Desk) -> None:
    """Nothing waits, and every log is whole."""
    for desk in desks:
        assert [one.label for one in sync_conflicts.conflicts(desk)] == []
        assert syncing.overview(desk).refused == () and syncing.overview(desk).aside == ()
        assert history.verify(desk).ok


def nothing(_desk: Desk, _report: ReportView) -> None:
    """Nothing is looked at."""


def look(desk: Desk, report: ReportView) -> None:
    reports.preview(desk, report.id)


@pytest.mark.parametrize("then", [nothing, look], ids=["unseen", "each saw the pages"])
def test_two_people_write_different_passages_offline_and_both_arrive(
    ash: Desk, robin: Desk, then: Callable[[Desk, ReportView], None]
) -> None:
    report = drafted(ash, robin)
    write(ash, report, OFFENCE, "Tal took the bicycle on the way home.")
    then(ash, report)
    write(robin, report, CONCLUSION, "A referral order would keep Tal in school.")
    report_writing.add(robin, report.id, CONCLUSION, text="The panel meets on Tuesdays.")
    then(robin, report)
    quiet(ash, robin)
    settled(ash, robin)
    for desk in (ash, robin):
        text = pages(desk, report)
        assert "Tal took the bicycle on the way home." in text
        assert "A referral order would keep Tal in school." in text
        assert "The panel meets on Tuesdays." in text
        writers = report_writing.writers_of(held(desk, report))
        assert {ash.actor.id, robin.actor.id} <= set(writers), "neither of them may check it"
    quiet(ash, robin)
    settled(ash, robin)


def test_one_passage_that_two_people_wrote_is_one_decision_with_both_texts(
    ash: Desk, robin: Desk
) -> None:
    report = drafted(ash, robin)
    before = paragraph(ash, report, OFFENCE).text
    write(ash, report, OFFENCE, "Tal took the bicycle.")
    write(robin, report, OFFENCE, "Tal borrowed the bicycle and was seen.")
    look(ash, report)
    look(robin, report)
    quiet(ash, robin)
    for desk in (ash, robin):
        (one,) = sync_conflicts.conflicts(desk)
        assert one.base.text == before
        assert {side.who: side.text for side in (one.mine, one.theirs)} == {
            "Ash Rivers": "Tal took the bicycle.",
            "Robin Calder": "Tal borrowed the bicycle and was seen.",
        }
        assert one.new_answer is not None
    together = "Tal took the bicycle, meaning to bring it back, and was seen."
    sync_conflicts.answer_anew(robin, one.id, together, "We rang each other.")
    quiet(robin, ash)
    settled(ash, robin)
    for desk in (ash, robin):
        assert paragraph(desk, report, OFFENCE).text == together
        assert together in pages(desk, report)


def passed_on(desk: Desk, report: ReportView) -> list[tuple[str, str, str]]:
    """What the history tells of copies: what, who, and why."""
    told = history.changes(desk, report.child_id).entries
    return [
        (one.what, one.who, one.reason or "".join(field.after for field in one.fields))
        for one in told
        if one.what.startswith(("Passed on", "Printed"))
    ]


def test_comments_and_the_check_the_final_report_and_who_got_it_travel(
    ash: Desk, robin: Desk, rowan: Desk, clock: FixedClock, tmp_path: Path
) -> None:
    report = drafted(ash, robin, rowan)
    report_checking.ask(ash, report.id)
    quiet(ash, rowan, robin)
    (waits,) = report_checking.to_check(rowan)
    assert (waits.report_id, waits.author) == (report.id, "Ash Rivers")
    passage = paragraph(rowan, report, OFFENCE)
    report_checking.comment(rowan, report.id, "Say who told you.", passage.id)
    report_checking.comment(robin, report.id, "And when.", passage.id)
    quiet(rowan, robin, ash)
    seen = report_checking.checking(ash, report.id)
    assert {(one.who, one.text) for one in seen.comments} == {
        ("Rowan Okell", "Say who told you."),
        ("Robin Calder", "And when."),
    }
    write(ash, report, OFFENCE, "Tal’s mother told me on Monday.")
    for comment in seen.comments:
        report_checking.deal_with(ash, comment.id, "Done.")
    report_checking.note_read_back(ash, report.id, OFFENCE, "child", answer="agree", comment="Yes.")
    quiet(ash, rowan)
    assert report_checking.checking(rowan, report.id).open_comments == 0
    report_checking.find_fit(rowan, report.id)
    quiet(rowan, ash, robin)
    seen = report_checking.checking(ash, report.id)
    assert seen.checked_by == "Rowan Okell" and seen.read_back[0].comment == "Yes."
    final = make_final(ash, report)
    quiet(ash, rowan, robin)
    settled(ash, rowan, robin)
    for desk in (ash, rowan, robin):
        there = held(desk, report)
        assert (there.state, there.content_hash) == ("final", final.content_hash)
        assert there.pdf == held(ash, report).pdf
        assert "Tal’s mother told me on Monday." in pages(desk, report)
        assert "Rowan Okell" in pages(desk, report)

    file = tmp_path / "report.pdf"
    report_export.export(
        ash, report.id, file, recipient="Fernbridge court", reason="For the hearing"
    )
    clock.advance(timedelta(minutes=5))
    report_export.note_print(robin, report.id, recipient="Tal", reason="")
    quiet(ash, robin, rowan)
    settled(ash, rowan, robin)
    for desk in (ash, rowan, robin):
        assert sorted(passed_on(desk, report)) == [
            ("Passed on: Report, to Fernbridge court", "Ash Rivers", "For the hearing"),
            ("Printed: Report, to Tal", "Robin Calder", ""),
        ], "once on each laptop, whoever did it"
        found = provenance.provenance(desk, file)
        assert found.verdict == "sealed"
        assert found.copies == (
            "Passed on 23 November 2026 to Fernbridge court, by Ash Rivers.",
            "Printed on 23 November 2026 for Tal, by Robin Calder.",
        )


def test_a_check_does_not_stand_for_words_that_the_checker_never_read(
    ash: Desk, robin: Desk, rowan: Desk, clock: FixedClock
) -> None:
    report = drafted(ash, robin, rowan)
    report_checking.ask(ash, report.id)
    quiet(ash, rowan)
    clock.advance(timedelta(minutes=5))
    report_checking.find_fit(rowan, report.id)
    write(robin, report, OFFENCE, "Nobody but me has read this.")
    for first, second in ((rowan, robin), (robin, rowan)):
        quiet(first, second, ash)
    settled(ash, robin, rowan)
    for desk in (ash, robin, rowan):
        seen = report_checking.checking(desk, report.id)
        assert seen.checked_by == "", "what was found fit is not what it says now"
    (waits,) = report_checking.to_check(rowan)
    assert waits.report_id == report.id
    report_checking.find_fit(rowan, report.id)
    quiet(rowan, ash)
    assert report_checking.checking(ash, report.id).checked_by == "Rowan Okell"


@pytest.mark.parametrize(
    ("order", "then"), [("the final first", nothing), ("the late words first", look)]
)
def test_words_written_while_another_laptop_makes_it_final_are_kept_and_the_final_is_unchanged(
    ash: Desk, robin: Desk, then: Callable[[Desk, ReportView], None], order: str
) -> None:
    report = drafted(ash, robin)
    write(ash, report, OFFENCE, "Tal took the bicycle.")
    final = make_final(ash, report)
    sealed = held(ash, report)
    write(robin, report, OFFENCE, "Tal borrowed the bicycle.")
    write(robin, report, CONCLUSION, "A referral order would keep Tal in school.")
    report_writing.add(robin, report.id, CONCLUSION, text="The panel meets on Tuesdays.")
    then(robin, report)
    quiet(*((ash, robin) if order == "the final first" else (robin, ash)))
    for desk in (ash, robin):
        there = held(desk, report)
        assert (there.state, there.content_hash) == ("final", final.content_hash)
        assert (there.pdf, there.content) == (sealed.pdf, sealed.content)
        assert there.finalised_by == ash.actor.id
        assert "Tal took the bicycle." in pages(desk, report)
        assert "The panel meets" not in pages(desk, report)
        late = {one.text: one.who for one in report_writing.late_words(desk, report.id)}
        assert late["A referral order would keep Tal in school."] == "Robin Calder"
        assert late["The panel meets on Tuesdays."] == "Robin Calder"
        (one,) = sync_conflicts.conflicts(desk)
        assert {one.mine.text, one.theirs.text} == {
            "Tal took the bicycle.",
            "Tal borrowed the bicycle.",
        }
        with pytest.raises(PassageLocked):
            write(desk, report, CONCLUSION, "Later still.")
        assert history.verify(desk).ok
    sync_conflicts.keep_theirs(ash, one.id)
    quiet(ash, robin)
    settled(ash, robin)
    for desk in (ash, robin):
        assert held(desk, report).content == sealed.content


def test_a_report_that_two_people_made_final_is_the_first_and_the_other_is_kept(
    ash: Desk, robin: Desk
) -> None:
    report = drafted(ash, robin)
    write(ash, report, OFFENCE, "Tal took the bicycle.")
    final = make_final(ash, report)
    sealed = held(ash, report)
    write(robin, report, CONCLUSION, "A referral order would keep Tal in school.")
    make_final(robin, report)
    other = held(robin, report)
    quiet(ash, robin)
    for desk in (ash, robin):
        there = held(desk, report)
        assert (there.content_hash, there.finalised_by) == (final.content_hash, ash.actor.id)
        assert (there.pdf, there.content) == (sealed.pdf, sealed.content)
        (late,) = report_writing.late_words(desk, report.id)
        assert (late.text, late.who) == (
            "A referral order would keep Tal in school.",
            "Robin Calder",
        )
        (one,) = sync_conflicts.conflicts(desk)
        assert (one.label, one.closed) == ("The final pages", True)
        assert {other.pdf_hash in side.text for side in (one.mine, one.theirs)} == {True, False}
        assert history.verify(desk).ok
    (sync_conflicts.keep_mine if one.mine.counts else sync_conflicts.keep_theirs)(ash, one.id)
    quiet(ash, robin)
    settled(ash, robin)
