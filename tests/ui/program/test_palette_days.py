"""A day typed into Ctrl+K: how it is understood, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.casework import casebooks, children, court
from app.casework.court import HearingDetails
from app.core.clock import FixedClock
from app.ui.palette import Palette, day_meant
from tests.made_once import PASSPHRASE
from tests.ui.program.conftest import Seat

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("24 Nov", date(2026, 11, 24)),
        ("24 november", date(2026, 11, 24)),
        ("24/11", date(2026, 11, 24)),
        ("2 Jan", date(2027, 1, 2)),
        ("24 Tachwedd", date(2026, 11, 24)),
        ("24 Nov 2025", date(2025, 11, 24)),
        ("tomorrow", date(2026, 11, 24)),
        ("2026-12-09", date(2026, 12, 9)),
        ("Tal", None),
        ("99 Nov", None),
        ("", None),
    ],
)
def test_a_day_is_understood_as_people_type_it(typed: str, day: date | None) -> None:
    assert day_meant(typed, TODAY) == day


def test_a_day_in_the_palette_leads_to_the_hearing_on_it(
    sit: Callable[..., Seat], folder: Path, clock: FixedClock
) -> None:
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    child = children.add_child(
        desk, children.ChildDetails(given_name="Wren", family_name="Hollis"), reason="New"
    )
    court.add_hearing(desk, child.id, HearingDetails(hearing_date=date(2026, 12, 9)))
    desk.close()
    seat = sit(folder)
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    palette = Palette(seat.program.shell, "9 Dec")
    palette.ask()
    seat.until(lambda: any(find.kind == "hearing" for find in palette.model.finds))
    first = palette.model.finds[0]
    assert (first.kind, first.title.split(" · ")[0]) == ("hearing", "Wren Hollis")
    palette._open(palette.model.index(0))
    seat.settle()
    assert seat.program.shell.page.child_id == child.id
