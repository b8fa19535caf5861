"""What each role is called."""

from __future__ import annotations

from typing import Final

from app.core.i18n import N_

ROLE_WORDS: Final = {
    "practitioner": N_("practitioner"),
    "manager": N_("manager"),
    "administrator": N_("administrator"),
    "reader": N_("reader"),
}
