"""Saves answers until it is killed; prints the number of each save that was acknowledged.

Run by `test_change_log.py`: `save_loop.py FOLDER FORM_ID`.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from app.core.clock import SystemClock
from app.models import change_log, database
from app.models.casebook import Casebook
from tests.casebook.conftest import DATA_KEY, STORE_ID, USER_ID


def main(folder: Path, form_id: str) -> None:
    casebook = Casebook.open(
        database.open_engine(folder / database.STORE_NAME, DATA_KEY),
        store_id=STORE_ID,
        actor_id=USER_ID,
        clock=SystemClock(),
        audit_key=change_log.audit_key(DATA_KEY),
    )
    for number in count(1):
        with casebook.write() as work:
            work.save_answers(
                form_id,
                {f"question_{number % 7}": {"value": f"save number {number}"}},
                leaving=number % 5 == 0,
            )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


main(Path(sys.argv[1]), sys.argv[2])
