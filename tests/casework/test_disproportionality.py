"""Figures for the wider picture: read with their source, and in every pre-sentence report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.casework import (
    disproportionality,
    history,
    report_parts,
    report_validators,
    report_writing,
    reports,
    service_figures,
)
from app.casework.desk import Desk
from app.casework.keeping import ReasonMissing
from app.casework.problems import RecordGone
from app.core.errors import BugError
from app.models.records import ReportPassage
from app.reports.relative_rates import relative_rate
from tests.casework.conftest import AddChild
from tests.casework.test_reports import case, made, words
from tests.casework.test_service_figures import NORTHBRIDGE

FIGURES = """
source: Made up for the test
verified: false
welsh_reviewed_by: null
figures:
  - key: made_up
    area: {en: England and Wales, cy: Cymru a Lloegr}
    period_from: 2020-05-01
    period_to: 2020-05-31
    decision: remand_custody
    out_of: children_in_court
    source: A made-up table
    as_of: 2020-06-01
    groups: {white: {events: 100, total: 1000}, black: {events: 20, total: 100}}
"""
NOTHING = "source: Made up\nverified: false\nwelsh_reviewed_by: null\nfigures: []\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of national figures, with one entry that was made up."""
    path = tmp_path / disproportionality.FILE
    path.write_text(FIGURES, encoding="utf-8")
    monkeypatch.setattr(disproportionality, "resource_path", lambda *_parts: path)
    disproportionality.file.cache_clear()
    yield path
    disproportionality.file.cache_clear()


def part_of(desk: Desk, report_id: str) -> report_writing.PassageView:
    """The passage of the wider picture."""
    return next(
        one
        for one in report_writing.passages(desk, report_id)
        if one.text == disproportionality.PART
    )


def found(desk: Desk, report_id: str, check: str) -> list[report_validators.Finding]:
    return [one for one in report_validators.findings(desk, report_id) if one.check == check]


def test_nothing_is_held_without_its_source() -> None:
    held = disproportionality.file()
    assert "Open Government Licence" in held.source
    for one in held.figures:
        assert "table" in one.source
        assert one.period_to < one.as_of


def test_the_national_figures_are_those_of_the_source() -> None:
    """The index that the copy gives beside the counts is the one that is worked out of them."""
    given = {
        ("remand_custody", "black"): 1.9161644831587923,
        ("remand_custody", "mixed"): 1.8147161486179222,
        ("remand_custody", "asian"): 1.5082106360091436,
        ("remand_custody", "other"): 2.0937604270937604,
        ("custodial_sentence", "black"): 1.594010092078677,
        ("custodial_sentence", "mixed"): 1.179511677282378,
        ("custodial_sentence", "asian"): 1.3846244066926898,
        ("custodial_sentence", "other"): 1.4733068135454916,
    }
    told = {}
    for one in disproportionality.national():
        white = one.groups["white"]
        for code, count in one.groups.items():
            rate = relative_rate(count.events, count.total, white.events, white.total)
            if code != "white" and rate is not None:
                told[one.decision, code] = rate.value
    assert told == pytest.approx(given)


def test_a_report_says_that_no_figures_are_held(
    desk: Desk, add_child: AddChild, file: Path
) -> None:
    file.write_text(NOTHING, encoding="utf-8")
    text = words(reports.preview(desk, made(desk, case(desk, add_child)).id))
    assert "The wider picture" in text
    assert "No figures are held" in text
    assert "Relative rate" not in text


def test_a_report_gives_the_figures_that_are_held(
    desk: Desk, add_child: AddChild, file: Path
) -> None:
    text = words(reports.preview(desk, made(desk, case(desk, add_child)).id))
    for part in (
        "20 of 100",
        "2.00 (1.30 to 3.09)",
        "England and Wales, 1 May 2020 to 31 May 2020",
        "A made-up",
        "The record does not hold an ethnic group for Tal",
    ):
        assert part in text
    assert "No figures are held for the area of this service." in text
    (held,) = disproportionality.national()
    figures = held.in_words("cy")
    assert (figures.area, figures.groups[0].group) == ("Cymru a Lloegr", "Gwyn")
    assert figures.source_language == "en", "its name is read out in English in a Welsh report"


@pytest.mark.parametrize(
    ("ethnicity", "said"),
    [
        ("black_caribbean", "Its relative rate is 2.00 (1.30 to 3.09), from 20 of 100."),
        ("white_british", "The other groups are compared with it."),
        ("asian_indian", "do not tell of the group that Tal is recorded in: Asian"),
        ("not_stated", "Tal has not said an ethnic group, so none is named here."),
        ("", "The record does not hold an ethnic group for Tal"),
    ],
)
def test_the_group_that_the_child_is_recorded_in(
    desk: Desk, add_child: AddChild, file: Path, ethnicity: str, said: str
) -> None:
    of = case(desk, lambda **given: add_child(ethnicity=ethnicity, **given))
    assert said in words(reports.preview(desk, made(desk, of).id))


def test_the_services_own_figures_come_first_and_of_each_kind_the_newest(
    manager: Desk, add_child: AddChild, file: Path
) -> None:
    older = replace(
        NORTHBRIDGE,
        period_from=date(2024, 4, 1),
        period_to=date(2025, 3, 31),
        counts={"white": (11, 99), "black": (7, 21)},
    )
    service_figures.add(manager, NORTHBRIDGE)
    service_figures.add(manager, older)
    text = words(reports.preview(manager, made(manager, case(manager, add_child)).id))
    assert "No figures are held for" not in text
    assert text.index("Northbridge") < text.index("England and Wales,")
    assert "1 April 2025 to 31 March 2026" in text
    assert "7 of 21" not in text
    assert [view.in_reports for view in service_figures.held(manager).own] == [True, False]


def test_figures_that_are_corrected_later_are_pointed_out(
    manager: Desk, add_child: AddChild, file: Path
) -> None:
    id_ = service_figures.add(manager, NORTHBRIDGE)
    report = made(manager, case(manager, add_child))
    assert [fact.changed for fact in part_of(manager, report.id).facts] == [False, False]
    assert found(manager, report.id, "facts") == []
    corrected = replace(NORTHBRIDGE, counts={**NORTHBRIDGE.counts, "black": (9, 40)})
    service_figures.change(manager, id_, corrected)
    (finding,) = found(manager, report.id, "facts")
    assert "12 of 40" in finding.text
    assert "now Black, Black British, Caribbean or African: 9 of 40" in finding.text
    assert not finding.blocks
    reports.make_anew(manager, report.id)
    assert "12 of 40" in words(reports.preview(manager, report.id)), "until it is taken up"
    report_writing.take_up(manager, part_of(manager, report.id).id)
    assert found(manager, report.id, "facts") == []
    assert "9 of 40" in words(reports.preview(manager, report.id))


def test_figures_that_are_entered_or_taken_back_later_are_pointed_out_too(
    manager: Desk, add_child: AddChild, file: Path
) -> None:
    report = made(manager, case(manager, add_child))
    id_ = service_figures.add(manager, NORTHBRIDGE)
    (finding,) = found(manager, report.id, "facts")
    assert "nothing, now" in finding.text and "Northbridge" in finding.text
    report_writing.take_up(manager, part_of(manager, report.id).id)
    service_figures.take_back(manager, id_, "Counted twice")
    (finding,) = found(manager, report.id, "facts")
    assert finding.text.endswith("now nothing.")


def test_what_a_court_reads_alike_is_not_pointed_out(
    manager: Desk, add_child: AddChild, file: Path
) -> None:
    id_ = service_figures.add(manager, NORTHBRIDGE)
    report = made(manager, case(manager, add_child))
    service_figures.change(manager, id_, replace(NORTHBRIDGE, area_welsh="Pont y Gogledd"))
    assert found(manager, report.id, "facts") == []


def test_it_goes_with_a_reason_only_and_what_is_written_beside_it_stays(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    part = part_of(desk, report.id)
    assert part.made
    report_writing.add(desk, report.id, part.section, after=part.id, text="Tal was stopped often.")
    with pytest.raises(ReasonMissing):
        report_writing.remove(desk, part.id)
    report_writing.remove(desk, part.id, "The court has read it in another report")
    reasons = [entry.reason for entry in history.changes(desk, of.child_id).entries]
    assert "The court has read it in another report" in reasons
    text = words(reports.preview(desk, report.id))
    assert "The wider picture" not in text
    assert "Tal was stopped often." in text
    (lacking,) = report_parts.missing(desk, report.id)
    assert (lacking.section, lacking.why) == (
        "psr.child",
        "The court has read it in another report",
    )
    assert found(desk, report.id, "missing_parts") == []
    report_parts.put_back(desk, report.id, lacking.code)
    assert "The wider picture" in words(reports.preview(desk, report.id))
    with pytest.raises(RecordGone):
        report_parts.put_back(desk, report.id, lacking.code)


def test_its_words_can_be_changed_and_its_figures_stay_drawn(
    manager: Desk, add_child: AddChild, file: Path
) -> None:
    report = made(manager, case(manager, add_child))
    before = words(reports.preview(manager, report.id))
    part = part_of(manager, report.id)
    first = report_parts.write_out(manager, part.id)
    assert first.text.startswith("Every report of this kind")
    assert words(reports.preview(manager, report.id)) == before, "until somebody writes"
    report_writing.change_text(manager, first.id, "Figures of groups prove nothing of Tal.")
    id_ = service_figures.add(manager, NORTHBRIDGE)
    report_writing.take_up(manager, part.id)
    text = words(reports.preview(manager, report.id))
    assert text.index("The wider picture") < text.index("Figures of groups prove nothing")
    assert text.index("Figures of groups prove nothing") < text.index("12 of 40")
    assert text.index("12 of 40") < text.index("A rate of 2 means")
    assert text.count("The wider picture") == 1 and "Every report of this kind" not in text
    with pytest.raises(RecordGone):
        report_parts.write_out(manager, part.id)
    with pytest.raises(ReasonMissing):
        report_writing.remove(manager, part.id)
    service_figures.take_back(manager, id_, "Wrong year")
    assert found(manager, report.id, "facts") != []


def test_a_report_that_lost_it_for_no_reason_is_found_and_gets_it_back(
    desk: Desk, add_child: AddChild, file: Path
) -> None:
    report = made(desk, case(desk, add_child))
    assert found(desk, report.id, "missing_parts") == []
    part = part_of(desk, report.id)
    with desk.casebook.write() as work:
        work.remove(work.session.get_one(ReportPassage, part.id))
    (finding,) = found(desk, report.id, "missing_parts")
    assert finding.blocks and finding.put_back == disproportionality.PART
    assert finding.where == "Assessment of the child"
    with pytest.raises(report_validators.NotReady):
        reports.make_final(desk, report.id, "It can't wait")
    report_parts.put_back(desk, report.id, finding.put_back)
    assert found(desk, report.id, "missing_parts") == []
    assert "2.00 (1.30 to 3.09)" in words(reports.preview(desk, report.id))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("events: 20, total: 100", "events: 200, total: 100"),
        ("events: 20", "events: -1"),
        ("black:", "green:"),
        ("white:", "asian:"),
        ("    source: A made-up table\n", ""),
        ("period_to: 2020-05-31", "period_to: 2020-04-30"),
        ("decision: remand_custody", "decision: remanded"),
    ],
)
def test_figures_that_can_not_be_right_are_refused(file: Path, right: str, wrong: str) -> None:
    assert right in FIGURES
    file.write_text(FIGURES.replace(right, wrong), encoding="utf-8")
    with pytest.raises(BugError):
        disproportionality.national()
