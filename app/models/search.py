"""Full-text search inside the encrypted store.

`search_text` holds one row for each text that a record is found by; an FTS5 index over it is kept
by triggers, in the same transaction as the record. Names and numbers weigh more than what was
written in forms. Words are matched by their beginnings, without regard to case and accents (ŵ is
found by w). Restricted records are never put in. Of a form, the answers to its text questions join
when they are sealed into the log, that is when the page is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Index, TextClause
from sqlalchemy import text as literal_sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Local, Record
from app.models.documents import ROW_ANSWERS, ROW_ID, ROWS
from app.models.records.work import FormRecord

NAMES: Final = frozenset({"child", "identifier"})
_WORD: Final = re.compile(r"[\w'’-]+")
# Where a question isn't known to the forms that ship with the program, this tells codes of a
# choice list, numbers and dates from what somebody wrote.
_CODE: Final = re.compile(r"[a-z0-9_]+|[-+0-9.:T]+|OK")
_MOST_WORDS: Final = 12
_INSERT: Final = (
    "INSERT INTO search_text (record_type, record_id, child_id, field, name, text)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
MATCH_START: Final = "\x02"
MATCH_END: Final = "\x03"


class SearchText(Local):
    """One text that a record is found by.

    Attributes:
        name, text: One is filled: `name` for names and numbers, `text` for what was written.
    """

    __tablename__ = "search_text"
    __table_args__ = (
        Index("search_text_by_record", "record_id", "field", unique=True),
        Index("search_text_by_child", "child_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[str]
    child_id: Mapped[str]
    field: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")


class Found(NamedTuple):
    """Something that was found.

    Attributes:
        field: The field it was found in (`name`, `answers.what_happened`).
        snippet: The words around the find; what matched stands between `MATCH_START` and
            `MATCH_END`.
    """

    record_type: str
    record_id: str
    child_id: str
    field: str
    snippet: str


def query_of(text: str) -> str:
    """What a person typed, as an FTS5 query: every word must begin a word. Empty: no word.

    Each word is quoted, so that no character of it is read as an operator.
    """
    words = [word.strip("'’-_") for word in _WORD.findall(text)][:_MOST_WORDS]
    return " ".join(f'"{word}" *' for word in words if word)


def matching(text: str, *, names_only: bool = False) -> TextClause:
    """A subquery of the ids in `search_text` that match; of none where `text` holds no word."""
    query = query_of(text)
    if query and names_only:
        query = f"name : ({query})"
    return literal_sql(
        "SELECT rowid FROM search_index WHERE search_index MATCH :matching"
        if query
        else "SELECT NULL WHERE :matching IS NULL"
    ).bindparams(matching=query)


def search(session: Session, text: str, limit: int = 20) -> tuple[Found, ...]:
    """What matches `text`, the best first: names and numbers of children before other texts.

    Args:
        text: Words in any order; nothing in it is read as an operator.
        limit: At most so many.
    """
    query = query_of(text)
    if not query:
        return ()
    rows = session.connection().exec_driver_sql(
        """SELECT t.record_type, t.record_id, t.child_id, t.field,
            snippet(search_index, -1, ?, ?, '…', 12)
        FROM search_index JOIN search_text AS t ON t.id = search_index.rowid
        WHERE search_index MATCH ? AND rank MATCH 'bm25(10.0, 1.0)'
        ORDER BY rank LIMIT ?""",
        (MATCH_START, MATCH_END, query, limit),
    )
    return tuple(map(Found._make, rows))


def put(connection: Connection, record: Record) -> None:
    """Let `record` be found by what it now says, or not at all once it is removed."""
    if record.restricted:
        return
    texts = {} if record.removed_at else texts_of(record)
    _replace(connection, record.record_type(), record.id, record.of_child() or "", texts)


def put_all(connection: Connection, new: Iterable[Record], held: Iterable[Record]) -> None:
    """Let many records be found by what they now say.

    Args:
        new: Records that nothing was found by before.
        held: Records of which something may be found.
    """
    for record in held:
        put(connection, record)
    rows = [
        _values((record.record_type(), record.id, record.of_child() or ""), field, text)
        for record in new
        if not record.restricted and not record.removed_at
        for field, text in texts_of(record).items()
    ]
    if rows:
        connection.exec_driver_sql(_INSERT, rows)


def put_answers(
    connection: Connection,
    *,
    record_id: str,
    child_id: str,
    form: tuple[str, int],
    answers: Mapping[str, Any],
) -> None:
    """Let a form record be found by these answers, by path; None takes one out.

    Args:
        form: Id and version of the form, which says which questions ask for text.
    """
    for path, answer in answers.items():
        field = f"answers.{path}"
        connection.exec_driver_sql(
            "DELETE FROM search_text WHERE record_id = ? AND (field = ? OR field GLOB ?)",
            (record_id, field, field + "/*"),
        )
        for written_at, text in _written(form, path, answer):
            _insert(connection, ("form_record", record_id, child_id), f"answers.{written_at}", text)


def texts_of(record: Record) -> dict[str, str]:
    """Every text that `record` is found by, by field."""
    texts = {field: text for field, text in record.found_by().items() if text}
    if isinstance(record, FormRecord):
        form = (record.form_id, record.form_version)
        for path, answer in record.answers.items():
            texts.update((f"answers.{at}", text) for at, text in _written(form, path, answer))
    return texts


def forget_child(connection: Connection, child_id: str) -> None:
    """Take every text of one child out, and out of the index's older segments too."""
    connection.exec_driver_sql("DELETE FROM search_text WHERE child_id = ?", (child_id,))
    forget_old_words(connection)


def forget_old_words(connection: Connection) -> None:
    """Take words out of the index's older segments that no text holds any more."""
    connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('optimize')")


@cache
def _asks_for_text(form: tuple[str, int]) -> Mapping[str, bool]:
    """Of each question of a form that ships with the program, whether it asks for text."""
    # Imported here: a casebook is opened before any form is read.
    from app.forms.loader import FormError, FormLibrary

    try:
        questions = FormLibrary.built_in().form(*form).questions()
    except FormError:
        return {}
    return {question.name: question.type == "text" for question in questions}


def _written(form: tuple[str, int], path: str, answer: Any) -> Iterator[tuple[str, str]]:
    """The texts that somebody wrote in an answer, or in the rows of a repeat."""
    if not isinstance(answer, dict):
        return
    rows = answer.get(ROWS)
    if isinstance(rows, list):
        for row in rows:
            yield from _written(form, f"{path}/{row.get(ROW_ID)}", row)
    elif isinstance(answer.get(ROW_ANSWERS), dict):
        for name, within in answer[ROW_ANSWERS].items():
            yield from _written(form, f"{path}/{name}", within)
    else:
        value = answer.get("value")
        if not isinstance(value, str) or not value.strip():
            return
        asks = _asks_for_text(form).get(path.rpartition("/")[2])
        if asks or (asks is None and not _CODE.fullmatch(value)):
            yield path, value


def _replace(
    connection: Connection, record_type: str, record_id: str, child_id: str, texts: dict[str, str]
) -> None:
    held = {
        row[0]: (row[1], row[2], row[3])
        for row in connection.exec_driver_sql(
            "SELECT field, id, name || text, child_id FROM search_text WHERE record_id = ?",
            (record_id,),
        )
    }
    for field, (row_id, text, of_child) in held.items():
        if texts.get(field) != text or of_child != child_id:
            connection.exec_driver_sql("DELETE FROM search_text WHERE id = ?", (row_id,))
    of = (record_type, record_id, child_id)
    new = [
        _values(of, field, text)
        for field, text in texts.items()
        if held.get(field, (0, None, None))[1:] != (text, child_id)
    ]
    if new:
        connection.exec_driver_sql(_INSERT, new)


def _insert(connection: Connection, of: tuple[str, str, str], field: str, text: str) -> None:
    connection.exec_driver_sql(_INSERT, _values(of, field, text))


def _values(of: tuple[str, str, str], field: str, text: str) -> tuple[str, ...]:
    name, written = (text, "") if of[0] in NAMES else ("", text)
    return (*of, field, name, written)
