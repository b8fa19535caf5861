"""The answers as a tree of XPath nodes, for the few expressions that walk it by path.

Nodes stand for cells and hold no value: an expression asks the cell, so the tree lasts until rows
come or go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from elementpath import get_node_tree
from elementpath.xpath_nodes import DocumentNode, ElementNode

if TYPE_CHECKING:
    from app.forms.cells import Cell
    from app.forms.engine import Engine


class AnswerTree:
    """`/data/…` with one element for each question, group and row of a sheet."""

    def __init__(self, sheet: Engine) -> None:
        root = Element("data")
        cells: dict[Element, Cell] = {}
        waiting: list[tuple[Cell, Element]] = [(cell, root) for cell in reversed(sheet.top)]
        while waiting:
            cell, parent = waiting.pop()
            if cell.definition.is_repeat and cell.row_id is None:
                inside = parent
            else:
                inside = SubElement(parent, cell.definition.name)
                cells[inside] = cell
            waiting.extend((kid, inside) for kid in reversed(cell.kids))
        built = get_node_tree(root)
        assert isinstance(built, ElementNode)
        self.document: DocumentNode = built.get_document_node(as_parent=True)
        self._cells: dict[ElementNode, Cell] = {}
        self._nodes: dict[str, ElementNode] = {}
        for node in built.iter():
            if isinstance(node, ElementNode):
                cell_here = cells.get(node.value)  # type: ignore[call-overload]
                if cell_here is not None:
                    self._cells[node] = cell_here
                    self._nodes[cell_here.path] = node
        self._root = built

    def node(self, cell: Cell) -> ElementNode:
        """The node that stands for `cell`; for a repeat, the node its rows stand in."""
        found = self._nodes.get(cell.path)
        if found is not None:
            return found
        return self._root if cell.parent is None else self.node(cell.parent)

    def cell(self, node: ElementNode) -> Cell | None:
        """The cell that `node` stands for; `None` for the root."""
        return self._cells.get(node)
