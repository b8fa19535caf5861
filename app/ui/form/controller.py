"""A form being filled in, between the widgets and the casebook.

The controller holds the answers (a `Sheet`), tells the widgets what each key stroke changed, and
sends what changed to the casebook soon after. It owns no widget and knows no database: what it
saves goes through a `Keep`, which the page provides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.casework.aside import Unkept
from app.casework.form_records import AnswerChange
from app.core.clock import Clock
from app.core.errors import KnownError
from app.core.i18n import _
from app.forms.answers import Answer
from app.forms.schema import Group
from app.forms.sheet import Effects, Sheet
from app.forms.statements import Statement, path_of
from app.forms.texts import keepable
from app.ui.form.typed import date_in_words

PAUSE_MS: Final = 500  # after the last key stroke
LONGEST_WAIT_MS: Final = 1200  # while somebody types on without a pause
RETRY_MS: Final = (2_000, 5_000, 15_000, 30_000)
UNDO_STEPS: Final = 100


class Keep(Protocol):
    """What keeps answers. Exactly one of the two callbacks is called, on the GUI thread."""

    def __call__(
        self,
        changes: Sequence[AnswerChange],
        *,
        leaving: bool,
        done: KeptCallback,
        failed: FailedCallback,
    ) -> None: ...


class KeptCallback(Protocol):
    def __call__(self, at: datetime, /) -> None: ...


class FailedCallback(Protocol):
    def __call__(self, error: Exception, /) -> None: ...


class SaveState(Enum):
    """What is true of the newest words on the screen."""

    SAVED = "saved"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True)
class _AnswerBefore:
    path: str
    answer: Answer | None


@dataclass(frozen=True)
class _RowRemoved:
    path: str
    row_id: str


@dataclass(frozen=True)
class _Together:
    """Answers that were confirmed in one go, and are taken back in one."""

    steps: tuple[_AnswerBefore, ...]

    @property
    def path(self) -> str:
        return self.steps[0].path


@dataclass(frozen=True)
class _StatementBefore:
    """A statement as it was before it was taken away; `path` is that of its question."""

    path: str
    statement_id: str
    row: Mapping[str, Any] | None


_Step = _AnswerBefore | _RowRemoved | _Together | _StatementBefore


class FormController(QObject):
    """The answers of one form record, with autosave, undo and a language that can be switched.

    Signals:
        changed: `Effects` of the latest change: the paths to draw again.
        save_state_changed: a `SaveState`; `saved_at` and `save_error` tell the rest.
        language_changed: the code of the language the form is now shown in.
        undone: the path that an undo brought back.
    """

    changed = Signal(object)
    save_state_changed = Signal(object)
    language_changed = Signal(str)
    undone = Signal(str)

    def __init__(
        self,
        sheet: Sheet,
        *,
        by: str,
        keep: Keep,
        clock: Clock,
        saved_at: datetime | None = None,
        editable: bool = True,
        how: str = "typed",
        record_id: str = "",
        names: Mapping[str, str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.names = dict(names or {})
        self.record_id = record_id
        self.sheet = sheet
        self.form = sheet.form
        self.by = by
        self.how = how
        self.clock = clock
        self.editable = editable
        self.saved_at = saved_at
        self.save_error: KnownError | None = None
        self._keep = keep
        self._state = SaveState.SAVED
        self._unsaved: dict[str, None] = {}
        self._on_the_way: list[dict[str, None]] = []
        self._held_back: dict[str, None] = {}
        self._leaving = False
        self._failures = 0
        self._undo: list[_Step] = []
        self._pause = _timer(self, PAUSE_MS, self._save_now)
        self._longest_wait = _timer(self, LONGEST_WAIT_MS, self._save_now)
        self._retry = _timer(self, RETRY_MS[0], self._save_now)

    # -- reading ---------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The code of the language that the form is shown in."""
        return self.sheet.language

    @property
    def save_state(self) -> SaveState:
        """Whether the newest words on the screen are kept."""
        return self._state

    @property
    def is_saved(self) -> bool:
        """Whether nothing is waiting and nothing is on its way."""
        return not self._unsaved and not self._on_the_way

    def pages(self) -> list[Group]:
        """The pages on which something is asked or said now."""
        return [page for page in self.form.pages if self._page_is_open(page)]

    def page_label(self, page: Group) -> str:
        """What a page is called, in the language of the form."""
        if self.sheet.has(page.name):
            return self.sheet.label(page.name)
        return page.label.text(self.language)

    def page_hint(self, page: Group) -> str:
        """What stands under the title of a page."""
        return self.sheet.hint(page.name) if self.sheet.has(page.name) else ""

    def _page_is_open(self, page: Group) -> bool:
        if self.sheet.has(page.name):
            return self.sheet.is_relevant(page.name)
        return any(self.sheet.is_relevant(child.name) for child in page.children)

    def name_of(self, user_id: str | None) -> str:
        """What a person of the service is called; empty for nobody that is known."""
        return self.names.get(user_id or "", "")

    def origin(self, answer: Answer) -> str:
        """When an answer was given and by whom, as in "12 May 2026, Rowan Okell"."""
        day = date_in_words(answer.at[:10], self.language) if answer.at else ""
        return ", ".join(part for part in (day, self.name_of(answer.by)) if part)

    def carried_words(self, path: str) -> str:
        """From where an answer was carried forward and who confirmed it; empty where it wasn't."""
        answer = self.sheet.answer(path)
        if answer is None or not answer.carried or answer.empty:
            return ""
        origin = _("Carried forward from {day}.").format(day=self.origin(answer))
        if not answer.confirmed:
            return " ".join((origin, _("Not confirmed.")))
        day = date_in_words((answer.confirmed_at or "")[:10], self.language)
        said = _("Confirmed on {day} by {who}.").format(
            day=day, who=self.name_of(answer.confirmed_by) or _("Somebody")
        )
        return " ".join((origin, said))

    def next_unconfirmed(self, after: str = "", page: str | None = None) -> str:
        """The next answer that waits to be confirmed behind `after`, or else the first one there
        is; empty where none waits.
        """
        waiting = set(self.sheet.unconfirmed(page))
        if not waiting:
            return ""
        order = [path for path in self.sheet.paths() if path in waiting or path == after]
        if after in order:
            behind = order[order.index(after) + 1 :]
            if behind:
                return behind[0]
        return next(path for path in order if path in waiting)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._undo)

    # -- changing --------------------------------------------------------------------------

    def set_answer(
        self,
        path: str,
        value: Any,
        *,
        undoable: bool = True,
        refused: str | None = None,
        may_quote: bool | None = None,
    ) -> Effects:
        """Take `value` as the answer at `path`.

        Args:
            value: The stored value, or the text as typed where it can't be read as one.
            undoable: Whether Ctrl+Z brings the answer before back; text fields undo by themselves.
            refused: `skip`, `rather_not_say` or `dont_understand` where the child gave no answer.
            may_quote: Whether the child said that the court may be told in these words.
        """
        before = self.sheet.answer(path)
        if undoable:
            self._remember(_AnswerBefore(path, before))
        if value is None and refused is None and may_quote is None:
            effects = self.sheet.clear(path, by=self.by)
        else:
            effects = self.sheet.set(
                path,
                value,
                by=self.by,
                how=self.how,
                language=self.language,
                refused=refused,
                may_quote=may_quote,
            )
        self._took_effect(path, effects)
        return effects

    def add_row(self, path: str) -> str:
        """Add a row to the repeat at `path` and give its id."""
        row_id, effects = self.sheet.add_row(path)
        self._took_effect(path, effects)
        return row_id

    def remove_row(self, path: str, row_id: str) -> None:
        """Take a row away; `undo` brings it back with all its answers."""
        effects = self.sheet.remove_row(path, row_id)
        self._remember(_RowRemoved(path, row_id))
        self._took_effect(path, effects)

    def move_row(self, path: str, row_id: str, by: int) -> None:
        """Put a row one place up (-1) or down (1)."""
        rows = self.sheet.rows(path)
        place = max(0, min(len(rows) - 1, rows.index(row_id) + by))
        self._took_effect(path, self.sheet.move_row(path, row_id, place))

    def confirm(self, path: str) -> None:
        """Say that an answer carried forward is still true."""
        self.confirm_all((path,))

    def confirm_all(self, paths: Sequence[str]) -> None:
        """Say that several answers carried forward are still true; one undo takes it all back."""
        waiting = set(self.sheet.unconfirmed())
        paths = [path for path in paths if path in waiting]
        if not paths:
            return
        self._remember(
            _Together(tuple(_AnswerBefore(path, self.sheet.answer(path)) for path in paths))
        )
        self._took_effect(paths[0], self.sheet.confirm_all(paths, by=self.by))

    def say(self, statement: Statement) -> None:
        """Write down what a source said."""
        effects = self.sheet.say(statement, by=self.by)
        self._took_effect(path_of(statement.id), effects)

    def take_back(self, statement: Statement) -> None:
        """Take a statement away; `undo` brings it back."""
        path = path_of(statement.id)
        self._remember(_StatementBefore(statement.about, statement.id, self.sheet.json_at(path)))
        self._took_effect(path, self.sheet.put_statement(statement.id, None))

    def take_over(self, effects: Effects) -> None:
        """Keep what was changed in the sheet past this controller, and tell the widgets of it."""
        for path in sorted(effects.values | effects.rows)[:1]:
            self._took_effect(path, effects)

    def annotate(self, path: str, **details: Any) -> None:
        """Keep something about an answer (`may_quote`, `source`, …) and leave its value alone."""
        self._took_effect(path, self.sheet.annotate(path, **details))

    def restore_row(self, path: str, row_id: str) -> None:
        """Bring back a row that was taken away."""
        with suppress(ValueError):
            self._undo.remove(_RowRemoved(path, row_id))
        self._took_effect(path, self.sheet.restore_row(path, row_id))

    def undo(self) -> bool:
        """Take back the last step; false when there is none."""
        if not self._undo or not self.editable:
            return False
        step = self._undo.pop()
        if isinstance(step, _RowRemoved):
            self._took_effect(step.path, self.sheet.restore_row(step.path, step.row_id))
        elif isinstance(step, _StatementBefore):
            effects = self.sheet.put_statement(step.statement_id, step.row)
            self._took_effect(path_of(step.statement_id), effects)
        else:
            effects = Effects()
            for each in step.steps if isinstance(step, _Together) else (step,):
                if self.sheet.has(each.path):
                    effects |= self.sheet.put(each.path, each.answer)
            self._took_effect(step.path, effects)
        self.undone.emit(step.path)
        return True

    def set_language(self, code: str) -> None:
        """Show the form in another of its languages. Every answer stays as it is."""
        if code == self.sheet.language or code not in self.form.languages:
            return
        self.sheet.language = code
        self.language_changed.emit(code)

    # -- saving ----------------------------------------------------------------------------

    def flush(self, *, leaving: bool = False) -> None:
        """Send what is unsaved now; with `leaving`, what follows is a new entry of the history."""
        self._leaving = self._leaving or leaving
        self._save_now()

    @Slot()
    def _save_now(self) -> None:
        self._pause.stop()
        self._longest_wait.stop()
        self._retry.stop()
        if not self._unsaved and not self._leaving:
            return
        changes = self._changes(self._unsaved)
        # What no file can hold stays here, with its words on the screen; all else is saved.
        self._held_back = {one.path: None for one in changes if not keepable(one.answer)}
        changes = tuple(one for one in changes if one.path not in self._held_back)
        leaving, self._leaving = self._leaving, False
        sent = {path: None for path in self._unsaved if path not in self._held_back}
        self._unsaved = dict(self._held_back)
        if not sent and not leaving:
            self._say_held_back()
            return
        self._on_the_way.append(sent)
        # Saves are done in the order they are asked for, so none has to wait for another here.
        self._keep(changes, leaving=leaving, done=self._kept, failed=partial(self._not_kept, sent))

    def unkept(self) -> tuple[AnswerChange, ...]:
        """What is not known to be saved, each answer as it stands now; what is under way too."""
        paths: dict[str, None] = {}
        for sent in (*self._on_the_way, self._unsaved):
            paths.update(sent)
        return self._changes(paths)

    def _changes(self, paths: Mapping[str, None]) -> tuple[AnswerChange, ...]:
        """Each answer at `paths` as it stands now. Rows that changed go as a whole repeat."""
        changes = []
        for path in paths:
            if any(above in paths for above in _repeats_above(path)):
                continue
            if self.sheet.keeps(path):
                changes.append(AnswerChange(path, self.sheet.json_at(path)))
        return tuple(changes)

    def _kept(self, at: datetime, /) -> None:
        # Saves are answered in the order they were asked for.
        del self._on_the_way[0]
        self._failures = 0
        self.save_error = None
        self.saved_at = at
        if self._held_back:
            self._say_held_back()
        elif self.is_saved:
            self._enter(SaveState.SAVED)
        elif self._state is SaveState.FAILED:
            self._enter(SaveState.WAITING)

    def _say_held_back(self) -> None:
        """Say which answer can't be kept as it is; it is tried again when it is another."""
        path = next(iter(self._held_back), "")
        label = self.sheet.label(path) if self.sheet.has(path) else ""
        self.save_error = KnownError(
            _("Half a character can’t be kept: {question}").format(question=label),
            _("Take out the last thing that was pasted there. Everything else is saved."),
        )
        self._enter(SaveState.FAILED)

    def _not_kept(self, sent: dict[str, None], error: Exception, /) -> None:
        del self._on_the_way[0]
        self._unsaved = {**sent, **self._unsaved}
        self.save_error = error if isinstance(error, KnownError) else _unexpected()
        wait = RETRY_MS[min(self._failures, len(RETRY_MS) - 1)]
        self._failures += 1
        self._retry.start(wait)
        self._enter(SaveState.FAILED)

    def _took_effect(self, path: str, effects: Effects) -> None:
        for changed in (path, *sorted(effects.values - {path}), *sorted(effects.rows - {path})):
            # A path that changes again moves to the end, so that it is sent as it stands last.
            self._unsaved.pop(changed, None)
            self._unsaved[changed] = None
        self._pause.start()
        if not self._longest_wait.isActive():
            self._longest_wait.start()
        if self._state is SaveState.SAVED:
            self._enter(SaveState.WAITING)
        self.changed.emit(effects)

    def _enter(self, state: SaveState) -> None:
        self._state = state
        self.save_state_changed.emit(state)

    def _remember(self, step: _Step) -> None:
        self._undo.append(step)
        del self._undo[:-UNDO_STEPS]


def unkept_of(controllers: Iterable[FormController]) -> tuple[Unkept, ...]:
    """What of these forms is not known to be saved."""
    told = (Unkept(controller.record_id, controller.unkept()) for controller in controllers)
    return tuple(one for one in told if one.changes)


def _timer(owner: QObject, milliseconds: int, slot: Any) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer


def _repeats_above(path: str) -> Iterator[str]:
    """The paths of the repeats that hold the question at `path`, the outermost first."""
    parts = path.split("/")
    for length in range(1, len(parts) - 1, 2):
        yield "/".join(parts[:length])


def _unexpected() -> KnownError:
    return KnownError(
        _("Waymark could not save your last change."),
        _("Leave this window open: what you typed is still here, and saving is tried again."),
    )
