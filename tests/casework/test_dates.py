"""Working days, dated rules and days in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casework import dates, reference

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 21), False),
        (date(2026, 12, 25), False),
        (date(2026, 12, 28), False),  # the substitute day for Boxing Day, a Saturday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 8, 3), True),  # a bank holiday in Scotland alone
        (date(2026, 8, 31), False),
    ],
)
def test_bank_holidays_are_those_of_england_and_wales(day: date, works: bool) -> None:
    assert dates.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (MONDAY, 5, date(2026, 11, 30)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 12, 29), -1, date(2026, 12, 24)),
        (date(2026, 11, 21), 1, MONDAY),
        (MONDAY, 0, MONDAY),
    ],
)
def test_working_days_are_counted_past_weekends_and_holidays(
    start: date, count: int, end: date
) -> None:
    assert dates.add_working_days(start, count) == end


@given(
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.integers(min_value=1, max_value=60),
)
def test_counting_back_what_was_counted_on(start: date, count: int) -> None:
    end = dates.add_working_days(start, count)
    assert dates.is_working_day(end)
    assert dates.working_days_between(start, end) == count
    assert dates.working_days_between(end, start) == -count


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
    ],
)
def test_months_end_on_a_day_that_exists(day: date, months: int, end: date) -> None:
    assert dates.add_months(day, months) == end


def test_a_report_is_ready_on_a_working_day_before_its_hearing() -> None:
    rule = reference.rule("psr_ready_before_hearing", MONDAY)
    assert rule is not None
    # Two days before Tuesday is Sunday; the last working day before it is Friday.
    assert dates.ahead(rule, date(2026, 11, 24)) == date(2026, 11, 20)
    assert dates.ahead(rule, date(2026, 11, 27)) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("rule_id", "end"),
    [
        ("countersign_window", date(2026, 11, 30)),
        ("review_interval", date(2027, 2, 23)),
        ("review_interval_high", date(2027, 1, 4)),
        ("transition_age", date(2044, 5, 23)),
    ],
)
def test_a_rule_counts_in_its_own_unit(rule_id: str, end: date) -> None:
    rule = reference.rule(rule_id, MONDAY)
    assert rule is not None
    assert dates.after(rule, MONDAY) == end


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (None, "now"),
        (MONDAY, "today"),
        (date(2026, 11, 24), "tomorrow"),
        (date(2026, 11, 27), "in 4 working days"),
        (date(2026, 11, 22), "1 day late"),
        (date(2026, 11, 13), "10 days late"),
        (date(2027, 3, 1), "1 Mar"),
    ],
)
def test_how_soon_is_said_in_words(day: date | None, words: str) -> None:
    assert dates.how_soon(day, MONDAY) == words


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2011, 7, 3), "15 years 4 months"),
        (date(2011, 11, 23), "15 years"),
        (date(2011, 11, 24), "14 years 11 months"),
        (date(2026, 9, 1), "2 months"),
    ],
)
def test_ages_are_said_in_years_and_months(born: date, words: str) -> None:
    assert dates.age_in_words(born, MONDAY) == words


def test_a_day_says_its_year_only_when_it_is_far() -> None:
    assert dates.shortly(date(2026, 11, 24), MONDAY) == "Tue 24 Nov"
    assert dates.shortly(date(2026, 12, 2), MONDAY) == "2 Dec"
    assert dates.shortly(date(2025, 12, 2), MONDAY) == "2 Dec 2025"
    assert dates.in_words(MONDAY) == "23 November 2026"
