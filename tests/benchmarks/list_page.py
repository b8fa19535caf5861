"""A page of the caseload: as fast among 100,000 children as among 1,000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.casework import caseload
from app.casework.caseload import CaseloadRow
from app.casework.desk import Desk
from tests.benchmarks import stores
from tests.benchmarks.measuring import Measured, side_by_side

PAGES = 5


def measure(within: Path) -> Iterator[Measured]:
    """Five pages of a hundred children, each from where the last ended."""
    many = stores.open_desk(stores.casebook(within, stores.MANY))
    few = stores.open_desk(stores.casebook(within, stores.FEW))
    subject, baseline = side_by_side(lambda: pages(many), lambda: pages(few), rounds=15)
    many.close()
    few.close()
    yield Measured(
        "list_page",
        subject / PAGES,
        "the same pages of a casebook of 1,000 children",
        baseline / PAGES,
        subject / baseline,
        "<= 1.3",
    )


def pages(desk: Desk) -> list[CaseloadRow]:
    """The first five pages of the caseload."""
    rows: list[CaseloadRow] = []
    after = None
    for _ in range(PAGES):
        page = caseload.rows(desk, after=after)
        rows += page.rows
        after = page.next
    return rows
