"""What the server is told by its environment, and what it refuses to start on.

Every variable begins with `WAYMARK_SERVER_`. Secrets stand in files, so that they show in no
process list and no crash dump of the environment. `docs/deploy.md` lists them all.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import KnownError
from server.envelope import MasterKey

PREFIX: Final = "WAYMARK_SERVER_"
SECRET_BYTES: Final = 32
# Fewer different bytes than this in 32 is no accident of a random source (chance below 1e-9).
LEAST_DIFFERENT_BYTES: Final = 16
# What stands in examples and in first drafts.
WELL_KNOWN: Final = frozenset(
    {"", "admin", "change-me", "changeme", "changethis", "default", "example", "password"}
    | {"postgres", "root", "secret", "test", "waymark", "waymark_app"}
)

Days = Annotated[int, Field(ge=1, le=366)]


class SettingsRefused(KnownError):
    """The server doesn't start: what is wrong, one line each. No value of a secret is in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), "docs/deploy.md says how each is made.")
        self.problems = problems


class Settings(BaseSettings):
    """Settings as they were read; `problems` says what is wrong with them.

    Attributes:
        database_url: As SQLAlchemy writes it; a role that doesn't own the tables.
        owner_url: The role that owns the tables, for `migrate`; None: `database_url`.
        master_key_file: 32 random bytes in base64: wraps every service's key.
        former_master_key_file: The one before, while services' keys are still wrapped by it.
        token_key_file: The same for signing tokens.
        blob_folder: Where attachments lie, encrypted.
        public_url: The address that laptops call, as it stands in their proofs.
        other_urls: Further addresses of the same server; in the environment comma separated.
        lease_days: How long a device may hold records without asking again.
        rescue_days: How long a device that was told to rescue may still send its work.
        token_seconds, code_minutes: How long a token, and an enrolment code, is good for.
        sign_in_hours: How long a sign-in with a service's issuer counts on the device that it was
            made on; 0: as long as its id_token.
        trusted_proxies: Addresses whose `X-Forwarded-For` is believed, comma separated.
        embedded: One folder, SQLite, the loopback address, secrets made here: for trying out.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: SecretStr
    owner_url: SecretStr | None = None
    master_key_file: Path
    former_master_key_file: Path | None = None
    token_key_file: Path
    blob_folder: Path
    public_url: str
    other_urls: Annotated[tuple[str, ...], NoDecode] = ()
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8400
    lease_days: Days = 14
    rescue_days: Days = 14
    token_seconds: Annotated[int, Field(ge=60, le=3600)] = 600
    code_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    sign_in_hours: Annotated[int, Field(ge=0, le=168)] = 10
    most_failed_tries: Annotated[int, Field(ge=1, le=1000)] = 10
    body_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    drain_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    trusted_proxies: str = "127.0.0.1"
    embedded: bool = False

    @field_validator("other_urls", mode="before")
    @classmethod
    def _separate(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    # Not cached: a copy of the settings with another address would keep what was cached.
    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that a laptop may have called, without a slash at its end."""
        return tuple(url.rstrip("/") for url in (self.public_url, *self.other_urls))

    @cached_property
    def token_key(self) -> bytes:
        """What signs tokens."""
        return read_secret(self.token_key_file)

    def problems(self) -> list[str]:
        """What is wrong, each as a line that names the variable."""
        found = [
            *_secret_problems("MASTER_KEY_FILE", self.master_key_file),
            *_secret_problems("TOKEN_KEY_FILE", self.token_key_file),
            *_database_problems(self.database_url.get_secret_value(), self.embedded),
        ]
        if self.former_master_key_file is not None:
            found += _secret_problems("FORMER_MASTER_KEY_FILE", self.former_master_key_file)
        if not found and self.master_key_file.read_bytes() == self.token_key_file.read_bytes():
            found.append(_line("TOKEN_KEY_FILE", "holds the same secret as the master key file"))
        for url in self.addresses:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                found.append(_line("PUBLIC_URL", "is not an address such as https://sync.example"))
            elif parts.scheme == "http" and not is_loopback(parts.hostname):
                found.append(_line("PUBLIC_URL", "must begin with https:// beyond this machine"))
        if self.embedded and not is_loopback(self.host):
            found.append(_line("HOST", "must be the loopback address of an embedded server"))
        return found


def load_settings() -> Settings:
    """Read the settings of the environment.

    Raises:
        SettingsRefused: Something is missing, short, well known or readable by others.
    """
    try:
        # All of them come from the environment.
        settings = Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsRefused(
            [
                _line(
                    str(problem["loc"][0]).upper(),
                    "is not set" if problem["type"] == "missing" else "is not a value it can have",
                )
                for problem in error.errors(include_input=False, include_url=False)
            ]
        ) from None
    return checked(settings)


def checked(settings: Settings) -> Settings:
    """`settings`, where nothing is wrong with them.

    Raises:
        SettingsRefused: Something is.
    """
    problems = settings.problems()
    if problems:
        raise SettingsRefused(problems)
    return settings


def embedded_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a server that lives in one folder, with secrets of its own made there (0600)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("master.key", "token.key"):
        if not (folder / name).exists():
            MasterKey.make(folder / name)
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{(folder / 'server.db').absolute().as_posix()}",
        "master_key_file": folder / "master.key",
        "token_key_file": folder / "token.key",
        "blob_folder": folder / "blobs",
        "public_url": "http://127.0.0.1:8400",
        "embedded": True,
    }
    return checked(Settings.model_validate(values | changes))


def read_secret(file: Path) -> bytes:
    """The bytes of a secret file.

    Raises:
        ValueError: It isn't base64. OSError: It can't be read.
    """
    return base64.b64decode(file.read_text("ascii").strip(), validate=True)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _line(name: str, what: str) -> str:
    return f"{PREFIX}{name} {what}."


def _secret_problems(name: str, file: Path) -> list[str]:
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return [_line(name, "names a file that can't be read")]
    if os.name == "posix" and mode & (stat.S_IRWXO | stat.S_IWGRP):
        return [_line(name, "names a file that others may read or change (chmod 0400)")]
    weakness = _weakness(text)
    return [_line(name, weakness)] if weakness else []


def _weakness(text: str) -> str | None:
    if text.lower() in WELL_KNOWN:
        return "holds no secret but an example"
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error:
        return "doesn't hold base64 (openssl rand -base64 32)"
    if len(value) < SECRET_BYTES:
        return f"is too short: {SECRET_BYTES} bytes are needed"
    if len(set(value)) < LEAST_DIFFERENT_BYTES:
        return "is not random (openssl rand -base64 32)"
    return None


def _database_problems(text: str, embedded: bool) -> list[str]:
    try:
        url = make_url(text)
    except ArgumentError:
        return [_line("DATABASE_URL", "is not the address of a database")]
    kind = url.get_backend_name()
    if kind not in {"postgresql", "sqlite"}:
        return [_line("DATABASE_URL", "must begin with postgresql+psycopg:// (or sqlite://)")]
    if kind == "sqlite":
        if not embedded:
            return [_line("DATABASE_URL", "is SQLite: that is for an embedded server alone")]
        return []
    password = url.password
    # No password at all is the way of a local socket, where the system says who calls.
    by_network = bool(url.host) and not str(url.host).startswith("/")
    if (by_network and password is None) or (
        password is not None and str(password).lower() in WELL_KNOWN | {str(url.username)}
    ):
        return [_line("DATABASE_URL", "has no password, or one that everybody knows")]
    return []
