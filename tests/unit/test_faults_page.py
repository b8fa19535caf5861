"""The page of faults names tests that are there, and every row that syncing has to survive."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = {9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21}


def names_in(file: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > len(ROWS)
    held = {file: names_in(file) for file in {file for file, _name in named}}
    assert [(file, name) for file, name in named if name not in held[file]] == []


def test_every_row_of_syncing_has_its_tests() -> None:
    rows = re.findall(r"^\| (\d+) \|.*::\w+` \|$", PAGE, re.MULTILINE)
    assert {int(row) for row in rows} == ROWS
