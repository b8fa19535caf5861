"""Real vaults and stores for tests, with derivations cheap enough to make many."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError
from sqlalchemy import Engine

from app.models import database, escrow, kdf, vault

CHEAP = kdf.Argon2Params(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "seven quiet herons"
OTHER_PASSPHRASE = "a ladder of plums"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Made:
    """A casebook's folder with keys and a store of one table, and what opens it."""

    folder: Path
    data_key: bytes
    code: str
    organisation: X25519PrivateKey
    store_id: str

    @property
    def store(self) -> Path:
        return self.folder / database.STORE_NAME

    @property
    def keys(self) -> Path:
        return self.folder / "casebook.keys"

    def engine(self) -> Engine:
        return database.open_engine(self.store, self.data_key)


def make_vault(folder: Path, *, store_id: str = "store-one", rows: int = 40) -> Made:
    """A casebook of Sam and Robin, made as the program makes one."""
    organisation = escrow.make()
    new = vault.create(
        folder,
        user_id="sam",
        user_name="Sam Ferrier",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(organisation),
        store_id=store_id,
    )
    made = Made(folder, new.data_key, new.recovery_code, organisation, store_id)
    engine = database.create_store(made.store, new.data_key)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
        for number in range(rows):
            connection.exec_driver_sql(
                "INSERT INTO note (text) VALUES (?)", (f"Note {number}. " + "Plain words. " * 40,)
            )
    engine.dispose()
    return made


def add_robin(made: Made) -> None:
    """Let a second user in."""
    vault.add_holder(
        made.folder,
        data_key=made.data_key,
        user_id="robin",
        user_name="Robin Calder",
        passphrase=OTHER_PASSPHRASE,
    )


def edit_keys(made: Made, edit: Callable[[dict[str, Any]], None]) -> None:
    """Change the key file as somebody with a text editor would."""
    content = json.loads(made.keys.read_text("utf-8"))
    edit(content)
    made.keys.write_text(json.dumps(content), "utf-8")


def bytes_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, to compare before and after."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run_python(code: str, *arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process of its own, with the project on its path."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **more,
    )


class MemoryKeyring(KeyringBackend):
    """A keyring that is gone with the test, and can be out of order."""

    priority = 9.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    def _working(self) -> None:
        if self.broken:
            raise KeyringError("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._working()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._working()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._working()
        del self.kept[service, username]
