"""One page of a form as fields. After a change only what the change names is drawn again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.forms.schema import Group, Item, Question, Repeat
from app.forms.sheet import Effects
from app.forms.statements import Statement, is_statement
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.form.field import Field
from app.ui.form.repeats import RepeatView, Row
from app.ui.form.tab_order import tab_stops
from app.ui.kit import Heading, Muted


@dataclass
class _Part:
    """A heading within the page, with the places of what stands under it."""

    path: str
    box: QWidget
    heading: Heading
    hint: Muted
    members: list[Field | RepeatView] = field(default_factory=list)


class PageView(QWidget):
    """The questions of one page, for a person to answer or, when the form is locked, to read.

    Signals:
        focused: the question that has the keyboard; carries its path.
        problems_changed: what is wrong on the page, or whether it is said, is another.
        confirmed: a person said at a question that what was carried forward is still true.
    """

    focused = Signal(str)
    confirmed = Signal(str)
    problems_changed = Signal()

    def __init__(
        self, controller: FormController, page: Group, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.page = page
        self.checked = False
        self.fields: dict[str, Field] = {}
        self.repeats: dict[str, RepeatView] = {}
        self._parts: list[_Part] = []
        self._seen: set[str] = set()
        self._with_said: set[str] = set()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.current().px(20))
        self._build(page.children, "", self._column, [])
        self._update_parts()
        self._update_said()
        controller.changed.connect(self.apply)
        controller.language_changed.connect(self.retranslate)

    # -- reading ---------------------------------------------------------------------------

    def shown_paths(self) -> Iterator[str]:
        """The paths of the questions that are asked now, in the order of the page."""
        for path in self.controller.sheet.paths(self.page.name):
            place = self.fields.get(path)
            if place is not None and place.shown:
                yield path

    def questions(self) -> Iterator[str]:
        """The paths of what is there to be answered now, in the order of the page."""
        return (path for path in self.shown_paths() if self.fields[path].question.asks)

    # -- doing -----------------------------------------------------------------------------

    def check(self, *, on: bool = True) -> None:
        """Say everything that is wrong on this page, or again only what was typed and left."""
        self.checked = on
        self._update_problems(self.fields)

    def focus_question(self, path: str) -> bool:
        """Give the keyboard to the question at `path`; false when it is not on this page."""
        place = self.fields.get(path)
        if place is None or not place.shown:
            return False
        place.focus_editor()
        return True

    def focus_first(self) -> bool:
        """Give the keyboard to the first thing to do here; false when there is nothing."""
        first = next(self.questions(), None)
        if first is not None:
            return self.focus_question(first)
        for repeat in self.repeats.values():
            if not repeat.isHidden() and not repeat.add.isHidden():
                repeat.add.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    @Slot(object)
    def apply(self, effects: Effects) -> None:
        """Draw again what a change named."""
        for path in self._own(effects.rows, self.repeats):
            self.repeats[path].update_rows()
        for path in self._own(effects.relevance, self.fields):
            self.fields[path].update_relevance()
        for path in self._own(effects.labels, self.fields):
            self.fields[path].update_words()
        for part in self._parts:
            if part.path in effects.labels:
                self._name_part(part)
        for path in self._own(effects.choices, self.fields):
            self.fields[path].update_options()
        for path in self._shown_anew(effects.values):
            self.fields[path].update_value()
        self._update_problems(effects.problems | effects.relevance | effects.values)
        self._update_said(effects.values)
        for repeat in self.repeats.values():
            if effects.relevance:
                repeat.update_rows()
        if effects.relevance or effects.rows:
            self._update_parts()
        if self.repeats and (effects.values or effects.rows or effects.labels):
            for repeat in self.repeats.values():
                repeat.name_rows()

    @Slot(str)
    def retranslate(self, _language: str = "") -> None:
        """Show every word in the language of the form; answers and the keyboard stay."""
        for place in self.fields.values():
            place.update_words()
        for repeat in self.repeats.values():
            repeat.update_words()
        for part in self._parts:
            self._name_part(part)
        self._update_problems(self.fields)

    def tab_stops(self) -> list[QWidget]:
        """What Tab leads to on this page, in reading order."""
        return self._stops(self.page.children, "")

    # -- inside ----------------------------------------------------------------------------

    def _update_said(self, changed: Iterable[str] | None = None) -> None:
        """Under each question, what sources said about it; where that is not among what changed,
        all is as it was.
        """
        if changed is not None and not any(map(is_statement, changed)):
            return
        said: dict[str, list[Statement]] = {}
        for one in self.controller.sheet.statements():
            said.setdefault(one.about, []).append(one)
        for path in self._with_said.difference(said):
            if path in self.fields:
                self.fields[path].show_said(())
        for path, statements in said.items():
            if path in self.fields:
                self.fields[path].show_said(statements)
        self._with_said = set(said)

    def _stops(self, items: Iterable[Item], before: str) -> list[QWidget]:
        stops: list[QWidget] = []
        for item in items:
            path = f"{before}{item.name}"
            if isinstance(item, Question):
                if path in self.fields:
                    stops += tab_stops(self.fields[path])
            elif isinstance(item, Repeat):
                repeat = self.repeats[path]
                for row in repeat.rows.values():
                    stops += [row.up, row.down, row.remove]
                    stops += self._stops(item.children, f"{row.path}/")
                stops += tab_stops(repeat.removed, repeat.add)
            else:
                stops += self._stops(item.children, before)
        return stops

    def _build(
        self,
        items: Iterable[Item],
        before: str,
        column: QVBoxLayout,
        members: list[Field | RepeatView],
    ) -> None:
        for item in items:
            path = f"{before}{item.name}"
            if isinstance(item, Question):
                if item.type == "calculate" and not item.label:
                    continue
                place = Field(self.controller, item, path, self)
                place.focused.connect(self.focused)
                place.left.connect(self._left)
                place.confirmed.connect(self.confirmed)
                self.fields[path] = place
                column.addWidget(place)
                members.append(place)
            elif isinstance(item, Repeat):
                repeat = RepeatView(self.controller, item, path, self._fill_row, self)
                repeat.row_gone.connect(self._forget_row)
                self.repeats[path] = repeat
                column.addWidget(repeat)
                members.append(repeat)
            else:
                self._build_part(item, before, column, members)

    def _build_part(
        self,
        group: Group,
        before: str,
        column: QVBoxLayout,
        members: list[Field | RepeatView],
    ) -> None:
        part = _Part(f"{before}{group.name}", QWidget(self), Heading(), Muted())
        inside = QVBoxLayout(part.box)
        inside.setContentsMargins(0, theme.current().px(8), 0, 0)
        inside.setSpacing(theme.current().px(4))
        inside.addWidget(part.heading)
        inside.addWidget(part.hint)
        column.addWidget(part.box)
        self._name_part(part)
        self._parts.append(part)
        self._build(group.children, before, column, part.members)
        members.extend(part.members)

    def _name_part(self, part: _Part) -> None:
        words = self.controller.sheet.label(part.path)
        hint = self.controller.sheet.hint(part.path)
        part.heading.setText(words)
        part.hint.setText(hint)
        part.hint.setVisible(bool(hint))
        part.box.setProperty("empty", not words and not hint)

    def _fill_row(self, row: Row) -> None:
        """Put the questions of a row into its card."""
        repeat = row.repeat
        self._build(repeat.repeat.children, f"{row.path}/", row.fields, [])

    @Slot(str)
    def _forget_row(self, path: str) -> None:
        for places in (self.fields, self.repeats):
            for gone in [each for each in places if each.startswith(f"{path}/")]:
                del places[gone]
        self._parts = [part for part in self._parts if not part.path.startswith(f"{path}/")]

    def _update_parts(self) -> None:
        """Show a heading only where something under it is asked."""
        sheet = self.controller.sheet
        for repeat in self.repeats.values():
            repeat.setVisible(sheet.is_relevant(repeat.path))
        for part in self._parts:
            asked = any(
                member.shown if isinstance(member, Field) else sheet.is_relevant(member.path)
                for member in part.members
            )
            part.box.setVisible(asked and not part.box.property("empty"))

    @Slot(str)
    def _left(self, path: str) -> None:
        # A row that is being removed loses the keyboard when its answers are gone already.
        if path not in self._seen and self.controller.sheet.has(path):
            self._seen.add(path)
            self._update_problems((path,))

    def _update_problems(self, paths: Iterable[str]) -> None:
        """A mistake is pointed out once its field was left, a gap once the page was checked."""
        sheet = self.controller.sheet
        for path in self._own(paths, self.fields):
            show = self.checked
            if not show and path in self._seen:
                answer = sheet.answer(path)
                show = answer is not None and not answer.empty
            self.fields[path].update_problem(show=show)
        self.problems_changed.emit()

    def _shown_anew(self, values: Collection[str]) -> list[str]:
        """The questions of this page that show one of these answers."""
        return [
            path for path, place in self.fields.items() if path in values or place.follows(values)
        ]

    @staticmethod
    def _own(paths: Iterable[str], places: dict[str, object]) -> list[str]:
        """Those of `paths` that stand on this page."""
        return [path for path in paths if path in places]
