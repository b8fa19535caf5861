"""Who is in the tour. All of them are invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from tests.tour.case_file import CHILD, born

SERVICE: Final = "Fictional Vale Youth Justice Service"
WORKER: Final = "Ash Imaginary"
WORKER_PASSPHRASE: Final = "lantern pebble orchard tuba"
MANAGER: Final = "Robin Imaginary"
MANAGER_PASSPHRASE: Final = "walnut ferry cobalt mitten"
ADMINISTRATOR: Final = "Sam Imaginary"
ADMINISTRATOR_PASSPHRASE: Final = "pocket thistle harbour moon"
COLLEAGUE: Final = "Wyn Imaginary"
COLLEAGUE_PASSPHRASE: Final = "bramble magnet window skate"
KEY_PASSPHRASE: Final = "granite sparrow velvet anchor"

GIVEN, FAMILY = CHILD["given_name"], CHILD["family_name"]
NAME: Final = f"{GIVEN} {FAMILY}"
TODAY: Final = date.today()
BORN: Final = born(TODAY)
OFFENCE_ON: Final = TODAY - timedelta(days=48)
HEARING_ON: Final = TODAY + timedelta(days=16)
COURT: Final = "Llys Ieuenctid Tŷ-Newydd"
