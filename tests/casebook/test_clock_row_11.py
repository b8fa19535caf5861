"""Row 11 of the table of faults: a clock that was set, and summer time, as the change log has them.

The clock is the one part that is not real here: no test may set the computer's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.core.clock import ALLOWANCE, LONDON, FixedClock, Leap, SystemClock, reading
from app.models import change_log
from app.models.casebook import Casebook
from app.models.records import Child, FormRecord, Service, User
from tests.casebook.conftest import MANAGER_ID, STORE_ID, USER_ID

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
Reopen = Callable[..., Casebook]


def write(casebook: Casebook, name: str = "Tal") -> str:
    """Something that is written."""
    with casebook.write() as work:
        return str(work.add(Child(given_name=name, family_name="Fenwick")).id)


def log(casebook: Casebook) -> list[tuple[str, datetime]]:
    """The log in its order: what was done, and when as it says."""
    with casebook.read() as session:
        found = session.query(change_log.Change).order_by(change_log.Change.entry)
        return [(change.kind, change.made_at) for change in found]


def leaps(casebook: Casebook) -> list[Leap]:
    """What the log tells of the clock."""
    with casebook.read() as session:
        found = session.query(change_log.Change, change_log.ChangePayload.body).join(
            change_log.ChangePayload
        )
        return [
            change_log.leap_told(change_log.values(body)["detail"])
            for change, body in found.order_by(change_log.Change.entry)
            if change.kind == "clock"
        ]


def test_row_11_a_clock_set_back_a_day_is_noted_once_before_what_is_written_next(
    casebook: Casebook, clock: FixedClock
) -> None:
    write(casebook)
    clock.advance(timedelta(hours=2))
    due = clock.now()
    clock.set_by(-DAY)
    for name in ("Ned", "Bel", "Cai"):
        write(casebook, name)
        clock.advance(timedelta(minutes=1))
    assert leaps(casebook) == [Leap(due, due - DAY)]
    kinds = [kind for kind, _at in log(casebook)]
    assert kinds[-5:] == ["create", "clock", "create", "create", "create"]
    assert casebook.verify().ok


def test_row_11_a_clock_a_year_ahead_and_back_is_noted_each_time(
    casebook: Casebook, clock: FixedClock
) -> None:
    write(casebook)
    right = clock.now()
    clock.set_by(YEAR)
    write(casebook, "Ned")
    write(casebook, "Bel")
    clock.set_by(-YEAR)
    write(casebook, "Cai")
    assert leaps(casebook) == [Leap(right, right + YEAR), Leap(right + YEAR, right)]
    assert casebook.verify().ok


@pytest.mark.parametrize("apart", [DAY, YEAR], ids=["a day", "a year"])
def test_row_11_a_clock_that_stands_before_the_last_entry_is_noted_when_opened(
    casebook: Casebook, reopen: Reopen, clock: FixedClock, apart: timedelta
) -> None:
    write(casebook)
    last = clock.now()
    clock.moment -= apart
    again = reopen()
    write(again, "Ned")
    write(again, "Bel")
    write(reopen(), "Cai")
    assert leaps(casebook) == [Leap(last, last - apart)]


def test_row_11_a_laptop_that_lay_in_a_drawer_for_a_year_has_no_leap(
    casebook: Casebook, reopen: Reopen, clock: FixedClock
) -> None:
    write(casebook)
    clock.advance(YEAR)
    write(reopen())
    assert leaps(casebook) == []


def test_row_11_a_clock_that_is_put_right_by_a_little_has_no_leap(
    casebook: Casebook, reopen: Reopen, clock: FixedClock
) -> None:
    write(casebook)
    clock.set_by(-ALLOWANCE)
    write(casebook, "Ned")
    clock.set_by(ALLOWANCE)
    write(casebook, "Bel")
    clock.moment -= ALLOWANCE
    write(reopen(), "Cai")
    assert leaps(casebook) == []
    clock.set_by(-ALLOWANCE - timedelta(seconds=1))
    write(casebook, "Dai")
    assert len(leaps(casebook)) == 1


def test_row_11_time_that_passed_asleep_is_no_leap(casebook: Casebook, clock: FixedClock) -> None:
    write(casebook)
    clock.advance(timedelta(hours=14))
    write(casebook, "Ned")
    assert leaps(casebook) == []


def test_row_11_what_was_taken_back_leaves_the_leap_to_be_noted(
    casebook: Casebook, clock: FixedClock
) -> None:
    write(casebook)
    clock.set_by(-DAY)
    with pytest.raises(ZeroDivisionError), casebook.write() as work:
        work.note("export", detail={"what": "nothing"})
        raise ZeroDivisionError
    assert leaps(casebook) == []
    write(casebook, "Ned")
    assert len(leaps(casebook)) == 1


def test_row_11_words_that_a_crash_left_open_keep_their_moment_and_the_leap_is_noted_once(
    casebook: Casebook, reopen: Reopen, clock: FixedClock
) -> None:
    child_id = write(casebook)
    with casebook.write() as work:
        form = work.add(FormRecord(child_id=child_id, form_id="made_up", form_version=1))
    clock.advance(timedelta(hours=3))
    typed = clock.now()
    with casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": "With his Nan"}}, leaving=False)
    clock.moment -= DAY
    again = reopen(MANAGER_ID)
    write(again, "Ned")
    write(again, "Bel")
    assert ("update", typed) in log(casebook)
    assert leaps(casebook) == [Leap(typed, typed - DAY)]
    assert casebook.verify().ok


def test_row_11_a_copy_that_becomes_a_device_of_its_own_knows_the_moments_of_the_former(
    casebook: Casebook, reopen: Reopen, clock: FixedClock
) -> None:
    write(casebook)
    last = clock.now()
    clock.moment -= DAY
    again = reopen()
    again.take_new_device("another laptop")
    assert leaps(again) == [Leap(last, last - DAY)]


def test_row_11_what_others_wrote_says_nothing_of_this_clock(
    casebook: Casebook, reopen: Reopen, clock: FixedClock
) -> None:
    child_id = write(casebook)
    ahead = change_log.Received(
        "update",
        "child",
        child_id,
        child_id,
        {"school": ""},
        {"school": "first"},
        1,
        None,
        "2031-01-01T00:00:00.000000Z",
    )
    with casebook.exchange() as (_connection, entries):
        entries.append_received([ahead], "https://a.server.test")
    write(reopen(), "Ned")
    assert leaps(casebook) == []


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        (datetime(2026, 10, 24, 23, 15, tzinfo=UTC), ["00:15", "01:15", "01:15", "02:15"]),
        (datetime(2027, 3, 27, 23, 15, tzinfo=UTC), ["23:15", "00:15", "02:15", "03:15"]),
    ],
    ids=["the hour that comes twice", "the hour that is left out"],
)
def test_row_11_summer_time_is_no_leap_and_the_log_keeps_its_order(
    engine: Engine, audit_key: bytes, night: datetime, hours: list[str]
) -> None:
    clock = FixedClock(night)
    casebook = Casebook.initialise(
        engine,
        store_id=STORE_ID,
        service=Service(name="Rivermouth Youth Justice Service"),
        user=User(id=USER_ID, name="Ash Marlow", role="practitioner"),
        device_name="a laptop",
        clock=clock,
        audit_key=audit_key,
    )
    written = []
    for _hour in range(4):
        written.append(clock.now())
        write(casebook, "Tal")
        clock.advance(timedelta(hours=1))
    told = log(casebook)[-4:]
    assert [at for _kind, at in told] == written == sorted(written), "moments are kept in UTC"
    assert [f"{at.astimezone(LONDON):%H:%M}" for _kind, at in told] == hours
    assert leaps(casebook) == []


def test_row_11_the_computers_own_clock_counts_what_nobody_can_set() -> None:
    clock = SystemClock()
    first, second = reading(clock), reading(clock)
    assert second.elapsed >= first.elapsed > 0
    assert abs((second.moment - first.moment).total_seconds()) < ALLOWANCE.total_seconds()
