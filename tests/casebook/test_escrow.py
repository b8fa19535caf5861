"""The organisation's key: kept in a file of its own, opening what was sealed to it alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import KnownError
from app.models import escrow, kdf
from tests.vaults import CHEAP

PASSPHRASE = "a drawer of blue keys"
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


def test_a_saved_key_comes_back_and_opens_what_was_sealed_to_it(tmp_path: Path) -> None:
    file = tmp_path / "organisation.key"
    made = escrow.make()
    escrow.save(file, made, PASSPHRASE)
    assert escrow.read_public(file) == escrow.public_bytes(made)
    sealed = escrow.seal(KEY, escrow.read_public(file), b"slot")
    assert escrow.unseal(sealed, escrow.load(file, PASSPHRASE), b"slot") == KEY
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.private_bytes_raw() not in file.read_bytes()


def test_what_was_sealed_opens_for_no_other_key_and_in_no_other_place() -> None:
    made = escrow.make()
    sealed = escrow.seal(KEY, escrow.public_bytes(made), b"slot")
    assert sealed != escrow.seal(KEY, escrow.public_bytes(made), b"slot")
    with pytest.raises(escrow.NotSealedToThisKey):
        escrow.unseal(sealed, escrow.make(), b"slot")
    with pytest.raises(escrow.NotSealedToThisKey):
        escrow.unseal(sealed, made, b"another slot")
    for changed in (b"", sealed[:-1], sealed[:20], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(escrow.NotSealedToThisKey):
            escrow.unseal(changed, made, b"slot")


def test_a_wrong_passphrase_is_told_and_a_composed_letter_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "organisation.key"
    escrow.save(file, escrow.make(), "dr\u0175s agored yma")
    with pytest.raises(escrow.WrongOrganisationPassphrase):
        escrow.load(file, PASSPHRASE)
    assert escrow.load(file, "drw\u0302s agored yma")


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "organisation.key"
    escrow.save(file, escrow.make(), PASSPHRASE)
    before = file.read_bytes()
    with pytest.raises(KnownError, match="only copy"):
        escrow.save(file, escrow.make(), PASSPHRASE)
    assert file.read_bytes() == before


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="could not be saved"):
        escrow.save(tmp_path / "nowhere" / "organisation.key", escrow.make(), PASSPHRASE)


def test_parameters_and_public_key_are_bound(tmp_path: Path) -> None:
    file = tmp_path / "organisation.key"
    escrow.save(file, escrow.make(), PASSPHRASE, cost=kdf.Argon2Params(128, 2, 1))
    whole = json.loads(file.read_text("utf-8"))

    def loaded(**changed: object) -> object:
        file.write_text(json.dumps({**whole, **changed}), "utf-8")
        return escrow.load(file, PASSPHRASE)

    assert loaded()
    with pytest.raises(escrow.WrongOrganisationPassphrase):
        loaded(kdf={**whole["kdf"], "passes": 1})
    with pytest.raises(escrow.WrongOrganisationPassphrase):
        loaded(public_key="A" * 43 + "=")
    with pytest.raises(kdf.WeakKeyFile):
        loaded(kdf={**whole["kdf"], "memory_kib": 63})
    with pytest.raises(kdf.HeavyKeyFile):
        loaded(kdf={**whole["kdf"], "memory_kib": 10**9})


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"x" * 5000, b'{"format": 1}'])
def test_what_is_no_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "organisation.key"
    with pytest.raises(escrow.OrganisationKeyUnreadable):
        escrow.read_public(file)
    file.write_bytes(content)
    with pytest.raises(escrow.OrganisationKeyUnreadable):
        escrow.load(file, PASSPHRASE)


@pytest.mark.parametrize("public", [b"", b"k" * 31, b"k" * 33, bytes(32)])
def test_a_public_key_that_is_none_is_refused(public: bytes) -> None:
    with pytest.raises(escrow.OrganisationKeyUnreadable):
        escrow.seal(KEY, public, b"slot")
