"""Gives a device what changed in its streams."""

from __future__ import annotations

from sqlalchemy import Connection

from app.sync.protocol import Pull, Pulled
from server.caller import Caller
from server.envelope import ServiceKeys


def pull(connection: Connection, keys: ServiceKeys, caller: Caller, message: Pull) -> Pulled:
    """A page of changes, in the transaction of `connection`, which the caller commits.

    Raises:
        Refused: Wrong device or epoch.
    """
    raise NotImplementedError
