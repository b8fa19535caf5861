"""The wider picture in a report: the arithmetic of rates, what is not shown, and silence."""

from __future__ import annotations

from datetime import date

import pytest

from app.reports.content import Block, Paragraph, Table
from app.reports.disproportionality import ChildGroup, disproportionality, of_group
from app.reports.relative_rates import GroupCount, RateFigures, group_rates, relative_rate


def figures(*groups: tuple[int, int], local: bool = False) -> RateFigures:
    """Made up for the test. The first group is the one compared with."""
    return RateFigures(
        area="Anywhere",
        local=local,
        period_from=date(2020, 5, 1),
        period_to=date(2020, 5, 31),
        decision="Remanded",
        out_of="children before a court",
        groups=tuple(
            GroupCount(f"Group {at}", events, total, compared_with=at == 0, code=str(at))
            for at, (events, total) in enumerate(groups)
        ),
        source="A made-up table.",
        as_of=date(2020, 6, 1),
    )


def words(blocks: list[Block]) -> str:
    return " ".join(
        "".join(run.text for run in block.runs) for block in blocks if isinstance(block, Paragraph)
    )


def test_the_rate_and_its_interval_are_those_worked_out_by_hand() -> None:
    # (20/100) / (100/1000) = 2; SE = sqrt(0.05 + 0.01 - 0.01 - 0.001) = 0.22136;
    # exp(1.96 SE) = exp(0.43386) = 1.54321; 2 / 1.54321 = 1.2960; 2 x 1.54321 = 3.0864.
    rate = relative_rate(20, 100, 100, 1000)
    assert rate is not None
    assert (rate.value, rate.low, rate.high) == pytest.approx((2, 1.2960, 3.0864), abs=1e-4)
    assert not rate.may_be_chance


def test_an_interval_that_holds_parity_may_be_chance() -> None:
    rate = relative_rate(11, 100, 100, 1000)
    assert rate is not None
    assert rate.may_be_chance


@pytest.mark.parametrize("counts", [(0, 10, 5, 10), (5, 10, 0, 10), (0, 0, 5, 10), (5, 10, 0, 0)])
def test_nought_has_no_rate(counts: tuple[int, int, int, int]) -> None:
    assert relative_rate(*counts) is None


def test_more_decisions_than_children_are_refused() -> None:
    with pytest.raises(ValueError, match="more children"):
        relative_rate(11, 10, 5, 10)


def test_everybody_decided_alike_is_parity_without_doubt() -> None:
    rate = relative_rate(10, 10, 10, 10)
    assert rate is not None
    assert (rate.value, rate.low, rate.high) == (1, 1, 1)


def test_a_count_under_six_is_not_shown_and_can_not_be_worked_out() -> None:
    shown = [
        one.shown for one in group_rates(figures((100, 1000), (5, 40), (9, 50), (30, 90)).groups)
    ]
    assert shown == [True, False, False, True], "the next smallest goes with it"
    shown = [one.shown for one in group_rates(figures((100, 1000), (6, 40), (9, 50)).groups)]
    assert shown == [True, True, True]
    shown = [
        one.shown for one in group_rates(figures((100, 1000), (5, 40), (2, 50), (30, 90)).groups)
    ]
    assert shown == [True, False, False, True], "two hide each other"


def test_a_small_group_to_compare_with_leaves_no_rates() -> None:
    found = group_rates(figures((3, 1000), (20, 100), (30, 90), (31, 90)).groups)
    assert [one.shown for one in found] == [False, False, True, True]
    assert [one.rate for one in found] == [None] * 4


def test_nothing_of_a_hidden_count_is_printed() -> None:
    blocks = list(
        disproportionality([figures((100, 1000), (5, 41), (4, 53), (30, 90))], "Tal", "en")
    )
    (table,) = [one for one in blocks if isinstance(one, Table)]
    assert table.rows[1] == ("Group 1", "Small number", "Small number", "Small number", "Not given")
    printed = str(blocks)
    assert "41" not in printed and "53" not in printed
    assert table.rows[3][1] == "30 of 90"


def test_figures_come_with_area_period_number_interval_and_source() -> None:
    blocks = list(disproportionality([figures((100, 1000), (20, 100))], "Tal", "en"))
    (table,) = [one for one in blocks if isinstance(one, Table)]
    assert table.caption == (
        "Remanded, out of children before a court: Anywhere, 1 May 2020 to 31 May 2020"
    )
    assert table.rows[1] == ("Group 1", "20 of 100", "9%", "17%", "2.00 (1.30 to 3.09)")
    assert table.rows[0][1] == "100 of 1,000"
    assert "A made-up table, as of 1 June 2020." in words(blocks)
    assert "No figures are held for the area of this service." in words(blocks)
    blocks = list(disproportionality([figures((100, 1000), (20, 100), local=True)], "Tal", "en"))
    assert "No figures are held for England and Wales." in words(blocks)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_where_no_figures_are_held_it_says_so_and_gives_none(language: str) -> None:
    blocks = list(disproportionality([], "Tal", language))
    assert not any(isinstance(block, Table) for block in blocks)
    assert not any(letter.isdigit() for letter in words(blocks))
    assert "Tal" in words(blocks)
    if language == "en":
        assert "No figures are held" in words(blocks)
        assert "nothing in this report is argued from them" in words(blocks)


def test_those_who_did_not_say_count_among_all_and_are_compared_with_none() -> None:
    groups = (
        *figures((100, 1000), (20, 100)).groups,
        GroupCount("Not stated", 30, 100, known=False, code="not_stated"),
    )
    found = group_rates(groups)
    assert found[2].rate is None and found[2].shown
    assert found[1].share_of_total == pytest.approx(100 / 1200)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "1",
            "The group that Tal is recorded in: The group. It is 9% of all and 17% of the "
            "decisions. Its relative rate is 2.00 (1.30 to 3.09), from 20 of 100.",
        ),
        (
            "0",
            "The group that Tal is recorded in: The group. The other groups are compared with it.",
        ),
        ("7", "These figures do not tell of the group that Tal is recorded in: The group."),
        ("not_stated", ""),
        ("", ""),
    ],
)
def test_what_is_told_of_the_childs_group(code: str, said: str) -> None:
    group = ChildGroup(code, "The group")
    assert of_group(figures((100, 1000), (20, 100)), "Tal", group, "en") == said


def test_nothing_small_is_told_of_the_childs_group() -> None:
    group = ChildGroup("1", "The group")
    told = of_group(figures((100, 1000), (5, 41), (4, 53), (30, 90)), "Tal", group, "en")
    assert told.endswith("The numbers are too small to be shown.")
    nobody = of_group(
        figures((3, 1000), (20, 100), (30, 90), (31, 90)), "Tal", ChildGroup("3", "X"), "en"
    )
    assert nobody.endswith("A relative rate can't be given.")
