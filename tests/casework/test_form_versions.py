"""A form gets a second version: drafts go on in it, what was submitted stays as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.casework import assessments, form_records
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.forms import upgrades
from app.forms.errors import FormError
from app.forms.lint import lint, lint_versions
from app.forms.loader import FormLibrary, load_form
from app.forms.sheet import Sheet
from app.models.records import FormRecord
from app.reports.form_print import FormCopy, form_copy
from tests.casework import nights
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE

ANSWERS = {
    "sleeps": "friends",
    "contact": "Nan Fenwick, 01632 960001",
    "radio": "The shipping forecast",
    "hopes": "A door that shuts",
}


def answer(value: object) -> dict[str, object]:
    return {"value": value, "language": "en", "by": "x", "how": "typed", "at": "2026-11-23"}


@pytest.fixture
def version_1(tmp_path: Path) -> FormLibrary:
    """The forms as they were before version 2 came."""
    folder = tmp_path / "forms"
    folder.mkdir()
    shutil.copy(nights.VERSIONS / "nights.v1.yaml", folder / "nights.yaml")
    return FormLibrary(folder)


@pytest.fixture
def version_2(monkeypatch: pytest.MonkeyPatch) -> FormLibrary:
    """The forms after it came, with the step that leads to it."""
    monkeypatch.setattr(upgrades, "_STEPS", {})
    nights.register()
    return FormLibrary(nights.VERSIONS)


@pytest.fixture
def draft(desk: Desk, add_child: AddChild, version_1: FormLibrary) -> str:
    """A form begun and filled in by version 1; gives its id."""
    desk.forms = version_1
    record_id = form_records.start(desk, add_child().id, "nights").record_id
    changes = [AnswerChange(path, answer(value)) for path, value in ANSWERS.items()]
    form_records.save_answers(desk, record_id, changes, leaving=True)
    return record_id


def stored(desk: Desk, record_id: str) -> tuple[int, dict[str, object]]:
    with desk.casebook.read() as session:
        record = session.get_one(FormRecord, record_id)
        return record.form_version, {name: a["value"] for name, a in record.answers.items()}


def test_the_second_version_keeps_to_the_rules_of_versions() -> None:
    older = load_form(nights.VERSIONS / "nights.v1.yaml")
    newer = load_form(nights.VERSIONS / "nights.yaml")
    assert lint(older) == [] and lint(newer) == [] and lint_versions(older, newer) == []


def test_a_draft_goes_on_in_the_second_version_with_every_answer(
    desk: Desk, draft: str, version_2: FormLibrary
) -> None:
    desk.forms = version_2
    opened = form_records.open_form(desk, draft)
    assert opened.form.version == 2
    told = {name: entry["value"] for name, entry in opened.document.items()}
    assert told == {
        "sleep_place": "friends",
        "contact": ANSWERS["contact"],
        "contact_name": "Nan Fenwick",
        "contact_phone": "01632 960001",
        "radio": ANSWERS["radio"],
        "hopes": ANSWERS["hopes"],
    }
    assert stored(desk, draft) == (2, told)
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    assert sheet.shown("sleep_place") == "With friends"
    assert not sheet.is_relevant("radio") and sheet.shown("radio") == ANSWERS["radio"]
    revision = opened.revision
    assert form_records.open_form(desk, draft).revision == revision, "it is upgraded once"
    form_records.save_answers(desk, draft, [AnswerChange("hopes", answer("Two doors"))])
    assert form_records.open_form(desk, draft).document["radio"]["value"] == ANSWERS["radio"]


def test_what_was_submitted_stays_in_version_1_and_prints(
    desk: Desk, draft: str, version_2: FormLibrary
) -> None:
    done = assessments.submit(desk, draft)
    desk.forms = version_2
    opened = form_records.open_form(desk, draft)
    assert opened.form.version == 1 and stored(desk, draft) == (1, ANSWERS)
    assert done.snapshot_hash == assessments.snapshot_hash("nights", 1, opened.document)
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    told = str(form_copy(sheet, FormCopy("WM-1", "Rivermouth", "Tal", desk.clock.today())))
    assert all(words in told for words in ("What is on the radio?", "The shipping forecast"))
    assert "Where does Tal sleep?" in told and "Where does Tal sleep most?" not in told


def test_without_its_step_a_draft_is_refused_and_left_alone(
    desk: Desk, draft: str, version_2: FormLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.forms = version_2
    monkeypatch.setattr(upgrades, "_STEPS", {})
    with pytest.raises(FormError, match="from version 1 to 2"):
        form_records.open_form(desk, draft)
    assert stored(desk, draft) == (1, ANSWERS)


def test_a_power_cut_in_the_middle_leaves_version_1_whole(
    office: Office, desk: Desk, draft: str, version_2: FormLibrary, clock: FixedClock
) -> None:
    user_id = office.users["Ash Rivers"]
    office.leave()
    root = Path(__file__).parents[2]
    told = (str(office.folder), user_id, PASSPHRASE, draft)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.casework.nights", *told],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    desk = office.as_user("Ash Rivers")
    assert stored(desk, draft) == (1, ANSWERS)
    desk.forms = version_2
    assert form_records.open_form(desk, draft).document["contact_name"]["value"] == "Nan Fenwick"
    assert desk.casebook.verify().ok
