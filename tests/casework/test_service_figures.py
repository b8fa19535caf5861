"""The service's own figures: entered, checked, corrected, taken back, and what they look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.casework import disproportionality, service_figures
from app.casework.desk import Desk, NotAllowed
from app.casework.keeping import ReasonMissing
from app.casework.problems import DetailsRefused, RecordGone
from app.casework.service_figures import FigureDetails, TableUnread, read_table
from app.core import i18n
from app.models.queries import history
from app.models.records import DecisionFigures
from tests.casework.conftest import Office

NORTHBRIDGE = FigureDetails(
    decision="remand_custody",
    out_of="remand_decisions",
    area="Northbridge",
    period_from=date(2025, 4, 1),
    period_to=date(2026, 3, 31),
    source_publisher="Northbridge Youth Justice Service",
    source_name="Annual report, table 4",
    source_date=date(2026, 6, 30),
    counts={"white": (20, 200), "black": (12, 40), "mixed": (8, 60), "not_stated": (0, 0)},
)


def refused(desk: Desk, given: FigureDetails) -> dict[str, str]:
    """What is said of details that can't be kept, by field."""
    with pytest.raises(DetailsRefused) as error:
        service_figures.add(desk, given)
    return {problem.field: problem.text for problem in error.value.problems}


def test_figures_are_entered_corrected_and_taken_back(manager: Desk) -> None:
    id_ = service_figures.add(manager, NORTHBRIDGE)
    (view,) = service_figures.held(manager).own
    assert view.details == NORTHBRIDGE
    assert (view.id, view.in_reports, view.entered_by) == (id_, True, "Rowan Okell")
    service_figures.change(manager, id_, replace(NORTHBRIDGE, area="  The Bridges "))
    assert service_figures.details(manager, id_).area == "The Bridges"
    with pytest.raises(ReasonMissing):
        service_figures.take_back(manager, id_, " ")
    service_figures.take_back(manager, id_, "Counted twice")
    assert service_figures.held(manager).own == ()
    with pytest.raises(RecordGone):
        service_figures.details(manager, id_)
    service_figures.put_back(manager, id_)
    assert len(service_figures.held(manager).own) == 1
    with manager.casebook.read() as session:
        reasons = [entry.reason for entry in history.entries(session, record_id=id_)]
    assert "Counted twice" in reasons


def test_everybody_reads_them_and_only_some_change_them(staffed: Office) -> None:
    manager = staffed.as_user("Rowan Okell")
    id_ = service_figures.add(manager, NORTHBRIDGE)
    for name in ("Ash Rivers", "Perry Lind"):
        desk = staffed.as_user(name)
        held = service_figures.held(desk)
        assert len(held.own) == 1 and not held.may_change
        for call in (
            lambda at: service_figures.add(at, NORTHBRIDGE),
            lambda at: service_figures.change(at, id_, NORTHBRIDGE),
            lambda at: service_figures.take_back(at, id_, "Wrong"),
            lambda at: service_figures.put_back(at, id_),
        ):
            with pytest.raises(NotAllowed):
                call(desk)


def test_the_picture_is_what_a_report_prints(manager: Desk) -> None:
    service_figures.add(manager, NORTHBRIDGE)
    (view,) = service_figures.held(manager).own
    assert view.picture is not None
    assert view.picture.caption == (
        "Remanded to youth detention accommodation, out of decisions on bail and remand: "
        "Northbridge, 1 April 2025 to 31 March 2026"
    )
    assert view.picture.source == (
        "Source: Northbridge Youth Justice Service, Annual report, table 4, as of 30 June 2026."
    )
    by_group = {row[0]: row[1:] for row in view.picture.rows}
    # (12/40) / (20/200) = 3; SE = sqrt(1/12 + 1/20 - 1/40 - 1/200) = sqrt(0.103333) = 0.321455;
    # 1.96 SE = 0.630052; exp = 1.87771; 3 / 1.87771 = 1.5977; 3 x 1.87771 = 5.6331.
    assert by_group["Black, Black British, Caribbean or African"] == (
        "12 of 40",
        "13%",
        "30%",
        "3.00 (1.60 to 5.63)",
    )


def test_small_numbers_are_not_shown_and_can_not_be_worked_out(manager: Desk) -> None:
    given = replace(NORTHBRIDGE, counts={**NORTHBRIDGE.counts, "asian": (5, 30)})
    drawn = service_figures.picture(given, date(2026, 11, 1))
    assert drawn is not None
    shown = {row[0]: row[1] for row in drawn.rows}
    assert shown["Asian or Asian British"] == "Small number"
    assert shown["Not stated"] == "Small number"
    assert shown["White"] == "20 of 200"
    assert "5 of 30" not in str(drawn)


def test_the_picture_grows_with_what_is_typed() -> None:
    today = date(2026, 11, 1)
    assert service_figures.picture(FigureDetails(), today) is None
    only = FigureDetails(counts={"white": (20, 200), "black": (12, 40)})
    drawn = service_figures.picture(only, today)
    assert drawn is not None and len(drawn.rows) == 2
    assert (drawn.caption, drawn.source) == ("", "")
    wrong = FigureDetails(counts={"white": (20, 200), "black": (41, 40)})
    assert service_figures.picture(wrong, today) is None


def test_every_problem_is_said_in_a_sentence(manager: Desk) -> None:
    nothing = refused(manager, FigureDetails())
    assert nothing.keys() == {
        "decision",
        "out_of",
        "area",
        "period_from",
        "period_to",
        "source_publisher",
        "source_name",
        "source_date",
        "counts.white",
    }
    assert all(text.endswith(".") for text in nothing.values())
    counts = {"white": (20, 200), "black": (41, 40)}
    assert (
        "more (41) than there were (40)"
        in refused(manager, replace(NORTHBRIDGE, counts=counts))["counts.black"]
    )
    assert refused(manager, replace(NORTHBRIDGE, counts={"white": (1, 2)})).keys() == {
        "counts.mixed"
    }
    assert (
        "before the first"
        in refused(manager, replace(NORTHBRIDGE, period_from=date(2026, 4, 1)))["period_to"]
    )
    ahead = replace(NORTHBRIDGE, period_to=date(2027, 3, 31), source_date=date(2027, 4, 1))
    assert refused(manager, ahead).keys() == {"period_to", "source_date"}
    early = replace(NORTHBRIDGE, source_date=date(2026, 3, 1))
    assert refused(manager, early).keys() == {"source_date"}


def test_one_entry_for_each_area_period_and_decision(manager: Desk) -> None:
    id_ = service_figures.add(manager, NORTHBRIDGE)
    assert refused(manager, replace(NORTHBRIDGE, area="NORTHBRIDGE ")).keys() == {"decision"}
    service_figures.add(manager, replace(NORTHBRIDGE, decision="breach"))
    service_figures.change(manager, id_, replace(NORTHBRIDGE, area_welsh="Pont y Gogledd"))


def test_a_record_that_makes_no_sense_is_shown_and_in_no_report(manager: Desk) -> None:
    with manager.casebook.write() as work:
        work.add(DecisionFigures(decision="breach", counts={"white": "many"}))
    (view,) = service_figures.held(manager).own
    assert view.picture is None and not view.in_reports
    with manager.casebook.read() as session:
        assert all(not one.local for one in disproportionality.current(session))


def test_new_figures_begin_with_the_service(manager: Desk) -> None:
    assert service_figures.begin(manager).source_publisher == "Rivermouth Youth Justice Service"


def test_a_table_from_a_spreadsheet_is_read() -> None:
    pasted = (
        "Ethnicity\tRemanded\tAll\nWhite\t1,020\t2,000\nBlack\t12\t40\nUnknown\t1\t9\nTotal\t1\t2"
    )
    assert read_table(pasted) == {
        "white": ("1,020", "2,000"),
        "black": ("12", "40"),
        "not_stated": ("1", "9"),
    }
    assert read_table("Gwyn,20,200\nGrŵp ethnig arall,7,9\nAsiaidd,8,10").keys() == {
        "white",
        "other",
        "asian",
    }
    with pytest.raises(TableUnread):
        read_table("Nothing of the kind")
    with pytest.raises(TableUnread):
        read_table("White\tmany\tmore")
    with pytest.raises(TableUnread):
        read_table('White\t20\t200\n"' + "A long text that was copied.\n" * 5_000)


def test_the_groups_are_called_what_they_are_in_welsh() -> None:
    i18n.set_language("cy")
    assert service_figures.groups()[0] == ("white", "Gwyn")
