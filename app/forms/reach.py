"""What an expression can reach from one place in a sheet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from elementpath.xpath_nodes import ElementNode

from app.forms import values
from app.forms.plan import Definition
from app.forms.values import Seen

if TYPE_CHECKING:
    from app.forms.cells import Cell
    from app.forms.engine import Engine


class SheetReach:
    """The sheet as seen from one cell: `${name}` is the nearest answer of that name."""

    __slots__ = ("cell", "sheet")

    def __init__(self, sheet: Engine, cell: Cell) -> None:
        self.sheet = sheet
        self.cell = cell

    def named(self, name: str) -> Seen:
        definition = self.sheet.definition(name)
        if not definition.repeats and not definition.is_group:
            return self.sheet.instances(name)[0].seen
        own = self._own_row(definition)
        if own is not None and not definition.is_group:
            return own.seen
        if definition.is_group and not definition.is_repeat:
            return ""
        if definition.is_repeat:
            return list(range(1, (self.row_count(name) or 0) + 1))
        return [cell.seen for cell in self.cells_named(name) if cell.relevant]

    def _inner(self) -> tuple[str, ...]:
        """The repeats in whose rows the cell stands, outermost first."""
        definition = self.cell.definition
        if self.cell.row_id is not None:
            return (*definition.repeats, definition.name)
        return definition.repeats

    def _own_row(self, definition: Definition) -> Cell | None:
        """The one cell of `definition` in the rows that this cell stands in, if it is there."""
        depth = len(definition.repeats)
        if self._inner()[:depth] != definition.repeats or len(self.cell.trail) < depth:
            return None
        return self.sheet.cell(definition.path(self.cell.trail[:depth]))

    def cells_named(self, name: str) -> list[Cell]:
        """The cell of that name in reach, or those of all rows, in the order of the rows."""
        definition = self.sheet.definition(name)
        own = self._own_row(definition)
        if own is not None:
            return [own]
        shared = 0
        for one, other in zip(definition.repeats, self._inner(), strict=False):
            if one != other:
                break
            shared += 1
        return self._in_rows(definition, shared, self.cell.trail[:shared])

    def _in_rows(self, definition: Definition, depth: int, trail: tuple[str, ...]) -> list[Cell]:
        if depth == len(definition.repeats):
            return [self.sheet.cell(definition.path(trail))]
        repeat = self.sheet.definition(definition.repeats[depth])
        found: list[Cell] = []
        for row in self.sheet.cell(repeat.path(trail)).kids:
            found.extend(self._in_rows(definition, depth + 1, row.trail))
        return found

    def nodes_named(self, name: str) -> list[ElementNode]:
        tree = self.sheet.tree
        found: list[ElementNode] = []
        for cell in self.cells_named(name):
            rows = cell.definition.is_repeat and cell.row_id is None
            found.extend(tree.node(each) for each in (cell.kids if rows else [cell]))
        return found

    def of_node(self, node: ElementNode) -> Seen:
        cell = self.sheet.tree.cell(node)
        return "" if cell is None or cell.definition.is_group else cell.seen

    def here(self) -> Seen:
        return self.cell.seen

    def node(self) -> ElementNode:
        return self.sheet.tree.node(self.cell)

    def row_number(self, levels: int) -> int:
        row: Cell | None = self.cell
        while row is not None:
            if row.row_id is not None:
                if levels == 0:
                    assert row.parent is not None
                    return row.parent.kids.index(row) + 1
                levels -= 1
            row = row.parent
        return 0

    def indexed(self, name: str, rows: list[tuple[str, int]]) -> Seen:
        definition = self.sheet.definition(name)
        wanted = dict(rows)
        trail: tuple[str, ...] = ()
        for depth, repeat_name in enumerate(definition.repeats):
            repeat = self.sheet.cell(self.sheet.definition(repeat_name).path(trail))
            index = wanted.get(repeat_name)
            if index is None:
                if len(self.cell.trail) <= depth or self._inner()[depth] != repeat_name:
                    return ""
                trail = (*trail, self.cell.trail[depth])
            elif 1 <= index <= len(repeat.kids):
                trail = repeat.kids[index - 1].trail
            else:
                return ""
        return self.sheet.cell(definition.path(trail)).seen

    def row_count(self, name: str) -> int | None:
        definition = self.sheet.definition(name)
        if not definition.is_repeat:
            return None
        return sum(1 for repeat in self.cells_named(name) for row in repeat.kids if row.relevant)

    def choice_label(self, value: str, name: str) -> str:
        found = self.cells_named(name)
        if found:
            return self.sheet.choice_label(found[0].path, value)
        # A question of a repeat without rows: there is no such cell, but its choices are known.
        choice = self.sheet.definition(name).by_choice.get(value)
        if choice is None:
            return value
        here = self.cell.path
        return self.sheet.filled(here, choice.label, language=self.sheet.language) or value

    def context(self, key: str) -> str:
        return self.sheet.context.get(key, "")

    def moment(self) -> datetime:
        return values.wall(self.sheet.clock.now())

    def form_version(self) -> int:
        return self.sheet.form.version
