"""The commands of docs/deploy.md, as an administrator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.__main__ import main
from server.settings import PREFIX, Settings
from tests.server.cluster import OWNER, PROGRAM, Cluster
from tests.server.conftest import HERE, Server

Command = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def command(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Types a command in the environment of a server; what it printed."""
    for name, value in (variables | {PREFIX + "PUBLIC_URL": "https://sync.example"}).items():
        monkeypatch.setenv(name, value)

    def typed(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main(arguments) == code
        said = capsys.readouterr()
        return [json.loads(line) for line in (said.err if code else said.out).splitlines()]

    return typed


def test_a_service_is_founded_and_its_people_get_codes(
    command: Command, tmp_path: Path, served: Any
) -> None:
    made = command("new-service", "Larchwood", "--administrator", "Maud Fennimore")[0]
    service = made["service_id"]
    people = tmp_path / "people.csv"
    people.write_text("name,role\nBartholomew Quill,practitioner\nOttilie Marsh,manager\n", "utf-8")
    codes = command("new-codes", str(people), "--service", service)
    one = command("new-code", "Percival Thrale", "--role", "reader", "--service", service)[0]
    server: Server = served()
    roles = []
    for code in (made, *codes, one):
        left = datetime.fromisoformat(code["expires_at"]) - datetime.now(UTC)
        assert 13 * 60 < left.total_seconds() <= 15 * 60
        laptop = server.laptop()
        laptop.enrol(code["code"])
        roles.append(laptop.hello().json()["role"])
    assert roles == ["administrator", "practitioner", "manager", "reader"]
    rows = command("devices", "--service", service)
    assert {next(iter(row["users"].values())) for row in rows} == {
        "Maud Fennimore",
        "Bartholomew Quill",
        "Ottilie Marsh",
        "Percival Thrale",
    }
    assert command("sweep", "--service", service) == [{"removed": 0}]
    assert command("manifest", laptop.device_id, "--service", service) == []
    command("revoke", laptop.device_id, "--mode", "rescue", "--service", service)
    assert laptop.hello().json()["code"] == "device_revoked"
    epoch = command("restore-done")[0]["epoch"]
    other = server.administrator_of(service, made["user_id"])
    assert other.hello().json()["epoch"] == epoch
    other.enrolled["epoch"] = laptop.enrolled["epoch"]
    late = other.push(other.operation())
    assert (late.status_code, late.json()["code"]) == (409, "epoch_changed")
    assert late.json()["epoch"] == epoch


def test_mistakes_are_told_in_words(command: Command, tmp_path: Path) -> None:
    service = command("new-service", "Larchwood", "--administrator", "Maud Fennimore")[0][
        "service_id"
    ]
    people = tmp_path / "people.csv"
    people.write_text("name,role\n,manager\nOttilie Marsh,emperor\n", "utf-8")
    told = command("new-codes", str(people), "--service", service, code=2)[0]
    assert "[2, 3]" in told["error"]
    nobody = "00000000-0000-0000-0000-00000000000a"
    assert command("devices", "--service", nobody, code=1) == [{"error": "not_found"}]
    gone = command("revoke", nobody, "--mode", "wipe", "--service", service, code=1)
    assert gone == [{"error": "not_found"}]


def test_settings_that_are_missing_are_named(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PREFIX + "MASTER_KEY_FILE")
    told = command("check", code=2)[0]
    assert told["error"] == f"{PREFIX}MASTER_KEY_FILE is not set."
    assert "docs/deploy.md" in told["hint"]


def test_an_empty_database_is_brought_up_to_date_by_its_owner(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.envelope import MasterKey

    cluster.execute(f"CREATE DATABASE fresh OWNER {OWNER}")
    for name in ("master.key", "token.key"):
        MasterKey.make(tmp_path / name)
    for name, value in {
        "DATABASE_URL": cluster.url("fresh", PROGRAM),
        "OWNER_URL": cluster.url("fresh", OWNER),
        "MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "TOKEN_KEY_FILE": str(tmp_path / "token.key"),
        "BLOB_FOLDER": str(tmp_path / "blobs"),
        "PUBLIC_URL": "https://sync.example",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)
    assert main(["check"]) == 2
    assert main(["migrate", "--program-role", PROGRAM]) == 0
    assert main(["check"]) == 0
    assert main(["migrate", "--program-role", PROGRAM]) == 0


def test_the_page_names_every_setting_and_every_command() -> None:
    page = (HERE / "docs" / "deploy.md").read_text("utf-8")
    for name in Settings.model_fields:
        if name != "embedded":
            assert f"`{name.upper()}`" in page, name
    for name in ("sweep", "migrate", "new-service", "new-code", "new-codes", "devices", "revoke"):
        assert f"-m server {name}" in page, name
    for name in ("manifest", "restore-done", "check", "serve"):
        assert f"server {name}" in page or f'"server", "{name}"' in page, name
