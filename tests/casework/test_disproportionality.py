"""Figures for the wider picture: read with their source, and in every pre-sentence report."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.casework import disproportionality, history, report_writing, reports
from app.casework.desk import Desk
from app.casework.keeping import ReasonMissing
from app.core.errors import BugError
from tests.casework.conftest import AddChild
from tests.casework.test_reports import case, made, words

FIGURES = """
source: Made up for the test
verified: false
welsh_reviewed_by: null
figures:
  - area: {en: England and Wales, cy: Cymru a Lloegr}
    period: {en: May 2020, cy: Mai 2020}
    decision: {en: Remanded, cy: Cadw ar remand}
    out_of: {en: children before a court, cy: plant gerbron llys}
    source: A made-up table
    as_of: 2020-06-01
    groups: {white: {events: 100, total: 1000}, black: {events: 20, total: 100}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of figures, with one entry that was made up."""
    path = tmp_path / disproportionality.FILE
    path.write_text(FIGURES, encoding="utf-8")
    monkeypatch.setattr(disproportionality, "resource_path", lambda *_parts: path)
    disproportionality.held.cache_clear()
    monkeypatch.setattr(disproportionality, "held", disproportionality.held.__wrapped__)
    return path


def test_nothing_is_held_without_its_source() -> None:
    for one in disproportionality.held():
        assert one.source.strip()


def test_a_report_says_that_no_figures_are_held(desk: Desk, add_child: AddChild) -> None:
    disproportionality.held.cache_clear()
    text = words(reports.preview(desk, made(desk, case(desk, add_child)).id))
    assert "The wider picture" in text
    assert "No figures are held" in text
    assert "Relative rate" not in text


def test_a_report_gives_the_figures_that_are_held(
    desk: Desk, add_child: AddChild, file: Path
) -> None:
    text = words(reports.preview(desk, made(desk, case(desk, add_child)).id))
    for part in ("20 of 100", "2.00 (1.30 to 3.09)", "England and Wales, May 2020", "A made-up"):
        assert part in text
    assert "No figures are held for the area of this service." in text
    (held,) = disproportionality.figures("cy")
    assert (held.area, held.groups[0].group) == ("Cymru a Lloegr", "Gwyn")


def test_it_goes_with_a_reason_only_and_what_is_written_beside_it_stays(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    part = next(
        one for one in report_writing.passages(desk, report.id) if one.text == "disproportionality"
    )
    assert part.made
    report_writing.add(desk, report.id, part.section, after=part.id, text="Tal was stopped often.")
    with pytest.raises(ReasonMissing):
        report_writing.remove(desk, part.id)
    report_writing.remove(desk, part.id, "The court has read it in another report")
    reasons = [entry.reason for entry in history.changes(desk, of.child_id).entries]
    assert "The court has read it in another report" in reasons
    text = words(reports.preview(desk, report.id))
    assert "The wider picture" not in text
    assert "Tal was stopped often." in text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("events: 20, total: 100", "events: 200, total: 100"),
        ("events: 20", "events: -1"),
        ("black:", "green:"),
        ("white:", "asian:"),
        ("    source: A made-up table\n", ""),
    ],
)
def test_figures_that_can_not_be_right_are_refused(file: Path, right: str, wrong: str) -> None:
    assert right in FIGURES
    file.write_text(FIGURES.replace(right, wrong), encoding="utf-8")
    with pytest.raises(BugError):
        disproportionality.held()
