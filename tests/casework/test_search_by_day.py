"""Finding what is on a day: hearings first, then what else is due."""

from __future__ import annotations

from datetime import date

from app.casework import children, court, due, search
from app.casework.child_details import AlertDetails
from app.casework.court import HearingDetails
from app.casework.desk import Desk
from tests.casework.conftest import AddChild


def test_the_hearings_of_a_day_are_found_in_order_of_names(desk: Desk, add_child: AddChild) -> None:
    day = date(2026, 12, 9)
    wren = add_child(given_name="Wren", family_name="Hollis")
    noor = add_child(given_name="Noor", family_name="Larkspur")
    ids = {
        child.id: court.add_hearing(desk, child.id, HearingDetails(hearing_date=day)).id
        for child in (wren, noor)
    }
    court.add_hearing(desk, wren.id, HearingDetails(hearing_date=date(2026, 12, 10)))
    gone = court.add_hearing(desk, noor.id, HearingDetails(hearing_date=day))
    court.remove_hearing(desk, gone.id, "Entered twice")
    hits = search.on_day(desk, day)
    hearings = [(hit.child_id, hit.record_id) for hit in hits if hit.kind == "hearing"]
    assert hearings == [(noor.id, ids[noor.id]), (wren.id, ids[wren.id])]
    assert all("9 December 2026" in hit.title for hit in hits if hit.kind == "hearing")
    assert "hearing" not in {hit.kind for hit in search.on_day(desk, date(2026, 12, 8))}


def test_what_else_is_due_on_a_day_is_found(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    day = date(2026, 12, 4)
    children.add_alert(desk, child.id, AlertDetails(kind="self_harm", review_on=day))
    items = [item for item in due.of_all(desk) if item.due == day]
    assert [item.kind for item in items] == ["alert_review"]
    for item in items:
        assert item.due is not None
        hits = search.on_day(desk, item.due)
        assert (f"{item.child_name} · {item.text}", "due") in [
            (hit.title, hit.kind) for hit in hits
        ]
