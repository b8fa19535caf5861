"""Decisions by ethnic group as the casebook holds them: what counts, what does not, and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.casework import children, court, figures_counted
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.figures_counted import Counted


@pytest.fixture
def day(manager: Desk) -> date:
    """A day that is counted."""
    return manager.clock.today().replace(day=1) - timedelta(days=40)


def child(desk: Desk, ethnicity: str) -> str:
    given = ChildDetails(given_name="Wren", family_name=f"Of {ethnicity}", ethnicity=ethnicity)
    return children.add_child(desk, given).id


def outcome(desk: Desk, child_id: str, disposal: str, day: date, **more: str) -> str:
    given = court.OutcomeDetails(disposal=disposal, outcome_date=day, **more)  # type: ignore[arg-type]
    return court.add_outcome(desk, child_id, given).id


def found(desk: Desk) -> dict[str, Counted]:
    return {one.details.decision: one for one in figures_counted.counted(desk).decisions}


def test_twelve_whole_months_are_counted(manager: Desk) -> None:
    here = figures_counted.counted(manager)
    today = manager.clock.today()
    assert here.last == today.replace(day=1) - timedelta(days=1)
    assert (here.first.day, here.first.year) == (1, today.year - 1)
    assert here.decisions == ()
    wren = child(manager, "white_british")
    for at in (here.first, here.last):
        outcome(manager, wren, "fine", at)
    for at in (here.first - timedelta(days=1), here.last + timedelta(days=1)):
        outcome(manager, wren, "dto", at)
    assert found(manager)["custodial_sentence"].details.counts == {"white": (0, 2)}


def test_a_remand_for_each_hearing_and_a_sentence_for_each_main_outcome(
    manager: Desk, day: date
) -> None:
    white, black, silent = (child(manager, one) for one in ("white_irish", "black_african", ""))
    for who, decision in (
        (white, "conditional_bail"),
        (white, "yda"),
        (black, "yda"),
        (black, "yda"),
        (silent, "rlaa"),
        (silent, "none"),
        (silent, ""),
    ):
        details = court.HearingDetails(hearing_date=day, remand_decision=decision)
        court.add_hearing(manager, who, details)
    outcome(manager, white, "youth_caution", day)
    outcome(manager, white, "charge", day)
    outcome(manager, white, "yro", day, proposal_followed="followed")
    outcome(manager, black, "dto", day, proposal_followed="not_followed")
    outcome(manager, black, "fine", day, main_or_other="other")
    outcome(manager, black, "section_250", day, residence="other")
    outcome(manager, silent, "not_guilty", day)
    counts = {decision: one.details.counts for decision, one in found(manager).items()}
    assert counts == {
        "remand_custody": {"white": (1, 2), "black": (2, 2), "not_stated": (0, 1)},
        "out_of_court": {"white": (1, 2)},
        "community_sentence": {"white": (1, 1), "black": (0, 1)},
        "custodial_sentence": {"white": (0, 1), "black": (1, 1)},
        "proposal_followed": {"white": (1, 1), "black": (0, 1)},
    }


def test_what_is_counted_is_shown_as_a_report_would_and_says_where_it_comes_from(
    manager: Desk, day: date
) -> None:
    for ethnicity, custody, others in (("white_british", 6, 14), ("black_african", 6, 4)):
        who = child(manager, ethnicity)
        for _each in range(custody):
            outcome(manager, who, "dto", day)
        for _each in range(others):
            outcome(manager, who, "fine", day)
    one = found(manager)["custodial_sentence"]
    assert one.decisions == 30
    assert one.what == "Sentenced to custody, out of children sentenced"
    assert one.picture is not None
    # (6/10) / (6/20) = 2; SE = sqrt(1/6 + 1/6 - 1/10 - 1/20) = sqrt(0.183333) = 0.428174;
    # 1.96 SE = 0.839221; exp = 2.31456; 2 / 2.31456 = 0.8641; 2 x 2.31456 = 4.6291.
    assert one.picture.rows[1][4] == "2.00 (0.86 to 4.63), may be chance"
    assert "Counted from the casebook in Waymark" in one.details.source_name
    assert one.details.source_publisher == "Rivermouth Youth Justice Service"


def test_what_was_taken_out_is_not_counted(manager: Desk, day: date) -> None:
    who = child(manager, "white_british")
    court.remove_outcome(manager, outcome(manager, who, "fine", day), "Twice")
    assert found(manager) == {}
