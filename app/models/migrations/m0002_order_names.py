"""Version 2: the caseload is ordered as people read it, and read from one index alone.

Version 1 ordered names by their letters' codes, so that `Ó Briain` and `de Vere` came after
`Zane`. The new column holds the name in lower case without accents; the new index holds all that
the list shows.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import Connection

VERSION = 2


def apply(connection: Connection) -> None:
    """Fill `sort_name` for every child and put the index of version 1 aside for the new one."""
    connection.exec_driver_sql("ALTER TABLE child ADD COLUMN sort_name TEXT DEFAULT '' NOT NULL")
    children = connection.exec_driver_sql("SELECT family_name, given_name, id FROM child")
    names = [(_plain(f"{family} {given}"), id_) for family, given, id_ in children]
    if names:
        connection.exec_driver_sql("UPDATE child SET sort_name = ? WHERE id = ?", names)
    connection.exec_driver_sql("DROP INDEX child_by_name")
    connection.exec_driver_sql(
        "CREATE INDEX child_by_name ON child (removed_at, sort_name, id, given_name,"
        " family_name, preferred_name, date_of_birth, stage, allocated_to, merged_into)"
    )


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())
