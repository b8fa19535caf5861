"""A real window over a real encrypted casebook, with fictional people, for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.casework import casebook_keys, casebooks, children
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.core.clock import FixedClock
from app.core.settings import Settings
from app.forms.loader import FormLibrary
from app.models import kdf
from app.ui import child_mode, form, theme
from app.ui.child_mode import page as child_mode_page
from app.ui.page import Page
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import CHEAP, PASSPHRASE, new_casebook

FORMS = Path(__file__).parent / "form"


class Somewhere(Page):
    """A page that shows nothing, in place of those that are tested elsewhere."""


@dataclass
class Place:
    """A window at work.

    Attributes:
        child_id: Tal Fenwick, 15 years old.
    """

    shell: Shell
    desk: Desk
    child_id: str


@pytest.fixture
def cheap_keys() -> Iterator[None]:
    """Argon2id at almost no cost: what a derivation costs is tested where keys are."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock, cheap_keys: None) -> Iterator[Desk]:
    """Ash Rivers, a practitioner, at work on a casebook of their own."""
    folder = tmp_path / "casebook"
    made = new_casebook(folder)
    opened = casebooks.unlock(folder, made.user_id, PASSPHRASE, clock)
    casebook_keys.confirm_recovery_code(opened, made.recovery_code)
    yield opened
    opened.close()


@pytest.fixture
def child_id(desk: Desk) -> str:
    """Tal Fenwick, 15 years old."""
    details = ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3))
    return children.add_child(desk, details).id


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    """The light theme at normal size, before and after."""
    # Widgets of earlier tests wait for an event loop to be deleted, and would be dressed too.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.use("light", 100)
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if theme.current().text_size != 100:
        theme.use("light", 100)


@pytest.fixture
def place(
    qtbot: object, desk: Desk, child_id: str, dressed: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """The window, on forms made for tests, with nothing but the form view and child mode in it."""
    monkeypatch.setattr(child_mode_page, "voice_for", lambda _language, parent=None: None)
    at_tests = replace(desk, forms=FormLibrary(FORMS))
    tasks = InlineTasks()
    shell = Shell(at_tests, tasks, Settings())
    form.register(shell)
    child_mode.register(shell)
    for name in ("caseload", "child"):
        shell.register(name, Somewhere, rail=name)
    shell.resize(1366, 768)
    qtbot.addWidget(shell)
    with qtbot.waitActive(shell):
        shell.show()
    yield Place(shell, at_tests, child_id)
    shell.leave_for_good()
    shell.close()
