"""The server's command line: `python -m server COMMAND`; `docs/deploy.md` walks through them."""

from __future__ import annotations

import argparse
import csv
import functools
import json
import os
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

import uvicorn
from sqlalchemy import Connection, update

from app.core import turns
from app.core.errors import KnownError
from app.core.ids import new_id
from server import admin, logs
from server.app import make_app
from server.caller import ROLES
from server.database import in_service, make_engine, unscoped
from server.enrolment import Code, make_code
from server.envelope import ServiceKeys, Succession
from server.health import what_is_missing
from server.looking_after import every_service, rewrap, sweep_service
from server.migrations import migrate
from server.orders import MODES
from server.parts import Parts
from server.refused import Refused
from server.settings import Settings, embedded_settings, load_settings
from server.tables import server_state

T = TypeVar("T")

# Where an embedded server says at which address it listens, once it does.
ADDRESS_FILE: Final = "address"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        result = chosen.run(chosen)
    except KnownError as error:
        _say({"error": error.user_text, "hint": error.hint}, sys.stderr)
        return 2
    except Refused as refused:
        _say({"error": refused.refusal.code}, sys.stderr)
        return 1
    for line in result if isinstance(result, list) else [result]:
        if line is not None:
            _say(line, sys.stdout)
    return 0


def _settings(chosen: argparse.Namespace) -> Settings:
    if chosen.embedded is None:
        return load_settings()
    return embedded_settings(Path(chosen.embedded))


def _with_parts(
    run: Callable[[Parts, argparse.Namespace], Any],
) -> Callable[[argparse.Namespace], Any]:
    """A command that works on the parts of a server, which are let go of afterwards."""

    @functools.wraps(run)
    def whole(chosen: argparse.Namespace) -> Any:
        settings = _settings(chosen)
        if settings.embedded:
            _migrate(settings)
        parts = Parts.of(settings)
        try:
            return run(parts, chosen)
        finally:
            parts.engine.dispose()

    return whole


def _migrate(settings: Settings, program_role: str | None = None) -> None:
    owner = settings.owner_url or settings.database_url
    engine = make_engine(owner.get_secret_value(), pool_size=1)
    try:
        migrate(engine, program_role=program_role)
    finally:
        engine.dispose()


# -- serving -------------------------------------------------------------------------------------


def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM: then requests under way are finished, and no new ones are taken."""
    settings = _settings(chosen)
    if chosen.port is not None:
        settings = settings.model_copy(update={"port": chosen.port})
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's waiting on: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise KnownError(
            f"Another program listens at {settings.host}:{settings.port} already."
        ) from error
    if chosen.embedded is not None:
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        settings = settings.model_copy(update={"public_url": address})
    if settings.embedded:
        _migrate(settings)
    logs.start()
    parts = Parts.of(settings)
    if missing := what_is_missing(parts):
        logs.log.warning("not ready", missing=missing)
    server = _Draining(_uvicorn(settings, parts), parts, chosen)
    turns.spare_what_is_loaded()
    server.run(sockets=[listening])


def _uvicorn(settings: Settings, parts: Parts) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(settings, parts),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=settings.drain_seconds,
        # Connections, most of them idle; requests at once are bounded by `server.crowd`.
        limit_concurrency=2000,
        h11_max_incomplete_event_size=32 * 1024,
    )


class _Draining(uvicorn.Server):
    """Says that it isn't ready any more as soon as it was told to end."""

    def __init__(self, config: uvicorn.Config, parts: Parts, chosen: argparse.Namespace) -> None:
        super().__init__(config)
        self._parts = parts
        self._folder = Path(chosen.embedded) if chosen.embedded else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._folder is not None:
            written = self._folder / f".{ADDRESS_FILE}"
            written.write_text(self._parts.settings.public_url + "\n", "ascii")
            written.replace(self._folder / ADDRESS_FILE)
        logs.log.info("listening", pid=os.getpid())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._parts.draining.set()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._folder is not None:
            (self._folder / ADDRESS_FILE).unlink(missing_ok=True)
        await super().shutdown(sockets)
        logs.log.info("ended", pid=os.getpid())


# -- looking after -------------------------------------------------------------------------------


def migrate_tables(chosen: argparse.Namespace) -> dict[str, Any]:
    """Bring the tables to what this program knows, as the role that owns them."""
    _migrate(_settings(chosen), chosen.program_role)
    return {"migrated": True}


@_with_parts
def new_service(parts: Parts, chosen: argparse.Namespace) -> dict[str, Any]:
    """Found a service; prints its id and a code for its first administrator."""
    founded = admin.new_service(
        parts,
        name=chosen.name,
        administrator=chosen.administrator,
        area=chosen.area,
        service_id=chosen.service_id,
        user_id=chosen.administrator_id,
        caseload_only=not chosen.every_child,
        sign_in=chosen.sign_in,
        sign_in_client=chosen.sign_in_client,
        organisation_key=chosen.organisation_key,
    )
    code = _make_codes(
        parts, founded.service_id, [(founded.user_id, chosen.administrator, "administrator")]
    )[0]
    return {"service_id": founded.service_id, **_as_json(code)}


@_with_parts
def new_code(parts: Parts, chosen: argparse.Namespace) -> dict[str, Any]:
    """A one-time code for one person."""
    wanted = [(chosen.user_id, chosen.name, chosen.role)]
    return _as_json(_make_codes(parts, chosen.service, wanted)[0])


@_with_parts
def new_codes(parts: Parts, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """One-time codes for everybody in a CSV file with the columns name, role and user_id."""
    with open(chosen.file, encoding="utf-8-sig", newline="") as file:
        rows = [
            (row.get("user_id") or None, row["name"].strip(), row["role"].strip())
            for row in csv.DictReader(file)
        ]
    wrong = [number for number, row in enumerate(rows, 2) if not row[1] or row[2] not in ROLES]
    if wrong:
        raise KnownError(
            f"These lines have no name, or a role that there is not: {wrong}.",
            f"Roles are {', '.join(ROLES)}.",
        )
    return [_as_json(code) for code in _make_codes(parts, chosen.service, rows)]


@_with_parts
def list_devices(parts: Parts, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Every device of a service."""

    def work(connection: Connection, keys: ServiceKeys) -> list[dict[str, Any]]:
        return [admin.as_json(row) for row in admin.devices(connection, keys)]

    return _within(parts, chosen.service, work)


@_with_parts
def revoke(parts: Parts, chosen: argparse.Namespace) -> dict[str, Any]:
    """Take a device out: it is refused from its next request on, and told what to do."""

    def work(connection: Connection, _: ServiceKeys) -> dict[str, Any]:
        now = parts.clock.now()
        at = admin.revoke(connection, chosen.service, chosen.device, chosen.mode, now)
        return {"device_id": chosen.device, "mode": chosen.mode, "revoked_at": at.isoformat()}

    return _within(parts, chosen.service, work)


@_with_parts
def list_manifest(parts: Parts, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Which streams lay on a device when it last asked: a child's stream bears the child's id."""

    def work(connection: Connection, _: ServiceKeys) -> list[dict[str, Any]]:
        rows = admin.held_on(connection, chosen.service, chosen.device)
        return [{"stream": row.stream, "at": row.at.isoformat()} for row in rows]

    return _within(parts, chosen.service, work)


@_with_parts
def restore_done(parts: Parts, _: argparse.Namespace) -> dict[str, Any]:
    """After a restore: begin a new epoch, so that laptops notice and send again what is missing."""
    epoch = new_id()
    with unscoped(parts.engine) as connection:
        connection.execute(update(server_state).values(epoch=epoch, since=parts.clock.now()))
    return {"epoch": epoch}


@_with_parts
def check(parts: Parts, _: argparse.Namespace) -> dict[str, Any]:
    """Whether the settings are good and the server could serve."""
    missing = what_is_missing(parts)
    if missing:
        raise KnownError(f"Not ready: {', '.join(missing)}.", "Run `migrate` first.")
    return {"ready": True}


@_with_parts
def sweep(parts: Parts, chosen: argparse.Namespace) -> dict[str, Any]:
    """Remove files of attachments that nothing names, a day after they were left behind."""
    services = [chosen.service] if chosen.service else every_service(parts)
    return {"removed": sum(sweep_service(parts, service) for service in services)}


@_with_parts
def rotate_master_key(parts: Parts, _: argparse.Namespace) -> dict[str, Any]:
    """Wrap every service's keys by the present master key; may be begun again at any time."""
    if not isinstance(parts.master, Succession):
        raise KnownError(
            "There is no former master key to take over from.",
            "Name its file in WAYMARK_SERVER_FORMER_MASTER_KEY_FILE.",
        )
    return vars(rewrap(parts, parts.master.current, parts.master.former))


def _within(parts: Parts, service_id: str, work: Callable[[Connection, ServiceKeys], T]) -> T:
    def whole(connection: Connection) -> T:
        return work(connection, admin.keys_of(connection, parts, service_id))

    return in_service(parts.engine, service_id, whole)


def _make_codes(
    parts: Parts, service_id: str, people: Iterable[tuple[str | None, str, Any]]
) -> list[Code]:
    wanted = list(people)

    def work(connection: Connection, keys: ServiceKeys) -> list[Code]:
        return [
            make_code(
                connection,
                keys,
                user_id=user_id,
                user_name=name,
                role=role,
                made_by=None,
                now=parts.clock.now(),
                minutes=parts.settings.code_minutes,
            )
            for user_id, name, role in wanted
        ]

    return _within(parts, service_id, work)


def _as_json(code: Code) -> dict[str, Any]:
    return {
        "code": code.text,
        "user_id": code.user_id,
        "user_name": code.user_name,
        "role": code.role,
        "expires_at": code.expires_at.isoformat(),
    }


def _say(line: dict[str, Any], to: Any) -> None:
    to.write(json.dumps(line, ensure_ascii=False) + "\n")
    to.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[argparse.Namespace], Any]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        made.add_argument(
            "--embedded",
            metavar="FOLDER",
            help="a server in one folder, with SQLite, for trying out (else: the environment)",
        )
        made.set_defaults(run=run)
        return made

    made = command("serve", serve)
    made.add_argument("--port", type=int, help="0: any that is free")
    made = command("migrate", migrate_tables)
    made.add_argument("--program-role", help="the role that the program runs as (PostgreSQL)")
    made = command("new-service", new_service)
    made.add_argument("name")
    made.add_argument("--administrator", required=True, help="the name of the first one")
    made.add_argument("--area", default="")
    made.add_argument("--service-id", help="of a casebook that exists already")
    made.add_argument("--administrator-id", help="of a casebook that exists already")
    made.add_argument("--every-child", action="store_true", help="practitioners see every child")
    made.add_argument("--sign-in", help="issuer of OpenID Connect")
    made.add_argument("--sign-in-client", help="what the issuer knows Waymark as")
    made.add_argument("--organisation-key", help="X25519, base64, for the escrow slot")
    made = command("new-code", new_code)
    made.add_argument("name")
    made.add_argument("--service", required=True)
    made.add_argument("--role", required=True, choices=ROLES)
    made.add_argument("--user-id", help="of somebody who has an account")
    made = command("new-codes", new_codes)
    made.add_argument("file")
    made.add_argument("--service", required=True)
    made = command("devices", list_devices)
    made.add_argument("--service", required=True)
    made = command("revoke", revoke)
    made.add_argument("device")
    made.add_argument("--service", required=True)
    made.add_argument("--mode", required=True, choices=MODES)
    made = command("manifest", list_manifest)
    made.add_argument("device")
    made.add_argument("--service", required=True)
    made = command("sweep", sweep)
    made.add_argument("--service", help="one alone; else all, which the owner's address is for")
    command("rotate-master-key", rotate_master_key)
    command("restore-done", restore_done)
    command("check", check)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
