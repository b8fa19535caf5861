"""What a person is told of what lies here: that it differs from the server's, and until when a
child's record may stay without its word."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.models.records import Child, FormRecord
from app.sync import caseload, exchange, refusals, state
from app.sync.course import Cancelled
from server import admin
from server.database import in_service
from tests.sync.conftest import Central, Laptop, NewLaptop


def miscount(central: Central, stream: str, by: int) -> None:
    """Let the server count other records in a stream than it gives."""
    with central.parts.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE stream SET count_all = count_all + ?, count_open = count_open + ?"
            " WHERE stream = ?",
            (by, by, stream),
        )


def test_what_still_differs_after_it_was_read_anew_needs_a_person(
    ash: Laptop, central: Central, clock: FixedClock
) -> None:
    child, other = ash.child("Tal"), ash.child("Other")
    ash.sync()
    miscount(central, child.id, 1)
    began = clock.now()
    for _again in range(2):
        assert ash.sync().differing == [child.id]
        (item,) = ash.view().items
        assert (item.kind, item.child_id, item.at) == ("differs", child.id, began)
        assert ash.view().word == "needs_you"
        assert state.safe_to_hand_back(ash.casebook).reasons == ("differs",)
        clock.advance(timedelta(hours=1))
    assert ash.get(Child, other.id) is not None
    miscount(central, child.id, -1)
    assert ash.sync().differing == []
    assert ash.view().items == ()
    assert ash.view().word == "confirmed"
    assert state.safe_to_hand_back(ash.casebook).safe


def test_the_service_may_differ_too(ash: Laptop, central: Central) -> None:
    ash.sync()
    miscount(central, "service", 1)
    ash.sync()
    (item,) = ash.view().items
    assert (item.kind, item.child_id) == ("differs", None)


def take_from(central: Central, laptop: Laptop, child: Child) -> None:
    """An administrator closes a child to somebody."""
    in_service(
        central.parts.engine,
        central.service_id,
        lambda connection: admin.set_access(
            connection,
            central.service_id,
            child.id,
            laptop.casebook.actor_id,
            given=False,
            now=central.clock.now(),
        ),
    )


def test_each_child_has_a_lease_that_only_a_sync_of_that_child_makes_longer(
    central: Central, new_laptop: NewLaptop, clock: FixedClock
) -> None:
    ash = new_laptop("ash", "practitioner")
    kept, child = ash.child("Kept"), ash.child("Given")
    form = ash.form(child)
    ash.change(FormRecord, form.id, state="countersigned")
    assert state.leases(ash.casebook) == ()
    ash.sync()
    leases = {one.child_id: one for one in state.leases(ash.casebook)}
    assert {one.days_left for one in leases.values()} == {14}
    assert not any(one.alone or one.ended for one in leases.values())
    assert [one.kind for one in ash.view().items] == ["refused"]
    # What was refused keeps the child here, though the server lets go of it.
    take_from(central, ash, child)
    clock.advance(timedelta(days=12))
    ash.sync()
    leases = {one.child_id: one for one in state.leases(ash.casebook)}
    assert [one.kind for one in ash.view().items] == ["refused"]
    assert (leases[kept.id].days_left, leases[kept.id].alone) == (14, False)
    assert (leases[child.id].days_left, leases[child.id].alone) == (2, True)
    clock.advance(timedelta(days=3))
    ash.sync()
    (ending,) = state.leases(ash.casebook, child.id)
    assert (ending.ended, ending.days_left) == (True, 0)
    assert ash.get(FormRecord, form.id).state == "countersigned", "nothing is taken for it"
    # Once it is settled the child goes, and the lease with it.
    (refused,) = [one for one in ash.view().items if one.kind == "refused"]
    refusals.give_up(ash.casebook, refused.id)
    ash.sync()
    assert [one.child_id for one in state.leases(ash.casebook)] == [kept.id]


def test_a_clock_put_back_makes_no_childs_lease_longer(ash: Laptop, clock: FixedClock) -> None:
    child = ash.child()
    ash.sync()
    clock.advance(timedelta(days=13))
    (before,) = state.leases(ash.casebook, child.id)
    clock.advance(timedelta(days=-10))
    (after,) = state.leases(ash.casebook, child.id)
    assert (before.days_left, after.days_left) == (1, 1)


def test_a_sync_that_was_cut_before_a_child_was_whole_does_not_confirm_it(
    ash: Laptop, robin: Laptop, clock: FixedClock
) -> None:
    child = ash.child()
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    clock.advance(timedelta(days=5))
    wire = robin.wire()
    calls = iter((False,) * 2)
    with closing(wire), pytest.raises(Cancelled):
        exchange.sync(robin.casebook, wire, cancelled=lambda: next(calls, True))
    (lease,) = state.leases(robin.casebook, child.id)
    assert (lease.days_left, lease.alone) == (9, True)
    robin.sync()
    (lease,) = state.leases(robin.casebook, child.id)
    assert (lease.days_left, lease.alone) == (14, False)
