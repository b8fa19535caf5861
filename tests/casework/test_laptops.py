"""The laptops of a service: a code lets one in, a lost one is taken out with what it held told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.casework import casebook_keys, casebook_users, joining, laptops, sync_deeds, syncing
from app.casework.desk import Desk, NotAllowed
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models import escrow
from app.models.database import STORE_NAME
from app.models.key_file import KEYS_NAME
from tests.casework.sync_desks import NewDesk
from tests.casework.test_syncing import a_child
from tests.made_once import PASSPHRASE
from tests.sync.conftest import Central


@pytest.fixture
def maud(new_desk: NewDesk, central: Central) -> Desk:
    return new_desk("Maud Fennimore", "administrator", user_id=central.administrator)


def test_a_code_that_an_administrator_makes_lets_one_laptop_in_once(
    maud: Desk, tmp_path: Path, clock: FixedClock
) -> None:
    made = laptops.new_code(maud, "Ash Rivers", "practitioner")
    assert made.text not in repr(made)
    welcome = joining.Knock(clock)(made.address, made.text)
    assert (welcome.user_name, welcome.role) == ("Ash Rivers", "practitioner")
    key = escrow.public_bytes(escrow.make())
    desk, recovery = joining.make(
        tmp_path / "new", welcome, PASSPHRASE, clock, organisation_key=key
    )
    try:
        assert casebook_users.service(desk).name == welcome.service_name
        assert desk.actor.name == "Ash Rivers"
        assert syncing.status(desk).joined
        sync_deeds.sync_now(desk)
        assert syncing.status(desk).state == "confirmed"
        casebook_keys.confirm_recovery_code(desk, recovery)
    finally:
        desk.close()
    with pytest.raises(KnownError, match="code"):
        joining.Knock(clock)(made.address, made.text)


def test_an_answer_that_was_lost_can_be_asked_for_again(maud: Desk, clock: FixedClock) -> None:
    made = laptops.new_code(maud, "Ash Rivers", "practitioner")
    knock = joining.Knock(clock)
    first = knock(made.address, made.text)
    again = knock(made.address, made.text)
    assert first.enrolled.device_id == again.enrolled.device_id


def test_a_code_is_too_old_after_fifteen_minutes(maud: Desk, clock: FixedClock) -> None:
    made = laptops.new_code(maud, "Ash Rivers", "practitioner")
    clock.advance(timedelta(minutes=16))
    with pytest.raises(KnownError, match="used already, or it is too old"):
        joining.Knock(clock)(made.address, made.text)


def test_a_lost_laptop_is_told_of_with_what_it_held_and_wiped_at_its_next_contact(
    maud: Desk, new_desk: NewDesk, clock: FixedClock
) -> None:
    ash = new_desk("Ash Rivers")
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    sync_deeds.sync_now(ash)
    sync_deeds.sync_now(maud)
    clock.advance(timedelta(days=8))
    found = {one.people: one for one in laptops.laptops(maud)}
    lost = found["Ash Rivers"]
    assert (lost.held, lost.out, lost.long_ago, lost.this) == (1, False, True, False)
    assert found["Maud Fennimore"].this
    assert [one.child_id for one in laptops.held_on(maud, lost.id)] == [child_id]
    laptops.take_out(maud, lost.id, "wipe")
    (gone,) = [one for one in laptops.laptops(maud) if one.id == lost.id]
    assert gone.out
    assert gone.state.startswith("Taken out Today")
    with pytest.raises(sync_deeds.Ordered) as ordered:
        sync_deeds.sync_now(ash)
    sync_deeds.obey(ash, ordered.value)
    assert not (ash.folder / STORE_NAME).exists()
    assert not (ash.folder / KEYS_NAME).exists()
    ash.close = lambda: None  # type: ignore[method-assign]  # there is nothing left to close


def test_nobody_takes_out_the_laptop_that_they_work_on(maud: Desk) -> None:
    with pytest.raises(NotAllowed, match="working on"):
        laptops.take_out(maud, maud.casebook.device_id, "wipe")


def test_only_who_may_sees_laptops_or_lets_them_in(new_desk: NewDesk) -> None:
    ash = new_desk("Ash Rivers")
    with pytest.raises(NotAllowed):
        laptops.laptops(ash)
    with pytest.raises(NotAllowed):
        laptops.held_on(ash, ash.casebook.device_id)
    rowan = new_desk("Rowan Okell", "manager")
    assert len(laptops.laptops(rowan)) == 2
    for desk in (ash, rowan):
        with pytest.raises(NotAllowed):
            laptops.new_code(desk, "Perry Lind", "practitioner")
        with pytest.raises(NotAllowed):
            laptops.take_out(desk, "0198c0de-0000-7000-8000-00000000dead", "wipe")
