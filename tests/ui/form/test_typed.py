"""What people type for days, times and numbers is read, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.form.typed import (
    MONTHS,
    date_as_typed,
    date_in_words,
    read_date,
    read_decimal,
    read_integer,
    read_time,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3/4/2026", date(2026, 4, 3)),
        (" 03.04.26 ", date(2026, 4, 3)),
        ("3 4 2026", date(2026, 4, 3)),
        ("3rd April 2026", date(2026, 4, 3)),
        ("3 apr 26", date(2026, 4, 3)),
        ("3 Ebrill 2026", date(2026, 4, 3)),
        ("12 Rhag 2010", date(2010, 12, 12)),
        ("2026-4-3", date(2026, 4, 3)),
        ("29/2/2024", date(2024, 2, 29)),
        ("1/1/36", date(2036, 1, 1)),
        ("1/1/37", date(1937, 1, 1)),
        ("yesterday", date(2026, 11, 22)),
        ("Heddiw", TODAY),
    ],
)
def test_dates_are_read_as_written_in_england_and_wales(typed: str, meant: date) -> None:
    assert read_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "3/4", "31/2/2026", "29/2/2025", "4/13/2026", "3 m 2026", "3/4/2", "soon"],
)
def test_what_is_no_date_stays_text(typed: str) -> None:
    assert read_date(typed, TODAY) is None


@given(st.dates(min_value=date(1937, 1, 1), max_value=date(2036, 12, 31)))
def test_a_date_is_read_back_from_every_way_it_is_shown(day: date) -> None:
    stored = day.isoformat()
    assert read_date(date_as_typed(stored), TODAY) == day
    for language in MONTHS:
        assert read_date(date_in_words(stored, language), TODAY) == day


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:30", "14:30"),
        ("2.30pm", "14:30"),
        ("2 pm", "14:00"),
        ("12am", "00:00"),
        ("12.15 p.m.", "12:15"),
        ("0905", "09:05"),
    ],
)
def test_times_are_read(typed: str, meant: str) -> None:
    found = read_time(typed)
    assert found is not None
    assert found.strftime("%H:%M") == meant


@pytest.mark.parametrize("typed", ["", "14", "25:10", "13pm", "10:75", "noonish"])
def test_what_is_no_time_stays_text(typed: str) -> None:
    assert read_time(typed) is None


def test_numbers_may_be_grouped_and_money_may_lead() -> None:
    assert read_integer("1,200") == 1200
    assert read_integer(" 12 ") == 12
    assert read_integer("12.5") is None
    assert read_integer("1,2") is None
    assert read_decimal("£12.50") == "12.50"
    assert read_decimal(".5") == "0.5"
    assert read_decimal("twelve") is None
