"""A PDF is checked on the command line by whoever may open the casebook."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from app import verify
from app.__main__ import main
from app.casework import children, report_export, reports
from tests.casework.conftest import PASSPHRASE, Office
from tests.casework.test_reports import case, made


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / "settings"))
    # What it does to a process can't be undone, and this one goes on.
    monkeypatch.setattr(verify.hardening, "harden", lambda: None)


def test_it_says_what_a_file_is_and_ends_with_it(
    staffed: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    office, desk = staffed, staffed.as_user("Ash Rivers")
    tal = children.ChildDetails(
        given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3)
    )
    draft = made(desk, case(desk, lambda: children.add_child(desk, tal)))
    reports.make_final(desk, draft.id, "The hearing is tomorrow.")
    ours, other = tmp_path / "ours.pdf", tmp_path / "other.pdf"
    report_export.export(desk, draft.id, ours, recipient="Fernbridge court", reason="")
    other.write_bytes(ours.read_bytes() + b"%%EOF\n")

    def told(file: Path, *answers: str, folder: Path = office.folder) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
        code = main(["--verify", str(file), "--casebook", str(folder)])
        return code, capsys.readouterr().out

    # The window has it open.
    assert told(ours, "Ash Rivers", PASSPHRASE)[0] == verify.NOT_TOLD
    office.leave()
    code, words = told(ours, "ash rivers", PASSPHRASE)
    assert code == verify.OURS
    assert f"Unchanged: Pre-sentence report {draft.reference}" in words
    assert "to Fernbridge court, by Ash Rivers." in words
    code, words = told(other, "Perry Lind", PASSPHRASE)
    assert (code, "Added to" in words) == (verify.NOT_AS_IT_WAS, True)
    for file, folder, answers in (
        (ours, office.folder, ("Ash Rivers", "no herons at all")),
        (ours, office.folder, ("Nobody Known", PASSPHRASE)),
        (ours, tmp_path / "nowhere", (PASSPHRASE,)),
        (tmp_path / "gone.pdf", office.folder, ("Ash Rivers", PASSPHRASE)),
    ):
        code, words = told(file, *answers, folder=folder)
        assert code == verify.NOT_TOLD, words
        assert words
