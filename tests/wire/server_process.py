"""A process of the central server, or of whoever looks after one, told what to do line by line.

Several such processes over one database are one server. `serve` doesn't return: from then on the
process listens, and ends only by being killed.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select, update

from app.core.ids import new_id
from app.sync.protocol import PROTOCOL
from server import admin, tables
from server.app import make_app
from server.database import in_service, unscoped
from server.migrations import migrate
from server.parts import Parts
from server.settings import Settings, embedded_settings
from tests.server.inside import code_for, listener
from tests.wire.nursery import Said, Spoken, heard


class Keeper:
    """What is done to a server. Every public method is a line that it understands."""

    def __init__(self, spoken: Spoken) -> None:
        self._spoken = spoken
        self._settings: Settings | None = None
        self._made: Parts | None = None

    @property
    def parts(self) -> Parts:
        """The parts of this process, made when first needed."""
        assert self._settings is not None
        self._made = self._made or Parts.of(self._settings)
        return self._made

    def begin(self, folder: str, url: str, database_url: str | None = None) -> Said:
        """Read the settings: one folder for secrets and blobs, the address that laptops call."""
        changes: dict[str, Any] = {"public_url": url, "code_minutes": 60}
        if database_url is not None:
            changes |= {"database_url": database_url, "embedded": False}
        self._settings = embedded_settings(Path(folder), **changes)
        return {}

    def migrate(self) -> Said:
        """Make the tables."""
        migrate(self.parts.engine)
        return {}

    def let_go(self) -> Said:
        """Hold no connection to the database."""
        self.parts.engine.dispose()
        return {}

    def serve(self) -> Said:
        """Listen, say where, and serve until killed."""
        listening = listener()
        app = make_app(self.parts.settings, self.parts)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on")
        self._spoken.say({"port": listening.getsockname()[1]})
        uvicorn.Server(config).run(sockets=[listening])
        os._exit(0)

    # -- what an administrator does ------------------------------------------------------------

    def new_service(self, name: str, caseload_only: bool = True) -> Said:
        """Found a service."""
        founded = admin.new_service(
            self.parts, name=name, administrator="Sidney Hale", caseload_only=caseload_only
        )
        return {"service_id": founded.service_id, "user_id": founded.user_id}

    def code(self, service_id: str, user_id: str | None, name: str, role: str) -> Said:
        """A one-time code."""
        made = code_for(self.parts, service_id, role, user_id=user_id, name=name)
        return {"code": made.text, "user_id": made.user_id}

    def revoke(self, service_id: str, device_id: str, mode: str) -> Said:
        """Take a device out of the service."""
        in_service(
            self.parts.engine,
            service_id,
            lambda connection: admin.revoke(
                connection,
                service_id,
                device_id,
                mode,  # type: ignore[arg-type]
                datetime.now(UTC),
            ),
        )
        return {}

    # -- what a test may look at ---------------------------------------------------------------

    def operations(self, service_id: str) -> Said:
        """Every operation that the server keeps, by device and number."""
        log = tables.op_log
        rows = in_service(
            self.parts.engine,
            service_id,
            lambda connection: connection.execute(
                select(
                    log.c.device_id,
                    log.c.device_seq,
                    log.c.op_id,
                    log.c.kind,
                    log.c.type,
                    log.c.record_id,
                    log.c.result,
                )
                .where(log.c.service_id == service_id)
                .order_by(log.c.device_id, log.c.device_seq)
            ).fetchall(),
        )
        found = [dict(row._mapping) for row in rows]
        return {"operations": [op | {"result": json.loads(op["result"])} for op in found]}

    def revisions(self, service_id: str) -> Said:
        """By `type:id` how often the server counts each record as written."""
        records = tables.record
        rows = in_service(
            self.parts.engine,
            service_id,
            lambda connection: connection.execute(
                select(records.c.type, records.c.id, records.c.rev).where(
                    records.c.service_id == service_id
                )
            ).fetchall(),
        )
        return {"revisions": {f"{row.type}:{row.id}": row.rev for row in rows}}

    # -- backup and restore --------------------------------------------------------------------

    def renew_epoch(self) -> Said:
        """What is done after a backup was restored."""
        with unscoped(self.parts.engine) as connection:
            connection.execute(
                update(tables.server_state).values(epoch=new_id(), since=datetime.now(UTC))
            )
        return {}

    def protocol(self) -> Said:
        """Which protocol this server speaks."""
        return {"protocol": PROTOCOL, "dialect": self.parts.engine.dialect.name}


def run(spoken: Spoken) -> None:
    """Do what each line says until the test hangs up."""
    keeper = Keeper(spoken)
    for said in heard(spoken):
        spoken.say(getattr(keeper, said.pop("do"))(**said))
