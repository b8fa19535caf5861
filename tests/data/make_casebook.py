"""Make `tests/data/casebook_v<N>/`: a casebook as version N of the tables left it.

Run by hand, once for each version, before the step to the next one is released:
`python tests/data/make_casebook.py N`. The people are invented. What is in it is written by the
program into a store of the newest version, and then copied row by row into the tables of that
version, so that the change log in it is a real one.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Engine, select

from app.core.clock import FixedClock
from app.models import change_log, database, migrations, vault
from app.models.casebook import Casebook
from app.models.database import WRITES
from app.models.records import (
    Alert,
    Child,
    FormRecord,
    Handover,
    HarmPrompt,
    Hearing,
    Identifier,
    Offence,
    Place,
    Service,
    User,
)

HERE = Path(__file__).parent
PASSPHRASE = "seven herons over rivermouth"
STORE_ID = "0198c0de-0000-7000-8000-0000000000f1"
USER_ID = "0198c0de-0000-7000-8000-0000000000fa"
CHILDREN = (
    ("Tal", "Fenwick", "Tal"),
    ("Íde", "Ó Briain", ""),
    ("Ann", "de Vere", "Annie"),
    ("Zoe", "Adley", ""),
    ("Ŵyn", "Åberg", ""),
)


def write(casebook: Casebook, clock: FixedClock) -> None:
    """A little casework, ended by a crash in the middle of a page."""
    with casebook.write("Referred by the police") as work:
        children = [
            work.add(
                Child(
                    given_name=given_name,
                    family_name=family_name,
                    preferred_name=preferred_name,
                    date_of_birth=date(2011, 5, number + 1),
                    languages=["en", "cy"],
                )
            )
            for number, (given_name, family_name, preferred_name) in enumerate(CHILDREN)
        ]
    tal = children[0]
    with casebook.write() as work:
        work.note("consultation", "child", tal.id, reason="First visit")
        work.add(Identifier(child_id=tal.id, kind="pnc", value="26/123456X"))
        work.add(Alert(child_id=tal.id, kind="safeguarding", text="Ask Nan before visiting"))
        work.add(
            Offence(
                child_id=tal.id,
                description="Took a bicycle from outside the library",
                offence_date=date(2026, 9, 2),
                category="theft",
                seriousness=2,
            )
        )
        work.add(Hearing(child_id=tal.id, hearing_date=date(2026, 12, 1), hearing_time="10:00"))
        form = work.add(
            FormRecord(child_id=tal.id, form_id="assessment", form_version=1, kind="assessment")
        )
    clock.advance(timedelta(hours=1))
    with casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": "With his grandmother", "language": "en"}})
        work.save_answers(form.id, {"people/r1/who": {"value": "Nan", "language": "en"}})
    clock.advance(timedelta(minutes=5))
    with casebook.write() as work:
        work.save_answers(
            form.id, {"school": {"value": "He likes art and", "language": "en"}}, leaving=False
        )
        work.add(Place(user_id=USER_ID, page="form", record_id=form.id, left_at=clock.now()))


def hear(casebook: Casebook, clock: FixedClock) -> None:
    """A questionnaire that a child gave back, with a sign of harm that nobody has acted on."""
    with casebook.write() as work:
        tal = work.session.scalars(select(Child).where(Child.given_name == "Tal")).one()
        form = work.add(
            FormRecord(
                child_id=tal.id,
                form_id="my_life_now",
                form_version=1,
                kind="questionnaire",
                answers={"safe_at_home": {"value": "a_bit", "language": "en"}},
            )
        )
        work.flush()
        handover = work.add(
            Handover(
                child_id=tal.id,
                form_record_id=form.id,
                form_id=form.form_id,
                user_id=USER_ID,
                state="ended",
                started_at=clock.now(),
            )
        )
        work.add(
            HarmPrompt(
                child_id=tal.id,
                form_record_id=form.id,
                handover_id=handover.id,
                path="safe_at_home",
                raised_at=clock.now(),
            )
        )


def copy(newest: Engine, older: Engine) -> None:
    """Every row into the tables of an older version, in columns that those have."""
    with (
        newest.connect() as source,
        older.execution_options(**{WRITES: True}).begin() as target,
    ):
        tables = target.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_index%'"
        ).scalars()
        for table in list(tables):
            columns = [
                row[1] for row in target.exec_driver_sql(f'PRAGMA table_info("{table}")').fetchall()
            ]
            names = ", ".join(f'"{column}"' for column in columns)
            rows = source.exec_driver_sql(f'SELECT {names} FROM "{table}" ORDER BY rowid')
            for row in rows.fetchall():
                marks = ", ".join("?" * len(columns))
                # Some rows are there from the start: a step makes them.
                target.exec_driver_sql(
                    f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})', tuple(row)
                )


def main(version: int) -> None:
    folder = HERE / f"casebook_v{version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = vault.create(
        folder,
        user_id=USER_ID,
        user_name="Ash Marlow",
        passphrase=PASSPHRASE,
        organisation_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
        store_id=STORE_ID,
    )
    clock = FixedClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as draft:
        newest = database.create_store(Path(draft) / database.STORE_NAME, made.data_key)
        casebook = Casebook.initialise(
            newest,
            store_id=STORE_ID,
            service=Service(name="Rivermouth Youth Justice Service"),
            user=User(id=USER_ID, name="Ash Marlow", role="practitioner"),
            device_name="Laptop of Ash Marlow",
            clock=clock,
            audit_key=change_log.audit_key(made.data_key),
        )
        write(casebook, clock)
        hear(casebook, clock)
        older = database.create_store(folder / database.STORE_NAME, made.data_key)
        migrations.make_schema(older, version=version)
        copy(newest, older)
        # Not closed as a casebook: that would seal what the crash left open.
        newest.dispose()
        older.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]))
