"""A problem report: what the program was and did, never about whom. Shown before it is saved."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import __version__
from app.core import log
from app.core.i18n import _, language
from app.core.paths import default_casebook_folder, log_folder
from app.ui import crash_log, theme
from app.ui.kit.blocks import Banner
from app.ui.kit.buttons import PrimaryButton, button_row
from app.ui.kit.fields import ErrorSummary, FieldFrame, PathEdit
from app.ui.kit.layout import PageHeader, ScrollPage
from app.ui.page import Page

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

LAST_LINES: Final = 60
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_LINE: Final = re.compile(r"^[\d:, -]+ (INFO|WARNING|ERROR|CRITICAL) waymark\.[a-z]+ ")


def register(shell: Shell) -> None:
    """Let the problem report join the window."""
    shell.register("problem_report", ProblemReportPage)


def clean(text: str) -> str:
    """`text` without anything that could be about a person: quoted words, folders of a home."""
    home = str(Path.home())
    return _QUOTED.sub("'…'", text).replace(home, "~")


def gather(what: str = "") -> str:
    """The report: versions, screen, the end of the log, the stacks of the last crash."""
    screen = QGuiApplication.primaryScreen()
    size = screen.availableSize() if screen is not None else None
    look = theme.current()
    lines = [
        f"Waymark {__version__}",
        f"Python {platform.python_version()}, Qt {qVersion()}",
        f"{platform.system()} {platform.release()}, {platform.machine()}",
        f"Screen {size.width()} x {size.height()}" if size is not None else "No screen",
        f"Theme {look.name}, text {look.text_size} %, language {language()}",
    ]
    if what:
        lines.append(f"Fault: {what}")
    lines += ["", "The last lines of the log:", *last_lines()]
    crash = crash_log.last()
    if crash:
        lines += ["", "The last crash:", clean(crash).strip()]
    return "\n".join(lines)


def last_lines(folder: Path | None = None) -> list[str]:
    """The end of the program's log, cleaned. Lines that are not the program's own are left out."""
    file = (folder or log_folder()) / log.FILE_NAME
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    own = [line for line in lines if _LINE.match(line)]
    return [clean(line) for line in own[-LAST_LINES:]]


class ProblemReportPage(Page):
    """What would be saved, and a field for what the person wants to add."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Report a problem")
        page = ScrollPage(width=820)
        self.outer.addWidget(page)
        page.add(
            PageHeader(
                _("Report a problem"),
                _("You see the whole report here. Nothing is sent: you save it as a file."),
            )
        )
        self.summary = ErrorSummary()
        page.add(self.summary)
        page.add(
            Banner(
                _("Do not write about a child here. The report holds no answers and no names."),
                "attention",
            )
        )
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setMinimumHeight(theme.current().text_px(90))
        self.words_field = FieldFrame(
            _("What happened?"), self.words, hint=_("What did you do, and what did you expect?")
        )
        page.add(self.words_field)
        self.shown = QPlainTextEdit()
        self.shown.setReadOnly(True)
        self.shown.setTabChangesFocus(True)
        self.shown.setMinimumHeight(theme.current().text_px(220))
        page.add(FieldFrame(_("What the report also holds"), self.shown))
        self.file = PathEdit("save")
        self.file_field = FieldFrame(_("Save the report as"), self.file)
        page.add(self.file_field)
        page.add(button_row(PrimaryButton(_("Save the report"), self._save)))
        page.end()

    def entered(self, _desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.shown.setPlainText(gather(str(args.get("what", ""))))
        if not self.file.text():
            folder = default_casebook_folder().parent
            home = Path.home() if Path.home().is_dir() else folder
            self.file.setText(str(home / "waymark-problem.txt"))

    def focus_first(self) -> QWidget:
        """Override Page.focus_first."""
        return self.words

    def _save(self) -> None:
        text = self.file.text()
        if not text:
            self._refuse(_("Say where to save the report."))
            return
        file = Path(text)
        if file.exists():
            self._refuse(_("There is a file of this name already. Choose another name."))
            return
        content = f"{self.words.toPlainText().strip()}\n\n{self.shown.toPlainText()}\n"
        try:
            file.write_text(content, "utf-8")
        except OSError:
            self._refuse(_("The report could not be saved there. Choose another folder."))
            return
        self.file_field.set_error("")
        self.summary.show_errors([])
        self.shell.notify(_("The problem report is saved."))

    def _refuse(self, words: str) -> None:
        self.file_field.set_error(words)
        self.summary.show_errors([(words, self.file_field)])
