"""The demonstration: twelve invented children whose stories read true."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from app.casework import (
    casebook_keys,
    casebook_users,
    casebooks,
    caseload,
    children,
    demo,
    form_records,
    history,
    oversight,
)
from app.casework.caseload import CaseloadFilter
from app.casework.desk import Desk, NotAllowed
from app.core.clock import FixedClock
from app.core.errors import BugError


@pytest.fixture
def shown(tmp_path: Path, clock: FixedClock) -> Desk:
    """The demonstration casebook, open as the practitioner in it."""
    folder = tmp_path / "demonstration"
    demo.build(folder, clock)
    ash = next(h for h in casebooks.describe(folder).holders if h.name == "Ash Rivers")
    return casebooks.unlock(folder, ash.user_id, demo.DEMO_PASSPHRASE, clock)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 23)),
        ("in 1 day", date(2026, 11, 24)),
        ("-2 days", date(2026, 11, 21)),
        ("15 years 4 months ago", date(2011, 7, 23)),
        ("16 years ago", date(2010, 11, 23)),
    ],
)
def test_days_are_relative_to_the_day_it_is_made(words: str, day: date) -> None:
    assert demo.day_of(words, date(2026, 11, 23)) == day


def test_words_that_mean_no_day_are_refused() -> None:
    with pytest.raises(BugError, match="soon"):
        demo.day_of("soon", date(2026, 11, 23))


def test_twelve_children_at_different_stages(shown: Desk) -> None:
    rows = caseload.rows(shown).rows
    assert len(rows) == 12
    assert len({row.stage for row in rows}) >= 9
    assert len({row.serious_harm for row in rows} & {"low", "medium", "high"}) == 3
    assert sum(bool(row.attention) for row in rows) >= 5
    tal = next(row for row in rows if row.name == "Tal Fenwick")
    glance = children.glance(shown, tal.child_id)
    assert glance.strengths and glance.plan and glance.due and glance.levels
    sol = caseload.rows(shown, CaseloadFilter(text="Marchbank")).rows[0]
    levels = [point.serious_harm for point in children.glance(shown, sol.child_id).levels]
    assert sorted(levels, key=str) == ["high", "medium"]
    assert oversight.queue(shown)
    shown.close()


def test_its_log_is_whole_and_nothing_in_it_is_a_stranger_to_the_forms(shown: Desk) -> None:
    verdict = history.verify(shown)
    assert verdict.ok, verdict.text
    for row in caseload.rows(shown).rows:
        for form in form_records.list_forms(shown, row.child_id):
            opened = form_records.open_form(shown, form.record_id)
            asked = {question.name for question in opened.form.questions()}
            repeats = {name for name, value in opened.document.items() if "rows" in value}
            assert set(opened.document) - repeats <= asked
    shown.close()


def test_it_does_not_become_a_real_casebook(shown: Desk) -> None:
    assert shown.demo
    with pytest.raises(NotAllowed):
        casebook_users.add_user(shown, "A real person", "practitioner", "four words of mine")
    with pytest.raises(NotAllowed):
        casebook_keys.change_passphrase(shown, demo.DEMO_PASSPHRASE, "four words of mine")
    shown.close()


def test_every_story_can_be_read_aloud() -> None:
    for file in demo.story_files():
        text = file.read_text("utf-8")
        assert text.startswith("# "), file.name
        story = yaml.safe_load(text)
        assert story["worker"] and story["child"]["family_name"]
