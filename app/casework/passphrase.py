"""Asking again who is there: the passphrase of the person who acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models import vault

if TYPE_CHECKING:
    from app.casework.desk import Desk


def confirm_passphrase(desk: Desk, passphrase: str) -> None:
    """Check that `passphrase` is that of the person who acts; tries count as they do at unlock.

    Raises:
        WrongPassphrase: It is another one; `wait_seconds` says how long until the next try.
    """
    vault.unlock(desk.folder, user_id=desk.actor.id, passphrase=passphrase, clock=desk.clock)
