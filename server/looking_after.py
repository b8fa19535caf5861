"""What is done for every service, one transaction for each: sweeping, and a new master key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select, text, update

from app.core.errors import KnownError
from server.admission import forget_spent
from server.blobs import sweep
from server.database import in_service, make_engine, unscoped
from server.envelope import EnvelopeDamaged, KeyMaster
from server.parts import Parts
from server.tables import service

# How long what was left behind is kept, for uploads that are under way.
LEFT_FOR = timedelta(days=1)


@dataclass
class Rewrapped:
    """What became of the keys of services under a new master key.

    Attributes:
        rewrapped: Services whose keys the former master key had wrapped. already: The others.
    """

    rewrapped: int = 0
    already: int = 0


def every_service(parts: Parts) -> list[str]:
    """Ids of all services, as the role that owns the tables sees them.

    Raises:
        KnownError: `OWNER_URL` is needed for it and isn't given.
    """
    with _owner(parts) as connection:
        return [
            str(id_)
            for id_ in connection.execute(
                text("SELECT service_id FROM service ORDER BY service_id")
            ).scalars()
        ]


@contextmanager
def _owner(parts: Parts) -> Iterator[Connection]:
    url = parts.settings.owner_url or parts.settings.database_url
    engine = make_engine(url.get_secret_value(), pool_size=1)
    try:
        with unscoped(engine) as connection:
            if (
                connection.dialect.name == "postgresql"
                and not connection.execute(
                    text(
                        "SELECT pg_has_role(tableowner, 'USAGE') FROM pg_tables"
                        " WHERE tablename = 'service' AND schemaname = ANY (current_schemas(false))"
                    )
                ).scalar()
            ):
                raise KnownError(
                    "Only the role that owns the tables can list the services.",
                    "Give its address in WAYMARK_SERVER_OWNER_URL, or name one --service.",
                )
            yield connection
    finally:
        engine.dispose()


def sweep_service(parts: Parts, service_id: str) -> int:
    """Remove files of attachments that nothing names, and spent proofs; how many files."""
    now = parts.clock.now()

    def work(connection: Connection) -> int:
        forget_spent(connection, service_id, now)
        folder = parts.settings.blob_folder
        return sweep(connection, service_id, folder, before=now - LEFT_FOR)

    return in_service(parts.engine, service_id, work)


def rewrap(parts: Parts, current: KeyMaster, former: KeyMaster) -> Rewrapped:
    """Wrap the keys of every service under `current`; begun again, it goes on where it ended.

    Raises:
        KnownError: Neither master key opens the keys of a service.
    """
    done = Rewrapped()
    for service_id in every_service(parts):
        work = partial(_rewrap, service_id=service_id, current=current, former=former)
        if in_service(parts.engine, service_id, work):
            done.rewrapped += 1
        else:
            done.already += 1
    return done


def _rewrap(connection: Connection, service_id: str, current: KeyMaster, former: KeyMaster) -> bool:
    row = connection.execute(
        select(service.c.wrapped_key, service.c.order_key_wrapped)
        .where(service.c.service_id == service_id)
        .with_for_update()
    ).one()
    values = {}
    for column, place in (("wrapped_key", "service"), ("order_key_wrapped", "order")):
        wrapped = getattr(row, column)
        if wrapped is not None:
            again = _again(bytes(wrapped), f"{place}/{service_id}", current, former)
            if again is not None:
                values[column] = again
    if values:
        connection.execute(
            update(service).where(service.c.service_id == service_id).values(**values)
        )
    return bool(values)


def _again(wrapped: bytes, place: str, current: KeyMaster, former: KeyMaster) -> bytes | None:
    """What was wrapped by the former master key, by the present one; None: it is already."""
    try:
        current.unwrap(wrapped, place)
    except EnvelopeDamaged:
        try:
            return current.wrap(former.unwrap(wrapped, place), place)
        except EnvelopeDamaged:
            raise KnownError(
                "Neither the master key nor the former one opens the keys of a service.",
                "Look for the key file of the time when the service was made.",
            ) from None
    return None
