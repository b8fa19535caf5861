"""One process of the tour, with keys that cost little: what they cost is tested where keys are.

Long answers are pasted, as practitioners do from their notes, and fewer pictures are taken.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.models import kdf
from tests.tour import session
from tests.vaults import CHEAP

if __name__ == "__main__":
    with kdf.floor_lowered_for_tests(CHEAP):
        raise SystemExit(
            session.main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), hasty=True)
        )
