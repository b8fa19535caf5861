"""Qt's own words in the language of the screen: edit menus, the file window, days and months.

Qt brings no Welsh of its own. What it asks for is answered from the catalogue of the program;
what stands in neither stays English (the print window of Linux; Windows has its own windows).
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app.core.i18n import N_, _, language

# Letter for letter as Qt asks for them.
WORDS: Final = frozenset(
    {
        # The menu of a line or a text.
        N_("&Undo"),
        N_("&Redo"),
        N_("Cu&t"),
        N_("&Copy"),
        N_("&Paste"),
        N_("Delete"),
        N_("Select All"),
        # Buttons.
        N_("OK"),
        N_("Open"),
        N_("Save"),
        N_("Cancel"),
        N_("Close"),
        # The menu of a scroll bar.
        N_("Scroll here"),
        N_("Top"),
        N_("Bottom"),
        N_("Left edge"),
        N_("Right edge"),
        N_("Page up"),
        N_("Page down"),
        N_("Page left"),
        N_("Page right"),
        N_("Scroll up"),
        N_("Scroll down"),
        N_("Scroll left"),
        N_("Scroll right"),
        # The ends of a bar of tabs that is too long.
        N_("Scroll Left"),
        N_("Scroll Right"),
        # What can be done with a thing, as a screen reader says it.
        N_("Press"),
        N_("Toggle"),
        N_("Increase"),
        N_("Decrease"),
        N_("ShowMenu"),
        N_("SetFocus"),
        # The file window.
        N_("&Choose"),
        N_("&Delete"),
        N_("&Look in:"),
        N_("&New Folder"),
        N_("&Open"),
        N_("&Rename"),
        N_("&Save"),
        N_("All Files (*)"),
        N_("Back"),
        N_("Change to detail view mode"),
        N_("Change to list view mode"),
        N_("Computer"),
        N_("Create New Folder"),
        N_("Create a New Folder"),
        N_("Date Modified"),
        N_("Detail View"),
        N_("Directories"),
        N_("Directory:"),
        N_("Drive"),
        N_("File &name:"),
        N_("Files"),
        N_("Files of &type:"),
        N_("Folder"),
        N_("Forward"),
        N_("Go back"),
        N_("Go forward"),
        N_("Go to the parent directory"),
        N_("List View"),
        N_("List of places and bookmarks"),
        N_("Name"),
        N_("Parent Directory"),
        N_("Save As"),
        N_("Show &hidden files"),
        N_("Sidebar"),
        N_("Size"),
        N_("Type"),
    }
)


class QtWords(QTranslator):
    """Answers Qt from the catalogue, in the language of the screen.

    Attributes:
        installed: Whether Qt asks this one.
    """

    installed = False

    def isEmpty(self) -> bool:
        """Override QTranslator::isEmpty: an empty one would be left out."""
        return False

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Override QTranslator::translate: None leaves Qt's English."""
        return _(source) if source in WORDS and language() != "en" else None


_words: Final = QtWords()


def speak(code: str) -> None:
    """Let Qt speak `code` (`en` or `cy`) in what is made from now on."""
    spoken = QLocale.Language.Welsh if code == "cy" else QLocale.Language.English
    QLocale.setDefault(QLocale(spoken, QLocale.Country.UnitedKingdom))
    if not _words.installed:
        _words.installed = QCoreApplication.installTranslator(_words)
