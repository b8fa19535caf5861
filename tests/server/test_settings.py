"""The server refuses to start on secrets that are none, and says which; it says none of them."""

from __future__ import annotations

import ast
import base64
import stat
from pathlib import Path

import pytest

from server.envelope import MasterKey
from server.settings import (
    PREFIX,
    SettingsRefused,
    embedded_settings,
    load_settings,
    read_secret,
)

PASSWORD = "hWz7-tarn-Quillon"


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that a server starts in."""
    for name in ("master.key", "token.key"):
        MasterKey.make(tmp_path / name)
    values = {
        "DATABASE_URL": f"postgresql+psycopg://waymark_program:{PASSWORD}@db.example/waymark",
        "MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "TOKEN_KEY_FILE": str(tmp_path / "token.key"),
        "BLOB_FOLDER": str(tmp_path / "blobs"),
        "PUBLIC_URL": "https://sync.example",
    }
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    return monkeypatch


def test_good_settings_are_taken(good: pytest.MonkeyPatch) -> None:
    good.setenv(
        PREFIX + "OTHER_URLS", "https://other.example/, https://third.example".replace(" ", "")
    )
    settings = load_settings()
    assert settings.lease_days == 14
    assert settings.addresses == (
        "https://sync.example",
        "https://other.example",
        "https://third.example",
    )
    assert PASSWORD not in repr(settings)


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "MASTER_KEY_FILE", "TOKEN_KEY_FILE", "BLOB_FOLDER", "PUBLIC_URL"]
)
def test_what_is_missing_is_named(good: pytest.MonkeyPatch, name: str) -> None:
    good.delenv(PREFIX + name)
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert refused.value.problems == [f"{PREFIX}{name} is not set."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"changeme\n", "example"),
        (b"\n", "example"),
        (b"not base64 at all!\n", "base64"),
        (base64.b64encode(bytes(range(31))), "too short"),
        (base64.b64encode(bytes(32)), "not random"),
        (base64.b64encode(b"abcdabcd" * 4), "not random"),
        (b"\xff\xfe", "can't be read"),
    ],
)
@pytest.mark.parametrize("name", ["MASTER_KEY_FILE", "TOKEN_KEY_FILE"])
def test_a_secret_that_is_none_is_named_and_not_shown(
    good: pytest.MonkeyPatch, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    file = tmp_path / "weak.key"
    file.write_bytes(content)
    file.chmod(0o600)
    good.setenv(PREFIX + name, str(file))
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(PREFIX + name)
    assert words in refused.value.problems[0]
    shown = content.decode("latin-1").strip()
    assert not shown or shown not in str(refused.value)


def test_a_secret_that_others_may_read_is_refused(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "master.key").chmod(0o644)
    with pytest.raises(SettingsRefused, match="MASTER_KEY_FILE names a file that others may read"):
        load_settings()


def test_one_secret_does_not_do_for_two(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    good.setenv(PREFIX + "TOKEN_KEY_FILE", str(tmp_path / "master.key"))
    with pytest.raises(SettingsRefused, match="TOKEN_KEY_FILE holds the same secret"):
        load_settings()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://waymark:waymark@db.example/waymark",
        "postgresql+psycopg://someone:someone@db.example/waymark",
        "postgresql+psycopg://someone:changeme@db.example/waymark",
        "postgresql+psycopg://someone@db.example/waymark",
        "sqlite:////var/lib/waymark/server.db",
        "mysql://someone:hWz7@db.example/waymark",
        "nowhere",
    ],
)
def test_a_database_with_a_known_password_or_none_is_refused(
    good: pytest.MonkeyPatch, url: str
) -> None:
    good.setenv(PREFIX + "DATABASE_URL", url)
    with pytest.raises(SettingsRefused, match=PREFIX + "DATABASE_URL"):
        load_settings()


def test_a_socket_needs_no_password(good: pytest.MonkeyPatch) -> None:
    good.setenv(PREFIX + "DATABASE_URL", "postgresql+psycopg://waymark@/waymark?host=/run/pg")
    assert load_settings().problems() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://sync.example"),
        ("PUBLIC_URL", "sync.example"),
        ("LEASE_DAYS", "0"),
        ("LEASE_DAYS", "many"),
        ("PORT", "70000"),
    ],
)
def test_a_value_that_can_not_be_is_named(good: pytest.MonkeyPatch, name: str, value: str) -> None:
    good.setenv(PREFIX + name, value)
    with pytest.raises(SettingsRefused, match=PREFIX + name):
        load_settings()


def test_an_embedded_server_makes_its_own_secrets_once(tmp_path: Path) -> None:
    folder = tmp_path / "embedded"
    settings = embedded_settings(folder)
    first = [read_secret(folder / name) for name in ("master.key", "token.key")]
    assert len(set(first)) == 2
    for name in ("master.key", "token.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert settings.problems() == []
    embedded_settings(folder)
    assert first == [read_secret(folder / name) for name in ("master.key", "token.key")]


def test_an_embedded_server_stays_on_its_machine(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="HOST"):
        embedded_settings(tmp_path, host="0.0.0.0")


def test_the_server_takes_nothing_else_of_the_program() -> None:
    allowed = {"app.sync.protocol", "app.sync.merge"}
    for file in Path(__file__).resolve().parents[2].joinpath("server").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                if name.split(".")[0] == "app":
                    fine = name in allowed or name.startswith(("app.core", "app.forms"))
                    assert fine, f"{file.name} imports {name}"
