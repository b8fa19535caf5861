"""Editing the details of any record: one field a line, drawn from the field's own description.

What a field is called and how its value reads stands once, in `app.casework.wording`; which editor
shows it follows from that and from the type of the value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCompleter, QVBoxLayout, QWidget

from app.casework import reference, wording
from app.casework.problems import Problem
from app.core.clock import Clock
from app.core.i18n import _, language
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.registry import editor_for
from app.ui.form.editors.texts import LineEditor
from app.ui.kit import ErrorSummary, FieldFrame, Heading

Details = TypeVar("Details")

LONG: Final = frozenset(
    {
        "note", "text", "description", "lines", "contact_note", "views", "safety_note", "address",
        "how_to_speak", "disability_note", "slcn_note", "neurodiversity_note", "consent_note",
        "court_reason", "why", "explained", "what", "attended", "decided", "ethnicity_own_words",
        "send_plan",
    }
)  # fmt: skip
# What somebody said stays as it was said, and addresses are names.
NOT_SPELLED: Final = frozenset({"ethnicity_own_words", "views", "lines", "address"})


class DetailsEditor(QWidget, Generic[Details]):
    """The fields of one record.

    Args:
        record_type: Which fields: a key of `wording.FIELDS`.
        details: The frozen dataclass of details to start from.
        groups: Headings with the fields under each, in order; without, all fields in one column.
        options: The choices of fields that no reference list holds, such as users or offences.

    Signals:
        changed: A person changed something.
    """

    changed = Signal()

    def __init__(
        self,
        record_type: str,
        details: Details,
        *,
        clock: Clock,
        groups: Sequence[tuple[str, Sequence[str]]] = (),
        options: Mapping[str, Sequence[Option]] | None = None,
        hints: Mapping[str, str] | None = None,
        required: Iterable[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._start = details
        self._clock = clock
        self._fields = wording.FIELDS[record_type]
        self._options = dict(options or {})
        self._hints = dict(hints or {})
        self._required = frozenset(required)
        self._values: dict[str, Any] = {}
        self._types = {f.name: str(f.type) for f in dataclasses.fields(details)}  # type: ignore[arg-type]
        self._changed: set[str] = set()
        self.frames: dict[str, FieldFrame] = {}
        self.touched = False
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(18))
        self.summary = ErrorSummary()
        column.addWidget(self.summary)
        for heading, names in groups or (("", tuple(self._types)),):
            shown = [name for name in names if self._is_shown(name)]
            if heading and shown:
                column.addSpacing(look.px(8))
                column.addWidget(Heading(heading))
            for name in shown:
                column.addWidget(self._frame(name))

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint: its height would be that of lines broken at the least
        width, and leave the foot of the page empty.
        """
        return QSize(super().minimumSizeHint().width(), 0)

    def details(self) -> tuple[Details | None, tuple[Problem, ...]]:
        """What the fields hold now, or None with what can't be read."""
        changes: dict[str, Any] = {}
        problems: list[Problem] = []
        for name in self.frames:
            value, problem = self._read(name)
            if problem:
                problems.append(Problem(name, problem, blocks=True))
            changes[name] = value
        if problems:
            return None, tuple(problems)
        return dataclasses.replace(self._start, **changes), ()  # type: ignore[type-var]

    def typed(self) -> dict[str, Any]:
        """What a person changed, by field, as its editor holds it: also what can't be read."""
        return {name: self._values[name] for name in self.frames if name in self._changed}

    def take(self, typed: Mapping[str, Any]) -> bool:
        """Show what somebody typed before, over what was recorded. Whether the two differ."""
        for name, value in typed.items():
            frame = self.frames.get(name)
            if frame is None or self._values[name] == value:
                continue
            if isinstance(frame.editor, Editor):
                self._values[name] = value
                self._changed.add(name)
                frame.editor.show_value(value)
                self.touched = True
        return self.touched

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say beside each field what is wrong with it, and lead there from the top."""
        by_field = {problem.field: problem.text for problem in reversed(problems)}
        for name, frame in self.frames.items():
            frame.set_error(by_field.get(name, ""))
        self.summary.show_errors(
            [(problem.text, self.frames.get(problem.field)) for problem in problems]
        )

    def first(self) -> QWidget | None:
        """What gets the keyboard first."""
        frame = next(iter(self.frames.values()), None)
        return None if frame is None else frame.editor

    # -- inside ----------------------------------------------------------------------------

    def _is_shown(self, name: str) -> bool:
        field = self._fields.get(name)
        return name in self._options or (field is not None and field.shown != "hidden")

    def _frame(self, name: str) -> FieldFrame:
        label = _(self._fields[name].label)
        editor = self._editor(name)
        value = self._shown_value(name)
        self._values[name] = value
        editor.show_value(value)
        editor.edited.connect(lambda new, name=name: self._edited(name, new))
        frame = FieldFrame(
            label,
            editor,
            hint=self._hints.get(name, "") or self._example(name),
            optional=bool(self._required) and name not in self._required,
        )
        if editor.carries_label:
            frame.label.hide()
        self.frames[name] = frame
        return frame

    def _example(self, name: str) -> str:
        """How a day or a list is written."""
        if self._in_words(name):
            return _("Put a comma between them.")
        if self._fields[name].shown != "date":
            return ""
        year = self._clock.today().year - (15 if name == "date_of_birth" else 0)
        return _("For example, {day}").format(day=f"27/3/{year}")

    def _editor(self, name: str) -> Editor:
        field, kind = self._fields[name], self._types[name]
        if name in self._options:
            many = kind.startswith("tuple")
            return self._chooser(name, self._options[name], many=many)
        if field.shown == "flag":
            yes_no = (Option("yes", _("Yes")), Option("no", _("No")))
            return self._chooser(name, yes_no, across=True)
        if field.shown in ("code", "codes"):
            listing = reference.listing(field.list_name)
            if self._in_words(name):
                return self._ready(Question(name=name, type="text"))
            if listing.editable:
                return self._completed(name, [entry.label() for entry in listing.entries])
            entries = [Option(e.code, e.label()) for e in listing.choices(self._clock.today())]
            return self._chooser(name, entries, many=field.shown == "codes")
        if field.shown == "date":
            return self._ready(Question(name=name, type="date"))
        if "int" in kind:
            return self._ready(Question(name=name, type="integer"))
        appearance = frozenset({"multiline"} if name in LONG else ())
        editor = self._ready(Question(name=name, type="text", appearance=appearance))
        if name not in NOT_SPELLED:
            editor.show_language(language())
        return editor

    def _ready(self, question: Question, options: Sequence[Option] = ()) -> Editor:
        editor = editor_for(question, clock=self._clock, choices=len(options))
        if options:
            editor.show_options(options)
        return editor

    def _chooser(
        self, name: str, options: Sequence[Option], *, many: bool = False, across: bool = False
    ) -> Editor:
        kind = "select_multiple" if many else "select_one"
        # A field of a record offers a list that folds away; a question of a form shows its choices.
        folded = not many and 4 < len(options) <= 40
        appearance = {"minimal"} if folded else {"horizontal"} if across else set()
        return self._ready(
            Question(name=name, type=kind, list_name=name, appearance=frozenset(appearance)),
            options,
        )

    def _completed(self, name: str, known: list[str]) -> Editor:
        editor = self._ready(Question(name=name, type="text"))
        if isinstance(editor, LineEditor):
            completer = QCompleter(known, editor)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            editor.line.setCompleter(completer)
        return editor

    def _in_words(self, name: str) -> bool:
        """Whether several entries of a list that takes new ones are written on one line."""
        field = self._fields[name]
        return field.shown == "codes" and reference.listing(field.list_name).editable

    def _shown_value(self, name: str) -> Any:
        """The value as the editor takes it."""
        value, field = getattr(self._start, name), self._fields[name]
        if value is None or value == "":
            return None
        if field.shown == "flag":
            return "yes" if value else "no"
        if isinstance(value, date):
            return value.isoformat()
        if self._in_words(name):
            return ", ".join(reference.label(field.list_name, one) for one in value) or None
        if isinstance(value, tuple):
            return list(value)
        if field.shown == "code" and reference.listing(field.list_name).editable:
            return reference.label(field.list_name, value)
        return value

    def _read(self, name: str) -> tuple[Any, str]:
        """The value as the details take it, and what is wrong with it in words."""
        value, field, kind = self._values[name], self._fields[name], self._types[name]
        if value in (None, "", []):
            return () if kind.startswith("tuple") else (None if "None" in kind else ""), ""
        if field.shown == "flag":
            return value == "yes", ""
        if self._in_words(name):
            words = [part.strip() for part in str(value).split(",")]
            return tuple(self._code_of(field.list_name, each) for each in words if each), ""
        if kind.startswith("tuple"):
            return tuple(value), ""
        if field.shown == "date":
            try:
                return date.fromisoformat(str(value)), ""
            except ValueError:
                return None, _("{label}: write a day such as 27/3/2011.").format(
                    label=_(field.label)
                )
        if "int" in kind:
            try:
                return int(value), ""
            except (TypeError, ValueError):
                return None, _("{label}: write a whole number.").format(label=_(field.label))
        if field.shown == "code" and reference.listing(field.list_name).editable:
            return self._code_of(field.list_name, str(value)), ""
        return str(value), ""

    @staticmethod
    def _code_of(list_name: str, words: str) -> str:
        """The code whose label was typed, or the words themselves."""
        entries = reference.listing(list_name).entries
        return next((entry.code for entry in entries if entry.label() == words), words)

    def _edited(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._changed.add(name)
        self.touched = True
        self.changed.emit()
