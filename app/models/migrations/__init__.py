"""The versions of the store's tables, and the one way from each to the next.

`PRAGMA user_version` is the version. A new store takes all steps; an old one takes those that it
hasn't had, each in a transaction of its own, so that a crash leaves one version or the next. No
step goes back, and none imports the records: those go on changing, a step never does. Each step
has a test that takes it from a stored file of the version before (`tests/data/`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import Connection, Engine

from app.core.errors import BugError
from app.models.database import WRITES
from app.models.migrations import (
    m0001_first,
    m0002_order_names,
    m0003_signs_of_harm,
    m0004_sync,
    m0005_service_forms,
    m0006_consents,
    m0007_chronology,
    m0008_oversight,
    m0009_sign_in,
    m0010_reports,
    m0011_signatures,
    m0012_proposals,
    m0013_decision_figures,
    m0014_service_words,
    m0015_disclosures,
)
from app.models.store_errors import StoreDamaged, StoreTooNew


class Step(Protocol):
    """One step: the version that it leads to, and how."""

    VERSION: int

    def apply(self, connection: Connection, /) -> None:
        """Change the tables and what they hold, within one transaction."""


STEPS: Final[tuple[Step, ...]] = (
    m0001_first,
    m0002_order_names,
    m0003_signs_of_harm,
    m0004_sync,
    m0005_service_forms,
    m0006_consents,
    m0007_chronology,
    m0008_oversight,
    m0009_sign_in,
    m0010_reports,
    m0011_signatures,
    m0012_proposals,
    m0013_decision_figures,
    m0014_service_words,
    m0015_disclosures,
)
NEWEST: Final = STEPS[-1].VERSION


def version_of(engine: Engine) -> int:
    """The version of the tables of a store; 0 for an empty one."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def make_schema(engine: Engine, version: int = NEWEST) -> None:
    """Make the tables of a new, empty store.

    Args:
        version: An older version only to make the stored files that tests start from.
    """
    if version_of(engine) != 0:
        raise BugError("tables were to be made in a store that has some")
    _take(engine, 0, version)


def migrate(engine: Engine, *, backup: Callable[[], object]) -> int:
    """Bring a store up to the newest version; return the version that it had.

    Args:
        backup: Makes a backup; called before the first step, and a failure of it stops the rest.

    Raises:
        StoreTooNew: A newer program made it.
        StoreDamaged: It has no tables.
    """
    version = version_of(engine)
    if version > NEWEST:
        raise StoreTooNew
    if version == 0:
        raise StoreDamaged
    if version < NEWEST:
        backup()
        _take(engine, version, NEWEST)
    return version


def _take(engine: Engine, version: int, to: int) -> None:
    for step in STEPS:
        if version < step.VERSION <= to:
            with engine.execution_options(**{WRITES: True}).begin() as connection:
                step.apply(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {step.VERSION}")
