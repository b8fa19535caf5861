"""The service's figures on two laptops: they arrive whole, and two corrections are for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.casework import service_figures, sync_conflicts
from app.casework.desk import Desk, NotAllowed
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_service_figures import NORTHBRIDGE


@pytest.fixture
def caseload_only() -> bool:
    return True


def numbers(desk: Desk) -> list[object]:
    return [view.details.counts["black"] for view in service_figures.held(desk).own]


def test_they_travel_and_two_corrections_stand_side_by_side(new_desk: NewDesk) -> None:
    rowan, kit = new_desk("Rowan Okell", "manager"), new_desk("Kit Sorrel", "administrator")
    ash = new_desk("Ash Rivers")
    id_ = service_figures.add(rowan, NORTHBRIDGE)
    quiet(rowan, kit, ash)
    assert numbers(kit) == numbers(ash) == [(12, 40)], "whoever writes reports has them"
    for desk, black in ((rowan, (13, 40)), (kit, (12, 41))):
        given = replace(NORTHBRIDGE, counts={**NORTHBRIDGE.counts, "black": black})
        service_figures.change(desk, id_, given)
    quiet(rowan, kit, ash)
    (one,) = sync_conflicts.conflicts(kit)
    assert (one.record, one.label) == ("Figures on decisions", "Numbers by ethnic group")
    texts = {one.mine.text, one.theirs.text}
    assert any("Caribbean or African: 13 of 40" in text for text in texts)
    assert any("Caribbean or African: 12 of 41" in text for text in texts)
    for found in sync_conflicts.conflicts(ash):
        with pytest.raises(NotAllowed):
            sync_conflicts.keep_mine(ash, found.id)
    sync_conflicts.keep_theirs(kit, one.id, "Counted again")
    quiet(kit, rowan, ash)
    assert numbers(rowan) == numbers(kit) == numbers(ash)
    assert not sync_conflicts.conflicts(kit) and not sync_conflicts.conflicts(rowan)


def test_a_correction_and_another_of_the_source_are_both_kept(new_desk: NewDesk) -> None:
    rowan, kit = new_desk("Rowan Okell", "manager"), new_desk("Kit Sorrel", "administrator")
    id_ = service_figures.add(rowan, NORTHBRIDGE)
    quiet(rowan, kit)
    counts = {**NORTHBRIDGE.counts, "black": (13, 40)}
    service_figures.change(rowan, id_, replace(NORTHBRIDGE, counts=counts))
    service_figures.change(kit, id_, replace(NORTHBRIDGE, source_name="Annual report, table 5"))
    quiet(rowan, kit)
    for desk in (rowan, kit):
        (view,) = service_figures.held(desk).own
        assert view.details.counts["black"] == (13, 40)
        assert view.details.source_name == "Annual report, table 5"
