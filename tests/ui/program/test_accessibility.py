"""Every page of the window, looked over on the demonstration: names, sizes, cut words, order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.casework import casebooks, caseload, demo, form_records, oversight, report_choices, reports
from app.casework.desk import Desk
from app.core import i18n
from app.core.clock import SystemClock
from app.core.settings import Settings
from app.models import kdf
from app.ui import theme
from app.ui.accessibility import audit
from app.ui.application import register_pages
from app.ui.kit import PrimaryButton
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import CHEAP

ANYWHERE = (
    "caseload",
    "due",
    "waiting",
    "sync",
    "add_child",
    "figures",
    "edit_figures",
    "settings",
    "help",
    "problem_report",
)
TABS = ("glance", "details", "people", "court", "forms", "tasks", "reports", "history")
# What these pages need to be gone to with is made by their own tests.
ELSEWHERE = {"edit_record", "child_mode", "report_alone"}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demonstration casebook, made once for all tests here."""
    folder = tmp_path_factory.mktemp("demonstration") / "casebook"
    with kdf.floor_lowered_for_tests(CHEAP):
        demo.build(folder, SystemClock())
        yield folder


@pytest.fixture
def at_work(demonstration: Path, role: str) -> Iterator[Desk]:
    """A user of the demonstration who has that role, at work."""
    for holder in casebooks.describe(demonstration).holders:
        desk = casebooks.unlock(demonstration, holder.user_id, demo.DEMO_PASSPHRASE, SystemClock())
        if desk.actor.role == role:
            yield desk
            desk.close()
            return
        desk.close()
    raise AssertionError(f"nobody in the demonstration is a {role}")


def visits(desk: Desk) -> list[tuple[str, dict[str, Any]]]:
    """Every page with what it is gone to with, for the child of whom most is known."""
    rows = caseload.rows(desk, caseload.CaseloadFilter()).rows
    child_id = max(
        (row.child_id for row in rows), key=lambda one: len(form_records.list_forms(desk, one))
    )
    found: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in ANYWHERE]
    found += [("child", {"child_id": child_id, "tab": tab}) for tab in TABS]
    found += [("change_child", {"child_id": child_id}), ("merge", {"child_id": child_id})]
    found += [
        ("form", {"record_id": form.record_id, "child_id": child_id})
        for form in form_records.list_forms(desk, child_id)
        if not form.why_not
    ]
    for row in rows:
        choices = report_choices.psr_choices(desk, row.child_id)
        if choices.assessments and choices.hearings:
            made = reports.create_psr(
                desk, row.child_id, choices.assessments[0].id, choices.hearings[0].id
            )
            about = {"report_id": made.id, "child_id": row.child_id}
            found += [
                (page, about)
                for page in (
                    "report",
                    "report_write",
                    "report_proposal",
                    "report_copies",
                    "report_read_back",
                )
            ]
            break
    found += [
        ("decide", {"record_id": item.id, "child_id": item.child_id})
        for item in oversight.queue(desk)[:1]
    ]
    if desk.actor.may_hear_child:
        found.append(("harm_prompts", {}))
    return found


@pytest.mark.parametrize(
    ("role", "look", "size", "language"),
    [
        ("administrator", "light", 100, "en"),
        ("manager", "light", 200, "en"),
        ("practitioner", "contrast", 150, "en"),
        ("manager", "dark", 200, "cy"),
    ],
)
def test_no_page_keeps_anybody_out(
    qtbot: QtBot, at_work: Desk, dressed: None, look: str, size: int, language: str
) -> None:
    i18n.set_language(language)
    theme.use(look, size)
    shell = Shell(at_work, InlineTasks(), Settings(theme=look, text_size=size, language=language))
    register_pages(shell)
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    shell.resize(1366, 768)
    shell.show()
    trouble: list[str] = []
    shell.tasks.unhandled.connect(lambda error: trouble.append(type(error).__name__))
    gone_to = visits(at_work)
    # What a child answered is not an administrator's to read.
    kept = set() if at_work.actor.may_hear_child else {"harm_prompts"}
    assert {name for name, _args in gone_to} | ELSEWHERE | kept >= {
        kind.name for kind in shell.registered
    }, "a new page has to be looked over too"
    for name, args in gone_to:
        shell.go(name, **args)
        # A history is drawn a few entries at a time, each in a round of its own.
        for _round in range(16):
            QApplication.processEvents()
        assert (shell.width(), shell.height()) == (1366, 768), f"{name} makes the window larger"
        trouble += [
            f"{name} {args.get('tab', '')}: {found.rule}: {found.where}: {found.what}"
            for found in audit(shell)
        ]
    assert trouble == []


@pytest.mark.parametrize("role", ["administrator"])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_dialog_and_the_palette_keep_nobody_out(
    qtbot: QtBot, at_work: Desk, dressed: None, language: str
) -> None:
    i18n.set_language(language)
    theme.use("light", 200)
    shell = Shell(at_work, InlineTasks(), Settings(text_size=200))
    register_pages(shell)
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    shell.resize(1366, 768)
    shell.show()
    page = shell.go("settings")
    for opened in (shell.open_palette, page._ask_user, page._ask_renew):
        opened()
        QApplication.processEvents()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        assert audit(dialog) == []
        dialog.close()
        QApplication.processEvents()
    shell.toggle_cover()
    QApplication.processEvents()
    assert audit(shell) == []


# ---- the audit itself --------------------------------------------------------------------------


def findings(qtbot: QtBot, *widgets: QWidget, width: int = 400) -> list[str]:
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    window.resize(width, 300)
    qtbot.addWidget(window)
    window.show()
    QApplication.processEvents()
    return sorted({finding.rule for finding in audit(window)})


def test_the_audit_finds_a_field_without_a_name(qtbot: QtBot, dressed: None) -> None:
    assert findings(qtbot, QLineEdit()) == ["name"]


def test_the_audit_finds_a_name_that_is_not_the_label(qtbot: QtBot, dressed: None) -> None:
    button = QPushButton("Save")
    button.setAccessibleName("Store")
    assert findings(qtbot, button) == ["label"]


def test_the_audit_finds_a_small_target(qtbot: QtBot, dressed: None) -> None:
    button = PrimaryButton("Save")
    button.setStyleSheet("PrimaryButton { padding: 0; min-height: 0; font-size: 8pt }")
    button.setFixedHeight(16)
    assert findings(qtbot, button) == ["target"]


def test_the_audit_finds_words_that_are_cut(qtbot: QtBot, dressed: None) -> None:
    label = QLabel("Assessment before sentence, with all that belongs to it")
    label.setFixedWidth(80)
    assert findings(qtbot, label) == ["clipped"]
    box = QCheckBox("Assessment before sentence")
    box.setFixedWidth(60)
    assert findings(qtbot, box) == ["clipped"]


def test_the_audit_finds_tab_that_jumps_up(qtbot: QtBot, dressed: None) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    column.addWidget(PrimaryButton("Made first, stands below"))
    column.insertWidget(0, PrimaryButton("Made last, stands above"))
    qtbot.addWidget(window)
    window.show()
    assert [finding.rule for finding in audit(window)] == ["order"]


def test_the_audit_is_content_with_what_is_well_made(qtbot: QtBot, dressed: None) -> None:
    assert findings(qtbot, PrimaryButton("Save"), QLabel("Saved here")) == []
