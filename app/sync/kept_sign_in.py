"""The sign-in of a person on this laptop, kept in the casebook until it ends.

A lock ends the process, and locking is frequent: without this, everybody would sign in anew after
each. It is worth nothing without the device's key, which lies in the same encrypted store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from app.models.base import moment_of, moment_text
from app.models.casebook import Casebook
from app.models.database import WRITES
from app.sync import standing

# An id_token that ends while it is on its way is refused.
EARLY: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Issuer:
    """Who signs people in for a service, and as what it knows us."""

    url: str
    client: str


@dataclass(frozen=True)
class SignedIn:
    """A person signed in.

    Attributes:
        id_token: What proves it; empty once the server has seen it and remembers.
        until: How long the sign-in counts: as long as its id_token, or as the server says.
        name: The person, as the issuer says; may be empty.
    """

    id_token: str
    until: datetime
    name: str


def issuer(casebook: Casebook) -> Issuer | None:
    """Where the service's people sign in; None where the passphrase is enough."""
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
    return Issuer(here.sign_in, here.sign_in_client or "") if here.sign_in else None


def read(casebook: Casebook) -> SignedIn | None:
    """The sign-in of whoever unlocked the casebook, while it counts."""
    with casebook.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT id_token, until, name FROM sync_sign_in WHERE user_id = ?",
            (casebook.actor_id,),
        ).fetchone()
    if row is None or moment_of(row[1]) - EARLY <= casebook.clock.now():
        return None
    return SignedIn(row[0], moment_of(row[1]), row[2])


def keep(casebook: Casebook, signed_in: SignedIn) -> None:
    """Keep a sign-in in place of the one before."""
    with casebook.engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO sync_sign_in (user_id, id_token, until, name)"
            " VALUES (?, ?, ?, ?)",
            (
                casebook.actor_id,
                signed_in.id_token,
                moment_text(signed_in.until),
                signed_in.name,
            ),
        )


def prolong(casebook: Casebook, seconds: int) -> None:
    """The server remembers the sign-in for so long from now on, and needs no proof of it again."""
    until = casebook.clock.now() + timedelta(seconds=seconds)
    with casebook.engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.exec_driver_sql(
            "UPDATE sync_sign_in SET id_token = '', until = ? WHERE user_id = ?",
            (moment_text(until), casebook.actor_id),
        )


def forget(casebook: Casebook) -> None:
    """The server does not believe it any more."""
    with casebook.engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.exec_driver_sql(
            "DELETE FROM sync_sign_in WHERE user_id = ?", (casebook.actor_id,)
        )


def forget_all(connection: Connection) -> None:
    """The device has another key: what was bound to the former one is worth nothing."""
    connection.exec_driver_sql("DELETE FROM sync_sign_in")
