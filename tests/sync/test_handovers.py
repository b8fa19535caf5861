"""A laptop that is with a child concerns that laptop, and none of those that it is synced with."""

from __future__ import annotations

from datetime import timedelta

from app.casework import signs_of_harm
from app.core.clock import FixedClock
from app.models.records import Handover
from app.sync import caseload
from tests.sync.conftest import Laptop


def test_a_handover_on_one_laptop_leaves_the_others_with_their_workers(
    ash: Laptop, robin: Laptop, clock: FixedClock
) -> None:
    child = ash.child()
    form = ash.form(child)
    with ash.casebook.write() as work:
        handover = work.add(
            Handover(
                child_id=child.id,
                form_record_id=form.id,
                form_id=form.form_id,
                user_id=ash.casebook.actor_id,
                started_at=clock.now(),
            )
        )
    clock.advance(timedelta(hours=1))
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    assert robin.get(Handover, handover.id).state == "open"
    with robin.casebook.read() as session:
        assert signs_of_harm.handed_over(session) is None
        assert signs_of_harm.handed_over(session, form.id) is None
    with ash.casebook.read() as session:
        here = signs_of_harm.handed_over(session, form.id)
        assert here is not None and here.id == handover.id
