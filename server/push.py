"""Takes in what a device sends: each operation has its effect once, each group whole or not."""

from __future__ import annotations

from sqlalchemy import Connection

from app.sync.protocol import Push, Pushed
from server.caller import Caller
from server.envelope import ServiceKeys


def push(connection: Connection, keys: ServiceKeys, caller: Caller, message: Push) -> Pushed:
    """Take in operations, in the transaction of `connection`, which the caller commits.

    Raises:
        Refused: The request as a whole: wrong device or epoch, a gap, or a number that was used
            for another operation (then a notice to the managers is filed).
    """
    raise NotImplementedError
