"""Row 11 of the table of faults: a clock that was set, and summer time, as syncing has them.

The clock is the one part that is not real here: no test may set the computer's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import LONDON, FixedClock
from app.models.records import Child
from app.sync import caseload, state
from tests.sync.conftest import Central, Laptop

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)


def own_clock(laptop: Laptop) -> FixedClock:
    """Give a laptop a clock of its own, which shows what that of the server shows."""
    laptop.casebook.clock = clock = FixedClock(laptop.central.clock.now())
    return clock


def kinds_at_server(central: Central, laptop: Laptop) -> list[str]:
    """What the server keeps of what a laptop did, in the laptop's order."""
    rows = central.rows("SELECT device_id, kind FROM op_log ORDER BY device_id, device_seq")
    return [kind for device, kind in rows if device == laptop.casebook.device_id]


@pytest.mark.parametrize("wrong", [-YEAR, -DAY, DAY, YEAR], ids=lambda by: f"{by.days} days")
def test_row_11_of_two_laptops_one_has_its_clock_wrong_and_nothing_is_lost(
    ash: Laptop, robin: Laptop, central: Central, clock: FixedClock, wrong: timedelta
) -> None:
    # A laptop that is told that its clock is wrong goes by the server's answer, which is dated by
    # the computer.
    clock.moment = datetime.now(UTC)
    child = ash.child(school="first")
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    clock = own_clock(ash)
    clock.set_by(wrong)
    for school in ("second", "third"):
        ash.change(Child, child.id, school=school)
        ash.sync()
        robin.sync()
    robin.change(Child, child.id, school="fourth")
    robin.sync()
    ash.sync()
    clock.set_by(-wrong)
    ash.change(Child, child.id, preferred_name="Tali")
    ash.sync()
    robin.sync()

    # The last that was written is what the server had last, whatever the clocks said.
    for laptop in (ash, robin):
        held = laptop.get(Child, child.id)
        assert (held.school, held.preferred_name) == ("fourth", "Tali")
        assert laptop.view().word == "confirmed" and laptop.view().items == ()
        assert laptop.casebook.verify().ok
    assert kinds_at_server(central, ash).count("clock") == 2, "once each time that it was set"
    assert "clock" not in kinds_at_server(central, robin)
    ours = ash.rows("SELECT kind FROM change WHERE device_seq IS NOT NULL ORDER BY device_seq")
    assert [kind for (kind,) in ours][-5:] == ["clock", "update", "update", "clock", "update"]
    assert central.rows(f"SELECT rev FROM record WHERE id = '{child.id}'") == [(5,)], (
        "five writings, none twice"
    )


@pytest.mark.parametrize(
    "night",
    [datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2027, 3, 27, 22, 30, tzinfo=UTC)],
    ids=["the hour that comes twice", "the hour that is left out"],
)
def test_row_11_summer_time_moves_neither_cursor_nor_lease(
    ash: Laptop, robin: Laptop, clock: FixedClock, night: datetime
) -> None:
    clock.moment = night
    child = ash.child(school="0")
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    cursors, leases = [], []
    for hour in range(1, 6):
        clock.advance(HOUR)
        writer, reader = (ash, robin) if hour % 2 else (robin, ash)
        writer.change(Child, child.id, school=str(hour))
        writer.sync()
        reader.sync()
        assert reader.get(Child, child.id).school == str(hour)
        cursors.append(
            robin.rows('SELECT "after" FROM stream_cursor WHERE stream = ?', child.id)[0][0]
        )
        until = state.view(robin.casebook).lease_until
        assert until is not None
        leases.append(until - clock.now())
    assert clock.now().astimezone(LONDON).utcoffset() != night.astimezone(LONDON).utcoffset()
    assert cursors == sorted(set(cursors)), "it only goes forward"
    assert len(set(leases)) == 1, "a lease is as long across the change as at any other time"
    for laptop in (ash, robin):
        assert laptop.view().items == ()
        assert laptop.rows("SELECT count(*) FROM change WHERE kind = 'clock'") == [(0,)]
        assert laptop.casebook.verify().ok


def test_row_11_a_sync_tells_by_how_much_the_clock_differs_from_the_servers(
    ash: Laptop, clock: FixedClock
) -> None:
    clock.moment = datetime.now(UTC)
    ash.child()
    assert ash.sync().ahead == timedelta()
    own = own_clock(ash)
    own.set_by(-DAY)
    # The first request goes by the laptop's clock, and those after it by the server's answer.
    assert ash.sync().ahead == -DAY
    own.set_by(DAY)
    assert ash.sync().ahead == timedelta()


def test_row_11_a_lease_ends_at_its_moment_and_a_clock_that_is_set_back_does_not_lengthen_it(
    ash: Laptop, clock: FixedClock
) -> None:
    clock.moment = datetime(2026, 10, 20, 12, tzinfo=UTC)
    ash.child()
    ash.sync()
    until = state.view(ash.casebook).lease_until
    assert until is not None and until > datetime(2026, 10, 25, 1, tzinfo=UTC)
    own = own_clock(ash)
    own.moment = until - timedelta(minutes=1)
    (lease,) = state.leases(ash.casebook)
    assert not lease.ended
    own.moment = until
    (lease,) = state.leases(ash.casebook)
    assert lease.ended
    # What was shown is kept once an hour.
    own.advance(HOUR)
    assert state.leases(ash.casebook)[0].ended
    for back in (DAY, YEAR):
        own.set_by(-back)
        (lease,) = state.leases(ash.casebook)
        assert lease.ended, "a clock that is set back gives no time back"
