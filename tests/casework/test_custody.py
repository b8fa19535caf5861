"""The statement for the gate: one page, tagged, in either language, with nothing of any child."""

from __future__ import annotations

from pathlib import Path

import pdfua
import pytest

from app.casework import custody, syncing
from app.casework.desk import Desk
from app.core import i18n
from app.core.errors import KnownError
from tests.casework.conftest import AddChild
from tests.reports.archival_rules import faults_in
from tests.reports.reading import pages_of, text_of

HOLDER = "Ash Rivers, practitioner"


def test_custody_mode_is_kept_without_any_server(desk: Desk) -> None:
    custody.switch(desk, True)
    now = syncing.status(desk)
    assert (now.joined, now.in_custody) == (False, True)
    custody.switch(desk, False)
    assert not syncing.status(desk).in_custody


@pytest.mark.parametrize("tongue", ["en", "cy"])
def test_the_statement_is_one_tagged_page_without_a_child(
    desk: Desk, add_child: AddChild, tmp_path: Path, tongue: str
) -> None:
    add_child()
    custody.switch(desk, True)
    file = tmp_path / "statement.pdf"
    before = i18n.language()
    i18n.set_language(tongue)
    try:
        custody.save_statement(desk, HOLDER, file)
    finally:
        i18n.set_language(before)
    pdf = file.read_bytes()
    (page,) = pages_of(pdf)
    assert HOLDER in page
    assert ("It records nothing." in page) == (tongue == "en")
    assert "Fenwick" not in text_of(pdf)
    assert list(pdfua.validate(str(file)).findings) == []
    assert faults_in(pdf) == []


def test_the_statement_says_when_custody_mode_is_off(desk: Desk) -> None:
    assert "Off: it has to be switched on" in text_of(custody.statement(desk, HOLDER))


def test_a_file_that_is_there_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "statement.pdf"
    file.write_text("something else")
    with pytest.raises(KnownError):
        custody.save_statement(desk, HOLDER, file)
    assert file.read_text() == "something else"
    with pytest.raises(KnownError):
        custody.save_statement(desk, HOLDER, tmp_path / "nowhere" / "statement.pdf")
