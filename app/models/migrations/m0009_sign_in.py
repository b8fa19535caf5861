"""Version 9: who is signed in to the service on this laptop, until that ends."""

from __future__ import annotations

from sqlalchemy import Connection

VERSION = 9

TABLE = """CREATE TABLE sync_sign_in (
    user_id TEXT NOT NULL,
    id_token TEXT NOT NULL,
    until TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (user_id)
)"""


def apply(connection: Connection) -> None:
    """Make the table of sign-ins."""
    connection.exec_driver_sql(TABLE)
