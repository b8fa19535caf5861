"""The vault: who gets in, who doesn't, and what a change of keys leaves behind."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models import database, escrow, kdf, key_file, recovery_code, vault
from app.models.kdf import Argon2Params
from tests.vaults import (
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    Made,
    add_robin,
    bytes_in,
    edit_keys,
    make_vault,
)


@pytest.fixture
def cheap() -> Iterator[None]:
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@pytest.fixture
def made(tmp_path: Path, cheap: None) -> Made:
    return make_vault(tmp_path / "casebook")


def unlock(made: Made, clock: FixedClock, passphrase: str = PASSPHRASE, user: str = "sam") -> bytes:
    return vault.unlock(made.folder, user_id=user, passphrase=passphrase, clock=clock).data_key


# --- Ways in ------------------------------------------------------------------------------


def test_each_way_in_gives_the_same_key_and_the_passphrase_says_who_acts(
    made: Made, clock: FixedClock
) -> None:
    add_robin(made)
    sam = vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
    robin = vault.unlock(made.folder, user_id="robin", passphrase=OTHER_PASSPHRASE, clock=clock)
    paper = vault.unlock_with_recovery(made.folder, code=made.code)
    organisation = vault.unlock_with_escrow(made.folder, made.organisation)
    assert (sam.user_id, robin.user_id, paper.user_id) == ("sam", "robin", None)
    keys = {u.data_key for u in (sam, robin, paper, organisation)}
    assert keys == {made.data_key}
    made.engine().dispose()


def test_a_passphrase_opens_its_own_users_slot_alone(made: Made, clock: FixedClock) -> None:
    add_robin(made)
    with pytest.raises(vault.WrongPassphrase):
        unlock(made, clock, PASSPHRASE, "robin")


def test_a_welsh_passphrase_opens_however_the_keyboard_composes_it(
    made: Made, clock: FixedClock
) -> None:
    composed, apart = "t\u0175r y m\u00f4r d\u0175r", "tw\u0302r y mo\u0302r dw\u0302r"
    vault.set_passphrase(made.folder, data_key=made.data_key, user_id="sam", passphrase=composed)
    assert unlock(made, clock, apart) == made.data_key


def test_nothing_secret_stands_in_the_key_file_or_in_a_representation(
    made: Made, clock: FixedClock
) -> None:
    unlocked = vault.unlock(made.folder, user_id="sam", passphrase=PASSPHRASE, clock=clock)
    text = made.keys.read_text("utf-8")
    letters = made.code.replace("-", "")
    for secret in (PASSPHRASE, made.code, letters, made.data_key.hex()):
        assert secret not in text
    shown = repr(unlocked) + repr(vault.NewVault(made.data_key, made.code, "x"))
    assert repr(made.data_key) not in shown
    assert made.code not in shown


def test_key_files_and_store_are_their_owners_alone(made: Made) -> None:
    add_robin(made)
    for file in (made.keys, made.folder / key_file.PREVIOUS_NAME, made.store):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


# --- Wrong passphrases --------------------------------------------------------------------


def test_the_delay_grows_is_kept_over_restarts_and_ends_with_the_right_passphrase(
    made: Made, clock: FixedClock
) -> None:
    waits, texts = [], set()
    for _ in range(13):
        with pytest.raises(vault.WrongPassphrase) as refused:
            unlock(made, clock, "not the passphrase")
        waits.append(refused.value.wait_seconds)
        texts.add(refused.value.user_text)
        # A second process reads the same wait from the file.
        assert vault.inspect(made.folder, clock).wait_seconds == waits[-1]
        clock.advance(timedelta(seconds=waits[-1]))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert texts == {"That passphrase is not right."}
    assert unlock(made, clock) == made.data_key
    assert vault.inspect(made.folder, clock).failed == 0


def test_after_ten_wrong_passphrases_the_recovery_code_is_pointed_to_and_nothing_is_wiped(
    made: Made, clock: FixedClock
) -> None:
    before = made.store.read_bytes()
    advised = []
    for _ in range(20):
        with pytest.raises(vault.WrongPassphrase) as refused:
            unlock(made, clock, "not the passphrase")
        advised.append(refused.value.recovery_advised)
        assert ("recovery code" in refused.value.hint) is advised[-1]
        clock.advance(timedelta(minutes=5))
    assert advised == [False] * 9 + [True] * 11
    assert made.store.read_bytes() == before
    assert vault.unlock_with_recovery(made.folder, code=made.code).data_key == made.data_key
    assert unlock(made, clock) == made.data_key


def fail_six_times(made: Made, clock: FixedClock) -> None:
    for _ in range(6):
        with pytest.raises(vault.WrongPassphrase) as refused:
            unlock(made, clock, "not the passphrase")
        if _ < 5:
            clock.advance(timedelta(seconds=refused.value.wait_seconds))


def test_too_soon_is_refused_without_being_tried_or_counted(made: Made, clock: FixedClock) -> None:
    fail_six_times(made, clock)
    for _ in range(3):
        with pytest.raises(vault.WaitFirst) as refused:
            unlock(made, clock)
        assert refused.value.user_text == "Wait 8 seconds before the next try."
    assert vault.inspect(made.folder, clock).failed == 6
    clock.advance(timedelta(seconds=7))
    with pytest.raises(vault.WaitFirst) as refused:
        unlock(made, clock)
    assert refused.value.wait_seconds == 1
    clock.advance(timedelta(seconds=1))
    assert unlock(made, clock) == made.data_key


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(seconds=-3)])
def test_a_clock_set_back_neither_ends_nor_lengthens_the_wait(
    made: Made, clock: FixedClock, jump: timedelta
) -> None:
    fail_six_times(made, clock)
    clock.advance(jump)
    with pytest.raises(vault.WaitFirst) as refused:
        unlock(made, clock)
    assert refused.value.wait_seconds == 8
    clock.advance(timedelta(seconds=8))
    assert unlock(made, clock) == made.data_key


def test_a_try_made_while_the_clock_was_in_the_future_does_not_shut_the_owner_out(
    made: Made, clock: FixedClock
) -> None:
    fail_six_times(made, clock)
    clock.advance(timedelta(days=3650))
    with pytest.raises(vault.WrongPassphrase):
        unlock(made, clock, "not the passphrase")
    clock.advance(timedelta(days=-3650))
    with pytest.raises(vault.WaitFirst) as refused:
        unlock(made, clock)
    assert refused.value.wait_seconds == 16
    clock.advance(timedelta(seconds=16))
    assert unlock(made, clock) == made.data_key


def test_counting_tries_keeps_the_previous_copy_of_the_slots(made: Made, clock: FixedClock) -> None:
    first = made.keys.read_bytes()
    add_robin(made)
    for _ in range(2):
        with pytest.raises(vault.WrongPassphrase):
            unlock(made, clock, "not the passphrase")
    assert (made.folder / key_file.PREVIOUS_NAME).read_bytes() == first


# --- Changing slots -----------------------------------------------------------------------


def test_a_changed_passphrase_leaves_the_old_one_useless_and_the_others_alone(
    made: Made, clock: FixedClock
) -> None:
    add_robin(made)
    new = "nine patient otters"
    vault.set_passphrase(made.folder, data_key=made.data_key, user_id="sam", passphrase=new)
    with pytest.raises(vault.WrongPassphrase):
        unlock(made, clock, PASSPHRASE)
    assert unlock(made, clock, new) == made.data_key
    assert unlock(made, clock, OTHER_PASSPHRASE, "robin") == made.data_key
    assert vault.unlock_with_recovery(made.folder, code=made.code).data_key == made.data_key


def test_a_holder_taken_out_is_out_and_the_last_one_stays(made: Made, clock: FixedClock) -> None:
    add_robin(made)
    vault.remove_holder(made.folder, data_key=made.data_key, user_id="sam")
    with pytest.raises(vault.NotAHolder):
        unlock(made, clock)
    assert [h.name for h in vault.inspect(made.folder).holders] == ["Robin Calder"]
    with pytest.raises(vault.LastHolder):
        vault.remove_holder(made.folder, data_key=made.data_key, user_id="robin")
    assert unlock(made, clock, OTHER_PASSPHRASE, "robin") == made.data_key


def test_nobody_is_added_twice(made: Made) -> None:
    before = bytes_in(made.folder)
    with pytest.raises(vault.AlreadyAHolder):
        vault.add_holder(
            made.folder,
            data_key=made.data_key,
            user_id="sam",
            user_name="Sam again",
            passphrase=OTHER_PASSPHRASE,
        )
    assert bytes_in(made.folder) == before


def test_a_new_recovery_code_ends_the_old_one(made: Made) -> None:
    code = vault.new_recovery_code(made.folder, data_key=made.data_key)
    assert code != made.code
    assert vault.matches_recovery_code(made.folder, data_key=made.data_key, code=code)
    assert not vault.matches_recovery_code(made.folder, data_key=made.data_key, code=made.code)
    with pytest.raises(vault.WrongRecoveryCode):
        vault.unlock_with_recovery(made.folder, code=made.code)


def test_another_organisations_key_takes_the_place_of_the_first(made: Made) -> None:
    other = escrow.make()
    with pytest.raises(escrow.NotSealedToThisKey):
        vault.unlock_with_escrow(made.folder, other)
    vault.set_organisation_key(
        made.folder, data_key=made.data_key, organisation_key=escrow.public_bytes(other)
    )
    assert vault.unlock_with_escrow(made.folder, other).data_key == made.data_key
    with pytest.raises(escrow.NotSealedToThisKey):
        vault.unlock_with_escrow(made.folder, made.organisation)


def test_more_holders_than_the_file_can_take_are_refused_and_the_file_stands(made: Made) -> None:
    def add(number: int) -> None:
        vault.add_holder(
            made.folder,
            data_key=made.data_key,
            user_id=f"user-{number}",
            user_name="Robin Calder",
            passphrase=OTHER_PASSPHRASE,
        )

    number = 0
    with pytest.raises(KnownError, match="as many holders"):
        for number in range(200):
            before = made.keys.read_bytes()
            add(number)
    assert number >= 20
    assert made.keys.read_bytes() == before
    assert len(before) <= key_file.MAX_BYTES


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", "            ", "aaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused_everywhere(made: Made, tmp_path: Path, weak: str) -> None:
    before = bytes_in(made.folder)
    with pytest.raises(vault.WeakPassphrase):
        vault.set_passphrase(made.folder, data_key=made.data_key, user_id="sam", passphrase=weak)
    with pytest.raises(vault.WeakPassphrase):
        vault.add_holder(
            made.folder, data_key=made.data_key, user_id="x", user_name="X", passphrase=weak
        )
    with pytest.raises(vault.WeakPassphrase):
        vault.create(
            tmp_path / "new",
            user_id="x",
            user_name="X",
            passphrase=weak,
            organisation_key=escrow.public_bytes(made.organisation),
            store_id="new",
        )
    assert bytes_in(made.folder) == before
    assert not (tmp_path / "new").exists()


# --- Key files that are not what they were -------------------------------------------------


def test_an_older_key_file_is_refused_and_a_recovery_goes_on_from_it(
    made: Made, clock: FixedClock
) -> None:
    old = made.keys.read_bytes()
    new = "nine patient otters"
    vault.set_passphrase(made.folder, data_key=made.data_key, user_id="sam", passphrase=new)
    newer = made.keys.read_bytes()
    made.keys.write_bytes(old)
    before = bytes_in(made.folder)
    with pytest.raises(vault.OlderKeys):
        unlock(made, clock, PASSPHRASE)
    assert bytes_in(made.folder) == before

    made.keys.write_bytes(newer)
    assert unlock(made, clock, new) == made.data_key

    made.keys.write_bytes(old)
    recovered = vault.unlock_with_recovery(made.folder, code=made.code)
    third = "eleven calm badgers"
    vault.set_passphrase(made.folder, data_key=recovered.data_key, user_id="sam", passphrase=third)
    assert unlock(made, clock, third) == made.data_key
    made.keys.write_bytes(newer)
    with pytest.raises(vault.OlderKeys):
        unlock(made, clock, new)


def test_the_key_file_of_another_casebook_is_refused(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    other = make_vault(tmp_path / "other", store_id="store-two")
    made.keys.write_bytes(other.keys.read_bytes())
    before = bytes_in(made.folder)
    with pytest.raises(vault.OtherCasebook):
        unlock(made, clock)
    assert bytes_in(made.folder) == before


def first_slot(content: dict[str, object]) -> dict[str, object]:
    slots = content["slots"]
    assert isinstance(slots, list)
    slot = slots[0]
    assert isinstance(slot, dict)
    return slot


def test_parameters_below_the_floor_are_refused_before_anything_is_derived(
    made: Made, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("derived with refused parameters")

    monkeypatch.setattr(kdf, "hash_secret_raw", never)
    with kdf.floor_lowered_for_tests(Argon2Params(memory_kib=128, passes=2, lanes=1)):
        before = bytes_in(made.folder)
        with pytest.raises(kdf.WeakKeyFile):
            unlock(made, clock)
        with pytest.raises(kdf.WeakKeyFile):
            vault.unlock_with_recovery(made.folder, code=made.code)
        with pytest.raises(kdf.WeakKeyFile):
            vault.unlock_with_escrow(made.folder, made.organisation)
        assert bytes_in(made.folder) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("memory_kib", 2 * 1024 * 1024), ("passes", 21), ("lanes", 17), ("memory_kib", 10**12)],
)
def test_parameters_above_the_cap_are_refused(
    made: Made, clock: FixedClock, name: str, value: int
) -> None:
    edit_keys(made, lambda content: first_slot(content)["kdf"].update({name: value}))  # type: ignore[attr-defined]
    with pytest.raises(kdf.HeavyKeyFile):
        unlock(made, clock)


def test_parameters_lowered_within_the_floor_open_nothing(
    tmp_path: Path, clock: FixedClock
) -> None:
    with kdf.floor_lowered_for_tests(Argon2Params(memory_kib=128, passes=2, lanes=1)):
        made = make_vault(tmp_path / "casebook")
    with kdf.floor_lowered_for_tests(CHEAP):
        assert unlock(made, clock) == made.data_key
        edit_keys(made, lambda content: first_slot(content)["kdf"].update(passes=1))  # type: ignore[attr-defined]
        with pytest.raises(vault.WrongPassphrase):
            unlock(made, clock)


def test_the_header_of_a_slot_is_bound_to_it(made: Made, clock: FixedClock) -> None:
    add_robin(made)
    whole = made.keys.read_bytes()

    def swap_users(content: dict[str, object]) -> None:
        slots = content["slots"]
        assert isinstance(slots, list)
        slots[0]["user_id"], slots[-1]["user_id"] = slots[-1]["user_id"], slots[0]["user_id"]

    def swap_wrapped(content: dict[str, object]) -> None:
        slots = content["slots"]
        assert isinstance(slots, list)
        for name in ("wrapped", "nonce"):
            slots[0][name], slots[-1][name] = slots[-1][name], slots[0][name]

    def become_real(content: dict[str, object]) -> None:
        content["demo"] = not content["demo"]

    def become_another(content: dict[str, object]) -> None:
        content["store_id"] = "store-two"

    def rename(content: dict[str, object]) -> None:
        first_slot(content)["user_name"] = "Somebody else"

    for edit in (swap_users, swap_wrapped, become_real, become_another, rename):
        made.keys.write_bytes(whole)
        edit_keys(made, edit)
        for user, passphrase in (("sam", PASSPHRASE), ("sam", OTHER_PASSPHRASE)):
            with pytest.raises(vault.WrongPassphrase):
                unlock(made, clock, passphrase, user)
            clock.advance(timedelta(minutes=5))
    made.keys.write_bytes(whole)
    assert unlock(made, clock) == made.data_key


def test_a_slot_put_in_from_another_casebook_is_noticed(
    made: Made, clock: FixedClock, tmp_path: Path
) -> None:
    other = make_vault(tmp_path / "other", store_id="store-two")
    foreign = json.loads(other.keys.read_text("utf-8"))["slots"][0]
    foreign["user_id"] = "robin"
    edit_keys(made, lambda content: content["slots"].append(foreign))
    with pytest.raises(vault.KeysAltered):
        unlock(made, clock)
    with pytest.raises(vault.WrongPassphrase):
        unlock(made, clock, user="robin")


@pytest.mark.parametrize("kind", ["recovery", "escrow"])
def test_a_slot_taken_out_is_noticed_and_the_recovery_still_opens(
    made: Made, clock: FixedClock, kind: str
) -> None:
    def take_out(content: dict[str, list[dict[str, str]]]) -> None:
        content["slots"] = [slot for slot in content["slots"] if slot["type"] != kind]

    edit_keys(made, take_out)
    with pytest.raises(vault.KeysAltered):
        unlock(made, clock)
    recovered = (
        vault.unlock_with_escrow(made.folder, made.organisation)
        if kind == "recovery"
        else vault.unlock_with_recovery(made.folder, code=made.code)
    )
    assert recovered.data_key == made.data_key
    assert not recovered.sealed
    with pytest.raises(vault.KeysAltered):
        vault.new_recovery_code(made.folder, data_key=made.data_key)
    vault.set_passphrase(
        made.folder,
        data_key=recovered.data_key,
        user_id="sam",
        passphrase=OTHER_PASSPHRASE,
        after_recovery=True,
    )
    assert unlock(made, clock, OTHER_PASSPHRASE) == made.data_key


def test_a_revision_set_up_or_down_by_hand_breaks_the_seal(made: Made, clock: FixedClock) -> None:
    edit_keys(made, lambda content: content.update(revision=77))
    with pytest.raises(vault.KeysAltered):
        unlock(made, clock)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"format": 1}',
        b'{"format": "1", "store_id": 5, "slots": {}}',
        b"[" * 9000,
        b" " * (key_file.MAX_BYTES + 1),
    ],
    ids=["empty", "brace", "list", "null", "not text", "bare", "types", "deep", "long"],
)
def test_a_damaged_key_file_is_refused_and_the_previous_copy_opens(
    made: Made, clock: FixedClock, content: bytes
) -> None:
    add_robin(made)
    vault.set_passphrase(
        made.folder, data_key=made.data_key, user_id="robin", passphrase="nine patient otters"
    )
    made.keys.write_bytes(content)
    before = bytes_in(made.folder)
    with pytest.raises(key_file.KeysDamaged):
        unlock(made, clock)
    assert vault.inspect(made.folder).kind == "keys_damaged"
    assert bytes_in(made.folder) == before
    vault.put_back_previous(made.folder)
    # It is older than the store knows: the passphrase is refused, the code opens.
    with pytest.raises(vault.OlderKeys):
        unlock(made, clock)
    assert vault.unlock_with_recovery(made.folder, code=made.code).data_key == made.data_key


def test_a_key_file_cut_anywhere_is_damaged_and_nothing_else(made: Made, clock: FixedClock) -> None:
    whole = made.keys.read_bytes()
    for length in range(0, len(whole), 97):
        made.keys.write_bytes(whole[:length])
        with pytest.raises(key_file.KeysDamaged):
            unlock(made, clock)


def test_a_key_file_of_a_newer_program_is_refused_in_words(made: Made, clock: FixedClock) -> None:
    edit_keys(made, lambda content: content.update(format=2, future="yes"))
    with pytest.raises(key_file.KeysTooNew, match="newer version"):
        unlock(made, clock)
    assert vault.inspect(made.folder).kind == "keys_too_new"


def test_a_missing_key_file_is_refused_and_a_good_one_is_not_overwritten(
    made: Made, clock: FixedClock
) -> None:
    add_robin(made)
    with pytest.raises(vault.KeysExist):
        vault.put_back_previous(made.folder)
    made.keys.unlink()
    assert vault.inspect(made.folder).kind == "keys_missing"
    with pytest.raises(key_file.KeysMissing):
        unlock(made, clock)


# --- Making -------------------------------------------------------------------------------


def again(made: Made) -> vault.NewVault:
    return vault.create(
        made.folder,
        user_id="eve",
        user_name="Eve Adair",
        passphrase=OTHER_PASSPHRASE,
        organisation_key=escrow.public_bytes(made.organisation),
        store_id="store-three",
    )


def test_a_casebook_is_never_made_over_another(made: Made) -> None:
    before = bytes_in(made.folder)
    with pytest.raises(vault.KeysExist):
        again(made)
    keys = made.keys.read_bytes()
    made.keys.unlink()
    with pytest.raises(vault.KeysExist):
        again(made)
    made.keys.write_bytes(keys)
    made.store.rename(made.store.with_suffix(".away"))
    assert vault.inspect(made.folder).kind == "store_missing"
    with pytest.raises(vault.KeysExist):
        again(made)
    made.store.with_suffix(".away").rename(made.store)
    assert bytes_in(made.folder) == before


def test_making_that_was_cut_off_before_the_store_can_be_begun_again(
    tmp_path: Path, cheap: None, clock: FixedClock
) -> None:
    organisation = escrow.make()
    made = Made(tmp_path / "casebook", b"", "", organisation, "x")
    again(made)
    assert vault.inspect(made.folder).kind == "unfinished"
    new = again(made)
    database.create_store(made.store, new.data_key).dispose()
    assert vault.inspect(made.folder).kind == "ready"
    assert unlock(made, clock, OTHER_PASSPHRASE, "eve") == new.data_key


def test_states_that_show_without_a_key(made: Made, tmp_path: Path) -> None:
    assert vault.inspect(tmp_path / "nowhere") == vault.VaultState("none")
    made.store.write_bytes(b"")
    assert vault.inspect(made.folder).kind == "store_empty"
    made.store.write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert vault.inspect(made.folder).kind == "store_plain"


def test_without_the_tests_hook_the_floor_is_that_of_the_design(
    tmp_path: Path, clock: FixedClock
) -> None:
    organisation = escrow.make()
    made = Made(tmp_path / "casebook", b"", "", organisation, "x")
    with pytest.raises(kdf.WeakKeyFile):
        vault.create(
            made.folder,
            user_id="eve",
            user_name="Eve Adair",
            passphrase=OTHER_PASSPHRASE,
            organisation_key=escrow.public_bytes(organisation),
            store_id="x",
            kdf=Argon2Params(memory_kib=64 * 1024, passes=2, lanes=4),
        )
    assert not made.folder.exists()
    new = again(made)
    costs = [
        (slot["kdf"]["memory_kib"], slot["kdf"]["passes"], slot["kdf"]["lanes"])
        for slot in json.loads(made.keys.read_text("utf-8"))["slots"]
        if "kdf" in slot
    ]
    assert costs == [(65536, 3, 4)] * 2
    assert unlock(made, clock, OTHER_PASSPHRASE, "eve") == new.data_key


def test_calibration_never_goes_below_the_floor_or_above_the_cap() -> None:
    with kdf.floor_lowered_for_tests(CHEAP):
        assert kdf.calibrated(0.0) == CHEAP
        assert kdf.CAP.at_least(kdf.calibrated(1000.0))


# --- The recovery code --------------------------------------------------------------------


def test_a_recovery_code_forgives_how_it_is_typed(made: Made) -> None:
    letters = made.code.replace("-", "")
    typed = letters.lower().replace("0", "o").replace("1", "l")
    spaced = "  " + " ".join(typed[i : i + 5] for i in range(0, len(typed), 5)) + "\n"
    for way in (letters, typed, spaced, typed.replace("l", "I"), made.code.replace("-", " – ")):
        assert vault.unlock_with_recovery(made.folder, code=way).data_key == made.data_key


def test_every_single_slip_in_a_recovery_code_is_found_before_the_vault_is_asked() -> None:
    letters = recovery_code.new().replace("-", "")
    assert len(letters) == 33
    slips = {
        letters[:at] + other + letters[at + 1 :]
        for at in range(33)
        for other in recovery_code.ALPHABET
    }
    slips |= {letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :] for at in range(32)}
    slips -= {letters}
    for slip in slips:
        with pytest.raises(recovery_code.MistypedCode):
            recovery_code.to_bytes(slip)
    assert len(slips) > 33 * 31


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 33, "$" * 33, "é" * 33, "0" * 34])
def test_what_can_not_be_a_code_is_told_with_a_hint(typed: str) -> None:
    with pytest.raises(recovery_code.MistypedCode) as refused:
        recovery_code.to_bytes(typed)
    assert refused.value.hint


def test_codes_are_drawn_anew_and_carry_160_bits() -> None:
    codes = {recovery_code.new() for _ in range(50)}
    assert len(codes) == 50
    assert {len(recovery_code.to_bytes(code)) for code in codes} == {20}
    assert len({code[0] for code in codes}) > 5
