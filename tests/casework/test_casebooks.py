"""Making, opening and keeping a casebook, on real files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.casework import (
    casebook_backups,
    casebook_keys,
    casebook_users,
    casebooks,
    children,
    history,
    organisation_keys,
    places,
)
from app.casework.children import ChildDetails
from app.casework.desk import Desk, NotAllowed
from app.casework.places import Place
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models import database, escrow, key_file, vault
from app.models.instance_lock import HeldElsewhere
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    state = casebooks.describe(tmp_path)
    assert (state.kind, state.holders, state.message) == ("none", (), "")


def test_a_new_casebook_says_who_can_open_it(fresh_office: Office) -> None:
    state = casebooks.describe(fresh_office.folder)
    assert state.kind == "ready"
    assert [holder.name for holder in state.holders] == ["Ash Rivers"]


def test_a_second_casebook_is_not_made_over_the_first(
    fresh_office: Office, clock: FixedClock
) -> None:
    before = (fresh_office.folder / key_file.KEYS_NAME).read_bytes()
    new = casebooks.NewCasebook(
        service_name="Another",
        user_name="Somebody",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    with pytest.raises(vault.KeysExist):
        casebooks.create(fresh_office.folder, new, clock)
    assert (fresh_office.folder / key_file.KEYS_NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        (database.STORE_NAME, None, "store_missing", "backup"),
        (database.STORE_NAME, b"", "damaged", "empty"),
        (database.STORE_NAME, b"SQLite format 3\0" + b"\0" * 4080, "damaged", "not encrypted"),
        (key_file.KEYS_NAME, None, "keys_missing", "key file"),
        (key_file.KEYS_NAME, b"{", "damaged", "key file"),
    ],
)
def test_what_is_wrong_is_said_before_unlocking(
    fresh_office: Office, name: str, content: bytes | None, kind: str, words: str
) -> None:
    file = fresh_office.folder / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    state = casebooks.describe(fresh_office.folder)
    assert state.kind == kind
    assert words in state.message


def test_a_wrong_passphrase_opens_nothing_and_then_has_to_wait(fresh_office: Office) -> None:
    user = fresh_office.users["Ash Rivers"]
    for _ in range(4):
        with pytest.raises(vault.WrongPassphrase) as refused:
            casebooks.unlock(fresh_office.folder, user, "not the passphrase", fresh_office.clock)
        fresh_office.clock.advance(timedelta(seconds=refused.value.wait_seconds))
    assert casebooks.describe(fresh_office.folder, fresh_office.clock).wait_seconds == 0
    with pytest.raises(vault.WrongPassphrase) as refused:
        casebooks.unlock(fresh_office.folder, user, "not the passphrase", fresh_office.clock)
    assert refused.value.wait_seconds > 0
    fresh_office.clock.advance(timedelta(seconds=refused.value.wait_seconds))
    assert fresh_office.as_user("Ash Rivers").actor.name == "Ash Rivers"


def test_a_refused_unlock_lets_another_try(fresh_office: Office) -> None:
    """The lock on the folder is let go when a passphrase is wrong."""
    with pytest.raises(vault.WrongPassphrase):
        casebooks.unlock(
            fresh_office.folder, fresh_office.users["Ash Rivers"], "wrong one", fresh_office.clock
        )
    assert fresh_office.as_user("Ash Rivers").actor.role == "practitioner"


def test_two_windows_can_not_have_it_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casebooks, "WAIT_FOR_LAST", 0.0)
    with pytest.raises(HeldElsewhere):
        casebooks.unlock(office.folder, office.users["Ash Rivers"], PASSPHRASE, office.clock)
    office.leave()
    assert office.as_user("Ash Rivers").actor.name == "Ash Rivers"


def test_only_the_right_recovery_code_is_confirmed(fresh_office: Office) -> None:
    desk = fresh_office.as_user("Ash Rivers")
    other = vault.recovery_code.new()
    with pytest.raises(casebook_keys.WrongRecoveryWords):
        casebook_keys.confirm_recovery_code(desk, other)
    assert not casebook_keys.recovery_confirmed(desk)
    casebook_keys.confirm_recovery_code(desk, fresh_office.recovery_code.lower().replace("-", " "))
    assert casebook_keys.recovery_confirmed(desk)


def test_a_new_recovery_code_has_to_be_confirmed_again(office: Office, desk: Desk) -> None:
    code = casebook_keys.new_recovery_code(desk, PASSPHRASE)
    assert not casebook_keys.recovery_confirmed(desk)
    office.leave()
    with pytest.raises(vault.WrongRecoveryCode):
        casebooks.recover(
            office.folder,
            office.recovery_code,
            office.users["Ash Rivers"],
            "a new long passphrase",
            office.clock,
        )
    office.desk = casebooks.recover(
        office.folder, code, office.users["Ash Rivers"], "a new long passphrase", office.clock
    )
    assert office.desk.actor.name == "Ash Rivers"


def test_recovery_gives_a_new_passphrase(office: Office, clock: FixedClock) -> None:
    office.leave()
    user = office.users["Ash Rivers"]
    casebooks.recover(
        office.folder, office.recovery_code, user, "five small green boats", clock
    ).close()
    with pytest.raises(vault.WrongPassphrase):
        casebooks.unlock(office.folder, user, PASSPHRASE, clock)
    office.desk = casebooks.unlock(office.folder, user, "five small green boats", clock)
    assert office.desk.actor.id == user


def test_the_services_key_opens_it_when_all_else_is_lost(tmp_path: Path, clock: FixedClock) -> None:
    key = organisation_keys.make_organisation_key(tmp_path / "service.key", "the key in the safe")
    assert organisation_keys.read_organisation_key(key.words) == key.public
    assert organisation_keys.read_organisation_key_file(key.file) == key.public
    new = casebooks.NewCasebook(
        service_name="Rivermouth",
        user_name="Ash Rivers",
        passphrase=PASSPHRASE,
        organisation_key=key.public,
    )
    made = casebooks.create(tmp_path / "casebook", new, clock)
    desk = casebooks.recover_with_organisation_key(
        tmp_path / "casebook",
        key_file=key.file,
        key_passphrase="the key in the safe",
        user_id=made.user_id,
        new_passphrase="five small green boats",
        clock=clock,
    )
    assert desk.actor.name == "Ash Rivers"
    desk.close()


def test_words_that_are_no_key_are_refused() -> None:
    with pytest.raises(escrow.OrganisationKeyUnreadable):
        organisation_keys.read_organisation_key("0123 4567")


def test_changing_a_passphrase_asks_for_the_old_one(office: Office, desk: Desk) -> None:
    with pytest.raises(vault.WrongPassphrase):
        casebook_keys.change_passphrase(desk, "not the passphrase", "five small green boats")
    with pytest.raises(KnownError):
        casebook_keys.change_passphrase(desk, PASSPHRASE, "short")
    casebook_keys.change_passphrase(desk, PASSPHRASE, "five small green boats")
    office.leave()
    office.desk = casebooks.unlock(
        office.folder, desk.actor.id, "five small green boats", office.clock
    )
    assert office.desk.actor.name == "Ash Rivers"


@pytest.mark.parametrize(
    ("passphrase", "fits"),
    [("short", False), ("aaaaaaaaaaaaaaa", False), ("Ash Rivers the First", True)],
)
def test_a_new_passphrase_is_judged_in_words(passphrase: str, fits: bool) -> None:
    assert (casebook_keys.check_passphrase(passphrase, "Ash Rivers") == "") is fits


def test_a_passphrase_is_not_ones_name() -> None:
    assert casebook_keys.check_passphrase("bartholomew pennyfeather", "Bartholomew Pennyfeather")


# -- users -------------------------------------------------------------------------------------


def test_only_an_administrator_adds_users(staffed: Office) -> None:
    assert staffed.desk is not None
    with pytest.raises(NotAllowed):
        staffed.add_user("Lee Moss", "practitioner")
    staffed.as_user("Kit Sorrel")
    staffed.add_user("Lee Moss", "practitioner")
    assert staffed.as_user("Lee Moss").actor.role == "practitioner"


def test_a_casebook_without_administrator_takes_one_but_nobody_else(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.add_user("Rowan Okell", "manager")
    office.add_user("Kit Sorrel", "administrator")
    with pytest.raises(NotAllowed):
        office.add_user("Sam Tarn", "administrator")


def test_a_user_who_left_can_not_unlock(staffed: Office) -> None:
    desk = staffed.as_user("Kit Sorrel")
    casebook_users.end_user(desk, staffed.users["Perry Lind"], "Moved to another service")
    assert [user.name for user in casebook_users.users(desk) if not user.active] == ["Perry Lind"]
    staffed.leave()
    with pytest.raises(vault.NotAHolder):
        staffed.as_user("Perry Lind")


# -- locking -----------------------------------------------------------------------------------


def test_unlocking_leads_back_to_the_same_place(office: Office, desk: Desk) -> None:
    place = Place("form", child_id="c", record_id="r", path="people/1/who", cursor=17)
    casebooks.lock(desk, place)
    office.desk = None
    assert places.last_place(office.as_user("Ash Rivers")) == place


def test_a_lock_without_a_place_forgets_the_last(office: Office, desk: Desk) -> None:
    places.keep_place(desk, Place("caseload"))
    places.keep_place(desk, Place("form", path="x"))
    assert places.last_place(desk) == Place("form", path="x")
    casebooks.lock(desk, None)
    office.desk = None
    assert places.last_place(office.as_user("Ash Rivers")) is None


def test_the_place_of_one_user_is_not_shown_to_another(staffed: Office) -> None:
    assert staffed.desk is not None
    casebooks.lock(staffed.desk, Place("child", child_id="c"))
    staffed.desk = None
    assert places.last_place(staffed.as_user("Rowan Okell")) is None


# -- copies ------------------------------------------------------------------------------------


def test_a_restored_backup_holds_what_was_and_is_another_device(
    office: Office, desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    kept = add_child()
    made = casebook_backups.back_up(desk, tmp_path / "backups")
    later = add_child(given_name="Wren", family_name="Hollis")
    device = desk.casebook.device_id
    casebooks.lock(desk, None)
    assert casebook_backups.backups(tmp_path / "backups") == (made,)
    restored = casebook_backups.restore(
        made.file, office.folder, office.users["Ash Rivers"], PASSPHRASE, office.clock
    )
    office.desk = restored
    assert restored.casebook.device_id != device
    assert children.open_child(restored, kept.id).name == "Tal Fenwick"
    with pytest.raises(KnownError):
        children.open_child(restored, later.id)
    assert history.verify(restored).ok


def test_a_restore_takes_the_passphrase_of_that_day_too(
    office: Office, desk: Desk, tmp_path: Path
) -> None:
    made = casebook_backups.back_up(desk, tmp_path / "backups")
    casebook_keys.change_passphrase(desk, PASSPHRASE, "five small green boats")
    office.leave()
    user = office.users["Ash Rivers"]
    with pytest.raises(vault.WrongPassphrase):
        casebook_backups.restore(made.file, office.folder, user, "neither of the two", office.clock)
    office.desk = casebook_backups.restore(made.file, office.folder, user, PASSPHRASE, office.clock)
    assert office.desk.actor.name == "Ash Rivers"


def test_an_older_store_put_in_its_place_is_refused(
    office: Office, desk: Desk, add_child: AddChild
) -> None:
    office.leave()
    older = (office.folder / database.STORE_NAME).read_bytes()
    desk = office.as_user("Ash Rivers")
    children.add_child(desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    office.leave()
    (office.folder / database.STORE_NAME).write_bytes(older)
    with pytest.raises(database.StoreDamaged):
        office.as_user("Ash Rivers")


def test_a_copied_casebook_takes_an_identity_of_its_own(office: Office, desk: Desk) -> None:
    device = desk.casebook.device_id
    office.leave()
    moved = office.folder.with_name("elsewhere")
    office.folder.rename(moved)
    office.folder = moved
    desk = office.as_user("Ash Rivers")
    assert desk.casebook.device_id != device
    own = desk.casebook.device_id
    assert office.as_user("Ash Rivers").casebook.device_id == own


def test_a_whole_casebook_is_found_whole(desk: Desk, add_child: AddChild) -> None:
    add_child()
    found = casebook_backups.check_integrity(desk)
    assert (found.ok, found.findings) == (True, ())


def test_a_change_past_the_log_is_found(desk: Desk, add_child: AddChild) -> None:
    add_child()
    with desk.casebook.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER change_never_changes")
        connection.exec_driver_sql("UPDATE change SET actor_id = 'somebody' WHERE entry = 3")
    found = casebook_backups.check_integrity(desk)
    assert not found.ok
    assert "Entry 3" in found.findings[0]


def test_the_demonstration_takes_no_users(tmp_path: Path, clock: FixedClock) -> None:
    new = casebooks.NewCasebook(
        service_name="Rivermouth",
        user_name="Ash Rivers",
        role="administrator",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    made = casebooks.create(tmp_path / "demo", new, clock, demo=True)
    desk = casebooks.unlock(tmp_path / "demo", made.user_id, PASSPHRASE, clock)
    assert desk.demo
    with pytest.raises(NotAllowed):
        casebook_users.add_user(desk, "Somebody", "reader", PASSPHRASE)
    desk.close()


def test_nothing_secret_shows_in_a_representation(office: Office, desk: Desk) -> None:
    new = casebooks.NewCasebook(
        service_name="x", user_name="y", passphrase=PASSPHRASE, organisation_key=b"k" * 32
    )
    shown = f"{desk!r} {new!r} {casebooks.Created('u', office.recovery_code)!r}"
    for secret in (PASSPHRASE, office.recovery_code, repr(desk.data_key), "kkkk"):
        assert secret not in shown
