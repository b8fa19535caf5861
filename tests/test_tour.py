"""The tour, taken in full, and what it may lean on."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_commands import dev
from tests.tour import __main__ as going_on_tour

__all__ = ["dev"]

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


def test_without_a_display_the_tour_is_taken(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "in_environment", lambda *words, **_: asked.append(words) or 7)
    assert dev.run([]) == 7
    assert asked == [("-m", "tests.tour", str(TOUR.parents[1] / ".tour"))]
    assert "There is no display here" in capsys.readouterr().out


@pytest.mark.timeout(900)
def test_the_whole_tour_is_taken_and_shows_what_it_saw(
    dev: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tour"
    ended = dev.in_environment(
        "-m", "tests.tour", str(folder), "--session", "tests.tour_at_little_cost",
        QT_QPA_PLATFORM="offscreen",
    )  # fmt: skip
    said = capfd.readouterr().out
    told = json.loads((folder / "tour.json").read_text("utf-8"))
    assert told["ok"], said
    assert ended == 0
    for step in told["steps"]:
        assert step["asserted"] or step["pictures"], step["step"]
        for picture in step["pictures"]:
            assert (folder / picture).stat().st_size > 5_000
    assert {file.name for file in folder.glob("*.pdf")} == {
        "psr-draft.pdf",
        "psr-changed.pdf",
        "psr-final.pdf",
        "my-plan.pdf",
        "childs-copy.pdf",
        "addendum.pdf",
    }


def test_the_tour_says_where_it_goes(dev: ModuleType) -> None:
    with pytest.raises(SystemExit, match="DIR"):
        dev.tour([])


def test_a_step_that_fails_fails_the_tour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_fails(*_asked: object) -> list[dict[str, object]]:
        return [{"step": "First", "ok": True}, {"step": "Second", "ok": False, "error": "no child"}]

    monkeypatch.setattr(going_on_tour, "_all_processes", one_fails)
    assert going_on_tour.main([str(tmp_path)]) == 1
    assert not json.loads((tmp_path / "tour.json").read_text("utf-8"))["ok"]
    assert "no child" in capsys.readouterr().out
