"""Nothing but data is left in English when Welsh is on.

Every text of the program is put in marks in place of Welsh; what can be read outside the marks
has not gone through the catalogue, and must be data: of the casebook, of the forms, of lists.
"""

from __future__ import annotations

import csv
import gettext
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCalendarWidget,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.casework import casebooks, caseload, children, demo, form_records, report_choices, reports
from app.casework.caseload import CaseloadFilter
from app.casework.desk import Desk
from app.core import i18n
from app.core.clock import FixedClock
from app.core.errors import BugError
from app.core.settings import Settings
from app.forms.days import MONTHS
from app.models import kdf
from app.ui import qt_words
from app.ui.application import Application, register_pages
from app.ui.child_mode import page as child_mode_page
from app.ui.child_mode.session import At
from app.ui.gate import Sight
from app.ui.kit.pills import Pill
from app.ui.outside import Outside
from app.ui.palette import Palette
from app.ui.setup import RecoveryCard, SetupCard
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from app.ui.unlock import FolderCard, RecoverCard, RestoreCard, TroubleCard, UnlockCard
from tests import catalogue
from tests.conftest import NOW
from tests.made_once import CHEAP
from tests.ui.window import cheap_keys, dressed

__all__ = ["cheap_keys", "dressed"]

RESOURCES: Final = catalogue.ROOT / "resources"
# Names: of the program, of its licence, of the two languages in their own words.
ALWAYS: Final = {"Waymark", "MIT", "English", "Cymraeg"}
CODE: Final = "ABCDE-FGHJK"
DAY: Final = re.compile(rf"\d+ (?:{'|'.join(MONTHS['cy'])}) \d{{4}}")
KEYS: Final = re.compile(
    r"(?:Ctrl|Alt|Shift|Tab|Esc|Page Up|Page Down|F\d+|[A-Z0-9+\-])"
    r"(?:\+(?:Ctrl|Alt|Shift|Tab|[A-Z0-9]|\+|-|F\d+|Enter|(?:Page )?(?:Up|Down)|Left|Right))*"
    r"(?: … \d)?"
)
MARKED: Final = re.compile(r"⟦[^⟦⟧]*⟧")
BETWEEN: Final = re.compile(r"[·,;:()\n/|→“”]|\.(?=\s|$)| - ")


class Marks(gettext.NullTranslations):
    """Stands in for Welsh: puts each text in marks."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(found, list):
        for value in found:
            yield from _strings(value)


class Data:
    """What the demonstration, the lists and the forms say, and so may be read unmarked."""

    def __init__(self) -> None:
        said: list[str] = []
        for folder in ("demo", "reference", "forms"):
            for path in sorted((RESOURCES / folder).rglob("*.yaml")):
                said += _strings(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        said = [text.replace("{child}", "Tal") for text in said]
        with (RESOURCES / "reference" / "yjs_areas.csv").open(encoding="utf-8") as file:
            said += (cell for row in csv.reader(file) for cell in row)
        self._whole = {text.strip(" .…") for text in said}
        self._parts = {part.strip(" .…") for text in said for part in BETWEEN.split(text)}
        self._all = "\n".join(said)
        self._known: dict[str, bool] = {}

    def has(self, words: str) -> bool:
        """Whether `words` are said by somebody, by a form or a list, and not by the program."""
        words = words.strip(" .…")
        if words not in self._known:
            self._known[words] = self._has(words)
        return self._known[words]

    def _has(self, words: str) -> bool:
        if not re.search(r"[^\W\d_]{2}", words) or words in ALWAYS or words == CODE:
            return True
        if KEYS.fullmatch(words) or DAY.fullmatch(words):
            return True
        if words in self._whole or words in self._parts:
            return True
        # Part of a note or an answer; a name put together of two: Tal Fenwick.
        if len(words) > 25 and words in self._all:
            return True
        return len(words.split()) == 2 and all(word in self._whole for word in words.split())

    def leftovers(self, text: str) -> list[str]:
        """What of `text` is neither marked nor data."""
        while MARKED.search(text):
            text = MARKED.sub(";", text)
        if self.has(text):
            return []
        return [part.strip() for part in BETWEEN.split(text) if not self.has(part)]


@pytest.fixture(scope="module")
def data() -> Data:
    """What may be read unmarked."""
    return Data()


def _of_items(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    if model is None:
        return
    columns = model.columnCount() if isinstance(view, QTableView) else 1
    for row in range(min(model.rowCount(), 40)):
        for column in range(columns):
            yield str(model.data(model.index(row, column)) or "")
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")


def readable(window: QWidget) -> Iterator[tuple[str, str]]:
    """Each text that can be read or heard in `window`, with where it stands."""
    for action in window.findChildren(QAction):
        yield f"action of {type(action.parent()).__name__}", action.text().replace("&", "")
        yield "tip of an action", action.toolTip().replace("&", "")
    inside: list[QObject] = [window, *window.findChildren(QWidget)]
    for widget in inside:
        if not isinstance(widget, QWidget) or not widget.isVisibleTo(window):
            continue
        if isinstance(widget.parent(), QCalendarWidget):
            continue
        where = f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for text in (
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.toolTip(),
            widget.windowTitle(),
        ):
            yield where, text
        if isinstance(widget, QLabel | QAbstractButton):
            yield where, widget.text().replace("&", "")
        if isinstance(widget, Pill):
            yield where, widget.text
        if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
            yield f"hint of {where}", widget.placeholderText()
        if isinstance(widget, QComboBox):
            for number in range(widget.count()):
                yield where, widget.itemText(number)
        if isinstance(widget, QGroupBox):
            yield where, widget.title()
        if isinstance(widget, QTabBar):
            for number in range(widget.count()):
                yield where, widget.tabText(number)
        if isinstance(widget, QAbstractItemView):
            for text in _of_items(widget):
                yield where, text


Read = Callable[[QWidget, str], None]


@pytest.fixture
def unmarked(data: Data) -> Iterator[Read]:
    """Looks over a window; at the end nothing that was seen may be unmarked and no data."""
    found: dict[str, str] = {}

    def read(window: QWidget, name: str) -> None:
        for where, text in readable(window):
            for left in data.leftovers(text):
                found.setdefault(left, f"{name}: {where}: {text[:80]!r}")

    yield read
    assert not found, "\n".join(f"{left!r} in {where}" for left, where in found.items())


@pytest.fixture
def in_marks(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen speaks Welsh, in marks."""
    real = i18n.set_language

    def marked(code: str) -> None:
        real(code)
        if code == "cy":
            i18n._current = Marks()

    monkeypatch.setattr(i18n, "set_language", marked)
    i18n.set_language("cy")
    qt_words.speak("cy")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration casebook, made once for all tests here."""
    place = tmp_path_factory.mktemp("demonstration")
    with kdf.floor_lowered_for_tests(CHEAP), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYMARK_SETTINGS", str(place / "settings"))
        demo.build(place / "casebook", FixedClock(NOW))
    return place


@pytest.fixture
def shown(
    demonstration: Path, tmp_path: Path, clock: FixedClock, cheap_keys: None
) -> Iterator[Desk]:
    """A copy of the demonstration casebook, open as the practitioner in it."""
    folder = Path(shutil.copytree(demonstration / "casebook", tmp_path / "demonstration"))
    ash = next(h for h in casebooks.describe(folder).holders if h.name == "Ash Rivers")
    desk = casebooks.unlock(folder, ash.user_id, demo.DEMO_PASSPHRASE, clock)
    yield desk
    desk.close()


def _window(desk: Desk, qtbot: QtBot) -> Shell:
    shell = Shell(desk, InlineTasks(), Settings(language="cy"))
    register_pages(shell)
    qtbot.addWidget(shell)
    shell.go("caseload")
    shell.show()
    return shell


def _report(desk: Desk, child_id: str) -> str:
    choices = report_choices.psr_choices(desk, child_id)
    assessment, hearing = choices.assessments[0].id, choices.hearings[0].id
    return reports.create_psr(desk, child_id, assessment, hearing, language="en").id


def _pages(shell: Shell, desk: Desk) -> Iterator[str]:
    """Show one page of the demonstration after another."""
    tal = caseload.rows(desk, CaseloadFilter(text="Fenwick")).rows[0].child_id
    for name in ("caseload", "due", "waiting", "harm_prompts", "settings", "help"):
        shell.go(name)
        yield name
    shell.go("problem_report")
    yield "problem_report"
    shell.go("add_child")
    yield "add_child"
    for tab in ("glance", "details", "people", "court", "forms", "reports", "history"):
        page = shell.go("child", child_id=tal, tab=tab)
        assert page.bar.tabText(page.bar.currentIndex())
        yield f"child, {tab}"
    for record in ("carer", "address", "victim", "offence", "hearing", "outcome", "alert"):
        shell.go("edit_record", child_id=tal, record_type=record)
        yield f"edit_record, {record}"
    shell.go("merge", child_id=tal)
    yield "merge"
    held = form_records.list_forms(desk, tal)
    for form in held:
        shell.go("form", child_id=tal, record_id=form.record_id)
        yield f"form, {form.form_id}"
    shell.go("report", child_id=tal, report_id=_report(desk, tal))
    yield "report"
    shell.go("child", child_id=tal, tab="reports")
    yield "child, reports"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("⟦Due⟧", []),
        ("⟦Due ⟦tomorrow⟧⟧ · Tal Fenwick", []),
        ("⟦Due⟧ tomorrow", ["tomorrow"]),
        ("Nothing is due.", ["Nothing is due"]),
        ("⟦Lock⟧ (Ctrl+L)", []),
    ],
)
def test_what_is_past_the_catalogue_is_noticed(data: Data, text: str, left: list[str]) -> None:
    assert data.leftovers(text) == left


def test_no_page_says_anything_past_the_catalogue(
    qtbot: QtBot, shown: Desk, in_marks: None, dressed: None, unmarked: Read
) -> None:
    shell = _window(shown, qtbot)
    shell.saved(shown.clock.now())
    seen = 0
    for name in _pages(shell, shown):
        unmarked(shell, name)
        seen += 1
    assert seen > 20
    shell.toggle_cover()
    unmarked(shell, "cover")
    shell.toggle_cover()
    palette = Palette(shell, "T")
    qtbot.addWidget(palette)
    palette.show()
    unmarked(palette, "palette")
    shell.leave_for_good()


def test_no_screen_of_a_child_says_anything_past_the_catalogue(
    qtbot: QtBot,
    shown: Desk,
    in_marks: None,
    dressed: None,
    unmarked: Read,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child_mode_page, "voice_for", lambda _language, parent=None: None)
    shell = _window(shown, qtbot)
    tal = caseload.rows(shown, CaseloadFilter(text="Fenwick")).rows[0].child_id
    page = shell.go("child_mode", child_id=tal, form_id="my_life_now")
    read = set()
    for _step in range(200):
        unmarked(page, "child_mode")
        read.add(type(page.screen_shown).__name__)
        if page.session.finished:
            break
        if page.session.step.at is At.QUESTION:
            question = page.controller.sheet.form.question(page.session.step.path)
            if question.type == "text":
                page._edited("Mae hi’n braf")
        page._next()
    page._stop()
    unmarked(page, "child_mode")
    read.add(type(page.screen_shown).__name__)
    assert read == {
        "StartScreen",
        "QuestionScreen",
        "QuoteScreen",
        "EndScreen",
        "GiveBackScreen",
    }
    shell.leave_for_good()


def test_no_dialog_says_anything_past_the_catalogue(
    qtbot: QtBot, shown: Desk, in_marks: None, dressed: None, unmarked: Read
) -> None:
    shell = _window(shown, qtbot)
    tal = caseload.rows(shown, CaseloadFilter(text="Fenwick")).rows[0].child_id
    settings = shell.go("settings")
    for ask in (settings._ask_user, settings._ask_renew):
        _dialog(ask, unmarked)
    page = shell.go("report", child_id=tal, report_id=_report(shown, tal))
    for ask in (page._ask_final, page._ask_export, page._ask_print):
        _dialog(ask, unmarked)
    _dialog(lambda: shell.show_error(BugError("a fault")), unmarked)
    merging = shell.go("merge", child_id=tal)
    _dialog(lambda: merging._ask(tal, "Tal Fenwick"), unmarked)
    shell.leave_for_good()


def _dialog(ask: Callable[[], object], unmarked: Read) -> None:
    ask()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    unmarked(dialog, type(dialog).__name__)
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_no_card_before_the_casebook_says_anything_past_the_catalogue(
    qtbot: QtBot, tmp_path: Path, shown: Desk, in_marks: None, dressed: None, unmarked: Read
) -> None:
    shown.close()
    sight = Sight("ready", holders=casebooks.describe(shown.folder).holders, demo=True)
    outside = Outside(
        first_sight=lambda _folder: sight,
        describe=lambda _folder: sight,
        restart=lambda _folder, _user, _window, _carried: None,
        end=lambda: None,
        finish=lambda: None,
        makes_demonstration=True,
    )
    program = Application(
        outside,
        folder=shown.folder,
        settings=Settings(language="cy"),
        clock=shown.clock,
        tasks=InlineTasks(),
    )
    program.start()
    gate = program.gate
    assert gate is not None
    qtbot.addWidget(gate)
    for card in (UnlockCard, RecoverCard, RestoreCard, TroubleCard, FolderCard):
        gate.show_card(lambda card=card: card(program))
        unmarked(gate, card.__name__)
    setup = gate.show_card(lambda: SetupCard(program))
    for step in setup._steps:
        setup._at = setup._steps.index(step)
        setup._show()
        unmarked(gate, step.__name__)
    gate.show_card(lambda: RecoveryCard(program, shown, CODE))
    unmarked(gate, "RecoveryCard")


def test_no_english_text_of_the_program_is_read_in_welsh(
    qtbot: QtBot, shown: Desk, dressed: None
) -> None:
    i18n.set_language("cy")
    qt_words.speak("cy")
    english = {
        one
        for message in catalogue.entries(catalogue.kept())
        for one in catalogue.forms_of(message.id)
        if one not in catalogue.forms_of(message.string) and not catalogue.placeholders(one)
    }
    assert len(english) > 1000
    shell = _window(shown, qtbot)
    read = {
        (text, name) for name in _pages(shell, shown) for _where, text in readable(shell) if text
    }
    assert {(text, name) for text, name in read if text in english} == set()
    assert ("Llwyth achosion", "caseload") in read
    shell.leave_for_good()


def test_qt_speaks_the_language_of_the_screen(qtbot: QtBot) -> None:
    said = {}
    for code in ("en", "cy", "en"):
        i18n.set_language(code)
        qt_words.speak(code)
        line, calendar = QLineEdit(), QCalendarWidget()
        qtbot.addWidget(line)
        qtbot.addWidget(calendar)
        menu = line.createStandardContextMenu()
        words = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
        said.setdefault(code, []).append((words, calendar.locale().monthName(11)))
    ((welsh, november),) = said["cy"]
    edit = ["&Dadwneud", "&Ail-wneud", "&Torri", "&Copïo", "&Gludo", "Dileu", "Dewis y cyfan"]
    assert welsh == edit
    assert november == "Tachwedd"
    assert said["en"][0] == said["en"][1]
    assert said["en"][1][1] == "November"


def test_a_child_s_months_and_weekdays_are_welsh(shown: Desk) -> None:
    i18n.set_language("cy")
    rows = caseload.rows(shown).rows
    assert any(re.search(r"\b(Llun|Maw|Mer|Iau|Gwe)\b", row.next) for row in rows)
    assert not any(re.search(r"\b(Mon|Tue|Wed|Thu|Fri|Nov|Dec)\b", row.next) for row in rows)
    assert children.glance(shown, rows[0].child_id)
