"""The tour, taken in full, and what it may lean on."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOUR = Path(__file__).parent / "tour"
FORBIDDEN = ("app.casework", "app.models", "app.reports", "app.sync", "sqlalchemy", "sqlcipher3")


def imported(file: Path) -> set[str]:
    """The names of all modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("file", sorted(TOUR.glob("*.py")), ids=lambda file: file.name)
def test_the_tour_knows_the_program_from_outside_only(file: Path) -> None:
    leaning = {
        name
        for name in imported(file)
        if any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN)
    }
    assert leaning == set()


@pytest.mark.xdist_group("tour")
@pytest.mark.timeout(400)
def test_the_tour_ends_well_and_shows_what_it_saw(tmp_path: Path) -> None:
    went = subprocess.run(
        [sys.executable, "-m", "tests.tour", str(tmp_path)],
        cwd=TOUR.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads((tmp_path / "tour.json").read_text("utf-8"))
    assert told["ok"], went.stdout
    assert went.returncode == 0
    for step in told["steps"]:
        assert step["asserted"] or step["pictures"], step["step"]
        for picture in step["pictures"]:
            assert (tmp_path / picture).stat().st_size > 5_000
    assert {file.name for file in tmp_path.glob("*.pdf")} == {
        "psr-draft.pdf",
        "psr-changed.pdf",
        "psr-final.pdf",
    }
