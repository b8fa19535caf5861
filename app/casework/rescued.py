"""Work of a lost laptop that it could not send: read with the service's key, told in words.

It is told, not written: whoever took over decides what of it still holds, and writes that under
their own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from app.casework import history, permission, sync_words
from app.casework.form_records import called
from app.casework.history import Written
from app.core.errors import KnownError
from app.core.i18n import _
from app.models import escrow
from app.models.base import moment_of
from app.models.records import Child
from app.sync import orders

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class RescuedRow:
    """One piece of work.

    Attributes:
        what: The record it was about. child_name: empty where the child isn't on this laptop.
        written: What was written, field by field.
    """

    what: str
    child_name: str
    changed: str
    written: tuple[tuple[str, str], ...]


def read(
    desk: Desk, file: Path, key_file: Path, passphrase: str, laptop_id: str
) -> tuple[RescuedRow, ...]:
    """What a laptop sealed before its casebook went, in the order in which it was written.

    Args:
        key_file, passphrase: The service's key.

    Raises:
        NotAllowed: The person is no administrator.
        KnownError: The file, the key or its passphrase; or it is of another laptop.
    """
    permission.must(desk.actor.role, "manage_laptops")
    key = escrow.load(key_file, passphrase)
    try:
        found = orders.read_rescue(file, key, laptop_id)
    except OSError:
        raise KnownError(
            _("The file can’t be read."), _("Choose the file that the laptop made.")
        ) from None
    with desk.casebook.read() as session:
        rows = [
            _row(desk, session, one)
            for one in (*found.get("refused", ()), *found["operations"])
            if one.get("set")
        ]
    return tuple(rows)


def _row(desk: Desk, session: Session, one: Mapping[str, Any]) -> RescuedRow:
    type_, id_, child_id = str(one["type"]), str(one["id"]), one.get("child_id")
    child = session.get(Child, child_id) if child_id else None
    written = []
    for field, value in one["set"].items():
        words = history.in_words(desk, session, Written(type_, id_, child_id, field, (value,)))
        if words.kept_back:
            written.append((words.label, _("You may not read this.")))
        elif words.values[0]:
            written.append((words.label, words.values[0]))
    made = one["made_at"]
    return RescuedRow(
        what=history.in_words(desk, session, Written(type_, id_, None, "", ())).record,
        child_name=f"{called(child)} {child.family_name}".strip() if child is not None else "",
        changed=sync_words.moment(moment_of(made), desk.clock),
        written=tuple(written),
    )
