"""What a newer program keeps in a record and this one had no place for: it stays as it came, and
is taken in once this program knows the type or the field.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from app.sync import fields, standing


def take_in(connection: Connection) -> int:
    """Read anew the streams in which something is known now that was unknown before.

    Returns:
        How many streams.
    """
    known: set[str] = set()
    for type_, stream, whole, held in connection.exec_driver_sql(
        "SELECT record_type, stream, whole, fields FROM sync_extra"
    ):
        shape = fields.shape(type_)
        if shape is None:
            continue
        if whole or len(fields.unknown(shape, json.loads(held))) < len(json.loads(held)):
            known.add(stream)
    for stream in known:
        standing.begin_again(connection, stream)
    return len(known)
