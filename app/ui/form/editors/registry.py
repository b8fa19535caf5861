"""Which editor shows which question."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from app.core.clock import Clock
from app.core.errors import BugError
from app.forms.schema import Question
from app.ui.form.editors.base import Editor
from app.ui.form.editors.choices import (
    MOST_RADIO_BUTTONS,
    CheckEditor,
    DropListEditor,
    ListEditor,
    RadioEditor,
)
from app.ui.form.editors.dates import DateEditor, DateTimeEditor, TimeEditor
from app.ui.form.editors.pictures import AmountEditor, PictureEditor
from app.ui.form.editors.ranking import RankEditor
from app.ui.form.editors.shown import AcknowledgeEditor, NoteEditor, ShownEditor
from app.ui.form.editors.texts import LineEditor, LongTextEditor, NumberEditor

_BY_TYPE: Final[dict[str, type[Editor]]] = {
    "text": LineEditor,
    "integer": NumberEditor,
    "decimal": NumberEditor,
    "date": DateEditor,
    "time": TimeEditor,
    "dateTime": DateTimeEditor,
    "select_one": RadioEditor,
    "select_multiple": CheckEditor,
    "rank": RankEditor,
    "note": NoteEditor,
    "calculate": ShownEditor,
    "acknowledge": AcknowledgeEditor,
}
_BY_APPEARANCE: Final[dict[tuple[str, str], type[Editor]]] = {
    ("text", "multiline"): LongTextEditor,
    ("select_one", "minimal"): DropListEditor,
    ("select_one", "autocomplete"): ListEditor,
    ("select_one", "search"): ListEditor,
    ("select_one", "amount"): AmountEditor,
}


def editor_class(question: Question, *, choices: int = 0, pictures: bool = False) -> type[Editor]:
    """The class of the editor for `question`.

    Args:
        choices: How many choices its list holds.
        pictures: Whether the choices have pictures.
    """
    for appearance in sorted(question.appearance):
        found = _BY_APPEARANCE.get((question.type, appearance))
        if found is not None:
            return found
    if question.type == "select_one":
        if pictures:
            return PictureEditor
        if choices > MOST_RADIO_BUTTONS:
            return ListEditor
    try:
        return _BY_TYPE[question.type]
    except KeyError:
        raise BugError(f"no editor for questions of type {question.type}") from None


def editor_for(
    question: Question,
    *,
    clock: Clock,
    choices: int = 0,
    pictures: bool = False,
    parent: QWidget | None = None,
) -> Editor:
    """A new editor for `question`."""
    return editor_class(question, choices=choices, pictures=pictures)(
        question, clock=clock, parent=parent
    )
