"""A report in plain words: begun from the record, written by its author, and given to the child."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.casework import (
    assessments,
    children,
    court,
    history,
    plain_words,
    report_checking,
    report_views,
    report_writing,
    reports,
)
from app.casework.desk import Desk
from app.casework.plain_words import PlainSection
from app.casework.report_views import ReportView
from app.core.errors import KnownError
from app.models.records import ReportPassage
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made, words
from tests.reports.archival_rules import faults_in
from tests.reports.reading import structure_of


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child, quote_agreed="yes")


@pytest.fixture
def report(desk: Desk, of: Case) -> ReportView:
    return made(desk, of)


def section(desk: Desk, report: ReportView, code: str, language: str = "en") -> PlainSection:
    found = plain_words.read(desk, report.id, language).section(code)
    assert found is not None
    return found


def test_a_section_begins_with_what_the_record_says_and_owns_up_to_the_rest(
    desk: Desk, report: ReportView
) -> None:
    found = section(desk, report, "psr.offence")
    assert found.heading == "What happened"
    assert "You are in court for this: theft of a pedal cycle." in found.sentences
    assert "You said that you did it." in found.sentences
    assert found.needs_words
    assert not set(found.court_words) & set(found.sentences)


def test_what_the_author_writes_takes_its_place_in_each_language_by_itself(
    desk: Desk, report: ReportView
) -> None:
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.\n\nIt was not yours.")
    found = section(desk, report, "psr.offence")
    assert found.sentences == ("You took a bike.", "It was not yours.")
    assert not found.needs_words
    assert section(desk, report, "psr.offence", "cy").needs_words
    plain_words.write(desk, report.id, "psr.offence", "en", " ")
    assert section(desk, report, "psr.offence").needs_words, "it begins from the record again"


def test_plain_words_are_no_part_of_the_pages_and_take_no_check_away(
    desk: Desk, report: ReportView
) -> None:
    pages = reports.preview(desk, report.id)
    before = report_writing.passages(desk, report.id)
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.")
    assert reports.preview(desk, report.id) == pages
    assert report_writing.passages(desk, report.id) == before
    reports.make_final(desk, report.id, "The hearing is today")
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike. It was red.")
    assert report_views.open_report(desk, report.id).state == "final"
    report_checking.withdraw(desk, report.id, "Two pages were of another case")
    with pytest.raises(KnownError, match="no longer stands"):
        plain_words.write(desk, report.id, "psr.offence", "en", "You took a car.")


def test_plain_words_that_the_report_has_passed_by_are_pointed_out(
    desk: Desk, of: Case, report: ReportView
) -> None:
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.")
    assert not section(desk, report, "psr.offence").passed_by
    passage = next(
        one
        for one in report_writing.passages(desk, report.id)
        if (one.section, one.kind) == ("psr.offence", "paragraph")
    )
    report_writing.change_text(desk, passage.id, "Another thing.")
    assert section(desk, report, "psr.offence").passed_by
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.")
    assert not section(desk, report, "psr.offence").passed_by
    (offence,) = court.list_offences(desk, of.child_id)
    court.change_offence(desk, offence.id, replace(offence.details, offence_date=date(2026, 9, 4)))
    assert section(desk, report, "psr.offence").passed_by, "the record says another day"


def test_plain_words_are_there_while_the_assessment_is_with_its_author_again(
    desk: Desk, of: Case, report: ReportView
) -> None:
    plain_words.write(desk, report.id, "psr.risk", "en", "We worry a bit.")
    assessments.recall(desk, of.assessment_id)
    assert section(desk, report, "psr.risk").sentences == ("We worry a bit.",)
    assert not section(desk, report, "psr.risk").passed_by
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.")
    assert section(desk, report, "psr.offence").sentences == ("You took a bike.",)


def test_what_two_laptops_wrote_of_one_section_is_all_there_until_it_is_written_again(
    desk: Desk, of: Case, report: ReportView
) -> None:
    for text in ("You took a bike.", "It was not yours."):
        with desk.casebook.write() as work:
            work.add(
                ReportPassage(
                    child_id=of.child_id,
                    report_id=report.id,
                    section="psr.offence",
                    kind=report_writing.PLAIN,
                    language="en",
                    text=text,
                )
            )
    assert section(desk, report, "psr.offence").sentences == (
        "You took a bike.", "It was not yours.",
    )  # fmt: skip
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike that was not yours.")
    assert len(section(desk, report, "psr.offence").sentences) == 1


def test_it_is_read_in_the_childs_own_language(desk: Desk, of: Case, report: ReportView) -> None:
    details = children.open_child(desk, of.child_id).details
    children.change_details(desk, of.child_id, replace(details, preferred_language="cy"))
    found = plain_words.read(desk, report.id)
    assert (found.language, found.own_language) == ("cy", "en")
    risk = found.section("psr.conclusion")
    assert risk is not None
    assert "Rhaid i’r llys feddwl am yr hyn sy’n dda i ti." in risk.sentences


def test_hard_words_are_remarked_and_what_was_said_is_left_alone() -> None:
    easy = plain_words.reading("You took a bike. It was not yours. A man was sad. " * 2, "en")
    assert easy.remarks == ()
    hard = "Notwithstanding the proportionality of interventions, alternatives necessitate review "
    found = plain_words.reading(f"{hard * 3}.", "en")
    assert found.reading_age is not None
    assert found.reading_age > 9
    assert len(found.remarks) == 2
    assert plain_words.reading(f"“{hard * 3}.”", "en").remarks == ()
    assert plain_words.reading("Mae hyn yn hir. " * 9, "cy").reading_age is None
    assert len(plain_words.reading(f"{'gair ' * 20}.", "cy").remarks) == 1


def test_the_childs_copy_says_what_was_said_and_that_there_is_more(
    desk: Desk, of: Case, report: ReportView, tmp_path: Path
) -> None:
    plain_words.write(desk, report.id, "psr.offence", "en", "You took a bike.")
    file = tmp_path / "copy.pdf"
    plain_words.export_copy(desk, report.id, file, recipient="Wren", reason="To keep")
    pdf = file.read_bytes()
    text = words(pdf)
    assert "You took a bike." in text
    assert "The report says more here. Ask your worker to tell you." in text
    assert "The report is not finished." in text
    assert "SHA-256" not in text
    assert "SHA-256" in words(reports.preview(desk, report.id)), "the court's paper can be compared"
    assert faults_in(pdf) == []
    headings = [node.text().strip() for node in structure_of(pdf).below("H2")]
    assert "2 What happened" in headings
    newest = history.changes(desk, of.child_id, limit=1)
    assert "Wren" in f"{newest}"
    reports.make_final(desk, report.id, "The hearing is today")
    text = words(plain_words.copy_pages(desk, report.id))
    assert "The report is not finished." not in text
    assert "Your worker can add to the report." in text
    with pytest.raises(KnownError, match="Say who gets"):
        plain_words.export_copy(desk, report.id, tmp_path / "x.pdf", recipient=" ")
