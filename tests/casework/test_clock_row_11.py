"""Row 11 of the table of faults: a clock that was set, and summer time, as people are told.

The clock is the one part that is not real here: no test may set the computer's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.casework import casebooks, children, dates, due, glance, history, tasks
from app.casework.children import ChildView
from app.casework.desk import Desk
from app.casework.sync_words import clock as clock_words
from app.casework.sync_words import moment
from app.casework.tasks import TaskDetails
from app.core import i18n
from app.core.clock import FixedClock
from tests.casework.conftest import Office

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def told(desk: Desk, child: ChildView) -> list[str]:
    """What the history of a child says, the oldest first."""
    return [entry.what for entry in reversed(history.changes(desk, child.id).entries)]


def test_row_11_the_history_says_from_which_moment_to_which_the_clock_was_set(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    before = told(desk, child)
    clock.set_by(-DAY)
    desk.leave()
    children.open_child(desk, child.id)
    after = told(desk, child)
    assert after == [
        *before,
        "This laptop's clock went back: from 23 November 2026 at 09:30 to 22 November 2026"
        " at 09:30",
        "Read: Child's details",
    ]
    clock.set_by(YEAR + DAY)
    desk.leave()
    children.open_child(desk, child.id)
    assert told(desk, child)[len(after)].startswith(
        "This laptop's clock went ahead: from 22 November 2026 at 09:30 to 23 November 2027"
    )


def test_row_11_each_page_of_the_history_tells_of_the_clock_once(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    for _time in range(3):
        clock.set_by(-DAY)
        desk.leave()
        children.open_child(desk, child.id)
    pages, before = [], None
    while True:
        page = history.changes(desk, child.id, before=before, limit=2)
        pages += [entry.sequence for entry in page.entries]
        before = page.before
        if before is None:
            break
    whole = history.changes(desk, child.id).entries
    assert pages == [entry.sequence for entry in whole]
    assert [entry.kind for entry in whole].count("clock") == 3
    assert all(
        entry.kind != "clock"
        for entry in history.changes(desk, child.id, record_id=child.id).entries
    ), "of one record, only what was done to it"
    assert "clock" not in repr(glance.glance(desk, child.id).lately), "it is no news of the child"


def test_row_11_the_history_says_so_in_welsh(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    clock.set_by(-DAY)
    desk.leave()
    children.open_child(desk, child.id)
    i18n.set_language("cy")
    try:
        (entry,) = [e for e in history.changes(desk, child.id).entries if e.kind == "clock"]
        assert "cloc y gliniadur" in entry.what
    finally:
        i18n.set_language("en")


def test_row_11_whoever_unlocks_is_told_that_the_date_may_be_wrong_and_told_once(
    office: Office, clock: FixedClock
) -> None:
    clock.moment -= DAY
    (said,) = office.as_user("Ash Rivers").notices
    assert said.startswith("This laptop's clock says 22 November 2026 at 09:30, but the last entry")
    assert "23 November 2026 at 09:30" in said and "Check the date" in said
    clock.advance(timedelta(minutes=10))
    assert office.as_user("Ash Rivers").notices == ()


def test_row_11_a_clock_that_went_ahead_while_the_casebook_was_open_is_told_at_the_next_unlock(
    office: Office, clock: FixedClock
) -> None:
    assert office.desk is not None
    clock.set_by(YEAR)
    # A window that finds the clock ahead takes it for sleep, and locks.
    casebooks.lock(office.desk, None)
    office.desk = None
    (said,) = office.as_user("Ash Rivers").notices
    assert said.startswith("This laptop's clock says 23 November 2027 at 09:30. It went ahead")
    assert office.as_user("Ash Rivers").notices == ()


@pytest.mark.parametrize("days", [1, 365])
def test_row_11_nobody_is_told_of_a_laptop_that_lay_in_a_drawer(
    office: Office, clock: FixedClock, days: int
) -> None:
    clock.advance(timedelta(days=days))
    assert office.as_user("Ash Rivers").notices == ()


def test_row_11_a_clock_that_is_set_back_makes_no_visit_to_a_record_longer(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    children.open_child(desk, child.id)
    clock.set_by(-DAY)
    clock.advance(timedelta(minutes=31))
    children.open_child(desk, child.id)
    assert history.changes(desk, child.id).entries[0].kind == "consultation"
    clock.set_by(DAY)
    children.open_child(desk, child.id)
    assert history.changes(desk, child.id).entries[0].at < clock.now() - timedelta(hours=12)


def test_row_11_the_hour_that_comes_twice_is_told_apart(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    clock.moment = datetime(2027, 10, 30, 23, 30, tzinfo=UTC)
    shown = []
    for _hour in range(4):
        desk.leave()
        children.open_child(desk, child.id)
        entry = history.changes(desk, child.id).entries[0]
        assert entry.at == clock.now(), "kept in UTC"
        shown.append(entry.when.partition(" at ")[2])
        clock.advance(timedelta(hours=1))
    assert shown == ["00:30", "01:30 BST", "01:30 GMT", "02:30"]
    assert moment(datetime(2027, 10, 31, 1, 30, tzinfo=UTC), clock) == "Today 01:30 GMT"


def test_row_11_the_hour_that_is_left_out_is_never_shown(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    clock.moment = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    shown = []
    for _half in range(3):
        desk.leave()
        children.open_child(desk, child.id)
        shown.append(history.changes(desk, child.id).entries[0].when.partition(" at ")[2])
        clock.advance(timedelta(minutes=30))
    assert shown == ["00:30", "02:00", "02:30"]


@pytest.mark.parametrize(
    ("day", "before", "begins", "ends"),
    [
        # Summer time ends: the day has 25 hours, and begins at 23:00 UTC of the day before.
        (date(2027, 10, 31), "2027-10-30T22:59", "2027-10-30T23:00", "2027-10-31T23:59"),
        # Summer time begins: the day has 23 hours, and ends at 23:00 UTC.
        (date(2027, 3, 28), "2027-03-27T23:59", "2027-03-28T00:00", "2027-03-28T22:59"),
    ],
    ids=["summer time ends", "summer time begins"],
)
def test_row_11_what_is_due_on_the_day_of_the_change_is_due_all_that_day(
    desk: Desk, child: ChildView, clock: FixedClock, day: date, before: str, begins: str, ends: str
) -> None:
    tasks.add_task(desk, child.id, TaskDetails(what="Ring Nan", for_user=desk.actor.id, due_on=day))

    def seen(at: datetime) -> tuple[bool, str, date | None]:
        clock.moment = at
        (task,) = tasks.list_tasks(desk, child.id)
        (item,) = [one for one in due.of_child(desk, child.id) if one.kind == "task"]
        assert item.when == task.when
        return task.late, task.when, item.due

    minute = timedelta(minutes=1)
    said = [datetime.fromisoformat(f"{text}:00+00:00") for text in (before, begins, ends)]
    assert dates.local_day(said[0]) == day - DAY and dates.local_day(said[2] + minute) == day + DAY
    assert seen(said[0]) == (False, dates.how_soon(day, day - DAY), day)
    assert seen(said[1]) == (False, dates.how_soon(day, day), day)
    assert seen(said[2]) == (False, dates.how_soon(day, day), day)
    assert seen(said[2] + minute) == (True, dates.how_soon(day, day + DAY), day)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=4), ""),
        (timedelta(minutes=-4), ""),
        (timedelta(minutes=42), "This laptop's clock is 42 minutes ahead of the server's."),
        (timedelta(hours=-3), "This laptop's clock is 3 hours behind the server's."),
        (YEAR, "This laptop's clock is 365 days ahead of the server's."),
    ],
)
def test_row_11_after_a_sync_a_wrong_clock_is_told(ahead: timedelta, said: str) -> None:
    told = clock_words(ahead)
    assert told.startswith(said) and bool(told) is bool(said)
    assert not told or told.endswith("what you write is dated by them.")
