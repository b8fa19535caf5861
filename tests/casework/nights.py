"""The step between the two versions of an invented form, and a program killed in the middle."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.casework import casebooks, form_records
from app.core.clock import FixedClock
from app.forms.loader import FormLibrary
from app.forms.upgrades import renamed, upgrade
from app.models import kdf
from app.models.kdf import Argon2Params

VERSIONS = Path(__file__).parents[1] / "data" / "forms" / "versions"


def split(document: dict[str, Any]) -> dict[str, Any]:
    """Version 2: `sleeps` has a new name, `contact` is asked in two parts, `radio` is retired."""
    changed = renamed(document, "sleeps", "sleep_place")
    contact = changed.get("contact")
    if contact is not None:
        name, _comma, phone = str(contact["value"]).partition(",")
        changed["contact_name"] = {**contact, "value": name.strip()}
        changed["contact_phone"] = {**contact, "value": phone.strip()}
    return changed


def register() -> None:
    """Make the step known."""
    upgrade("nights", 1, 2)(split)


def killed_while_opening(folder: Path, user_id: str, passphrase: str, record_id: str) -> None:
    """Open the form, and die when the upgraded answers are written but not committed."""
    register()
    clock = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    with kdf.floor_lowered_for_tests(Argon2Params(memory_kib=64, passes=1, lanes=1)):
        desk = casebooks.unlock(folder, user_id, passphrase, clock)
    desk.forms = FormLibrary(VERSIONS)
    as_before = form_records.opened

    def killing(desk: Any, session: Any, record: Any, **more: Any) -> Any:
        if record.form_version == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return as_before(desk, session, record, **more)

    form_records.opened = killing
    form_records.open_form(desk, record_id)


if __name__ == "__main__":
    killed_while_opening(Path(sys.argv[1]), *sys.argv[2:5])
