"""The drill of docs/deploy.md, with PostgreSQL's own programs: dump, lose, restore, go on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from server.__main__ import main
from server.settings import PREFIX
from tests.server.cluster import OWNER, PROGRAM, Cluster
from tests.server.conftest import Database, Server

BACKUP = "waymark_backup"
RESTORED = "waymark_restored"


@pytest.fixture
def database(postgresql: Database) -> Database:
    """Only PostgreSQL is backed up in this way."""
    return postgresql


@pytest.fixture
def backup_role(cluster: Cluster, database: Database) -> Iterator[str]:
    """The role of the page: it reads every row and writes none."""
    cluster.execute(f"CREATE ROLE {BACKUP} LOGIN BYPASSRLS IN ROLE pg_read_all_data")
    yield BACKUP
    cluster.execute(f"DROP ROLE {BACKUP}")


@pytest.fixture
def place(cluster: Cluster) -> Iterator[str]:
    """An empty database beside the real one."""
    cluster.execute(f"CREATE DATABASE {RESTORED} OWNER {OWNER}")
    yield RESTORED
    cluster.drop_database(RESTORED)


def program(name: str) -> str:
    """One of PostgreSQL's own."""
    found = shutil.which(name)
    return found or str(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1])


def dump(cluster: Cluster, database: Database, role: str, file: Path) -> int:
    name = database.url.partition("@/")[2].partition("?")[0]
    command = [program("pg_dump"), "--format=custom", f"--file={file}", f"--host={cluster.folder}"]
    done = subprocess.run([*command, f"--username={role}", name], check=False, capture_output=True)
    return done.returncode


def send_attachment(laptop: Any) -> tuple[str, bytes]:
    content = os.urandom(64)
    path = f"/v1/blobs/{hashlib.sha256(content).hexdigest()}"
    headers = {"upload-offset": "0", "upload-length": "64"}
    assert laptop.send("PATCH", path, content=content, headers=headers).status_code == 200
    return path, content


def test_a_service_goes_on_after_a_restore_and_its_laptops_stop_and_ask(
    served: Any,
    cluster: Cluster,
    database: Database,
    backup_role: str,
    place: str,
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real: Server = served()
    founded = real.new_service()
    laptop = real.administrator(founded)
    first, second = laptop.device_id, laptop.user_id
    assert laptop.push(laptop.new_child(first)).status_code == 200
    path, content = send_attachment(laptop)
    file = tmp_path / "waymark.dump"
    # Row-level security holds for the owner too: its dump would be of nothing, and isn't made.
    assert dump(cluster, database, OWNER, file) != 0
    assert dump(cluster, database, backup_role, file) == 0
    shutil.copytree(tmp_path / "blobs", tmp_path / "restored")
    lost = laptop.new_child(second)
    assert laptop.push(lost).json()["acked"] == 2
    for process in real.processes:
        process.terminate()
        process.wait(40)

    subprocess.run(
        [program("pg_restore"), "--no-owner", "--exit-on-error", f"--host={cluster.folder}",
         f"--username={OWNER}", f"--dbname={place}", str(file)],
        check=True,
    )  # fmt: skip
    variables |= {
        PREFIX + "DATABASE_URL": cluster.url(place, PROGRAM),
        PREFIX + "OWNER_URL": cluster.url(place, OWNER),
        PREFIX + "BLOB_FOLDER": str(tmp_path / "restored"),
    }
    for name, value in (variables | {PREFIX + "PUBLIC_URL": "https://sync.example"}).items():
        monkeypatch.setenv(name, value)
    for command in (
        ["migrate", "--program-role", PROGRAM],
        ["check"],
        ["devices", "--service", founded.service_id],
    ):
        capsys.readouterr()
        assert main(command) == 0
    assert "Maud Fennimore" in capsys.readouterr().out
    assert main(["restore-done"]) == 0
    epoch = json.loads(capsys.readouterr().out)["epoch"]
    walled_in(cluster, place)

    again: Server = served()
    laptop.https = again.clients
    laptop.sign_on()
    for answer in (laptop.push(laptop.operation()), laptop.pull(first)):
        assert (answer.status_code, answer.json()["code"]) == (409, "epoch_changed")
        assert answer.json()["epoch"] == epoch
    # A person has said yes: the laptop sends what the server has lost.
    hello = laptop.hello().json()
    assert (hello["epoch"], hello["acked"]) == (epoch, 1)
    laptop.enrolled["epoch"] = epoch
    assert laptop.push(lost).json()["results"][0]["status"] == "applied"
    other = again.administrator(founded)
    told = {change["id"] for change in other.pull(first, second).json()["changes"]}
    assert told == {first, second}
    assert laptop.send("GET", path).content == content


def walled_in(cluster: Cluster, name: str) -> None:
    """Row-level security came back with the rows."""
    with psycopg.connect(f"host={cluster.folder} user={PROGRAM} dbname={name}") as connection:
        found = connection.execute("SELECT count(*) FROM record").fetchone()
    assert found == (0,)
