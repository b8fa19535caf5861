"""A casebook that is made once in a run and copied for each test that wants one of its own.

Making one takes its tables, its keys and its first records, for each of some thousand tests the
same. How a casebook is made is tested where that is the point; elsewhere a copy is as good.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.casework import casebooks
from app.casework.casebooks import Created, GivenIds, NewCasebook
from app.core.clock import FixedClock
from app.core.ids import new_id
from app.models import device, escrow, kdf, vault
from app.models.kdf import Argon2Params
from tests.conftest import NOW

PASSPHRASE = "seven quiet herons wait"
CHEAP = Argon2Params(memory_kib=64, passes=1, lanes=1)
IDS = GivenIds(service_id=new_id(), user_id=new_id(), device_id=new_id())


@dataclass(frozen=True)
class _Made:
    """Where it lies, and what it takes to be at home elsewhere."""

    folder: Path
    created: Created
    store_id: str


def new_casebook(folder: Path) -> Created:
    """A casebook in `folder` as the wizard makes one on the day of the tests.

    Its user is Ash Rivers, a practitioner; its recovery code is not confirmed. Its keys are cheap:
    it opens under `kdf.floor_lowered_for_tests(CHEAP)`.
    """
    made = _made()
    shutil.copytree(made.folder, folder)
    # Without this it would be taken for a copy that somebody made, and get another identity.
    device.keep(folder, made.store_id, IDS.device_id)
    return made.created


@cache
def _made() -> _Made:
    parent = Path(tempfile.mkdtemp(prefix="made-once-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    folder = parent / "casebook"
    new = NewCasebook(
        service_name="Rivermouth Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(escrow.make()),
        ids=IDS,
    )
    with kdf.floor_lowered_for_tests(CHEAP):
        created = casebooks.create(folder, new, FixedClock(NOW))
    return _Made(folder, created, vault.inspect(folder).store_id)
