"""Help in the program: how to do the main things, the keyboard, about Waymark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app import __version__
from app.core.i18n import _
from app.ui.kit.blocks import Card, KeyFacts
from app.ui.kit.buttons import LinkButton
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import PageHeader, ScrollPage
from app.ui.kit.text import Body, Muted
from app.ui.page import Page
from app.ui.spelling import NEXT_KEYS

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


def register(shell: Shell) -> None:
    """Let the help join the window."""
    shell.register("help", HelpPage)


class HelpPage(Page):
    """One page, in parts: how it works, the keyboard, when something goes wrong, about."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Help")
        page = ScrollPage(width=860)
        self.outer.addWidget(page)
        page.add(PageHeader(_("Help"), _("All of it is on this laptop. You need no network.")))
        self.parts: dict[str, Card] = {
            "work": self._work(),
            "keyboard": self._keyboard(),
            "safe": self._safe(),
            "about": self._about(),
        }
        for part in self.parts.values():
            page.add(part)
        page.end()

    def entered(self, _desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered: lead to the part that was asked for."""
        part = self.parts.get(str(args.get("part", "")))
        if part is not None:
            bring_into_view(part)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.report_link

    def _work(self) -> Card:
        card = Card(_("How your work is kept"))
        for words in (
            _(
                "What you type is saved within two seconds. The bar at the bottom says when: "
                "“Saved here 14:02” means it is in the encrypted casebook on this laptop."
            ),
            _(
                "A form may be left half done and wrong in places. It is checked as a whole when "
                "you submit it."
            ),
            _(
                "A submitted assessment never changes. If something in it is wrong, recall it or "
                "ask your manager to return it; a new version is opened."
            ),
            _(
                "A new stage of an assessment starts with the answers of the one before. Each is "
                "marked until you say that it is still true or change it."
            ),
            _(
                "While one child’s record is open, the names of other children are shown as "
                "initials. F9 covers the whole screen."
            ),
        ):
            card.add(Body(words))
        return card

    def _keyboard(self) -> Card:
        card = Card(_("Keyboard"))
        facts = KeyFacts()
        for keys, words in (
            ("Ctrl+K", _("Find a child, form, date or action")),
            ("Ctrl+F", _("Search this page")),
            ("Ctrl+E", _("Note what happened, in a child’s record")),
            ("F6", _("In a report: to what stands beside the text, and back")),
            ("Ctrl+Page Down, Ctrl+Page Up", _("In a report: next section, section before")),
            ("Ctrl+L", _("Lock")),
            ("F9", _("Cover the screen, or show it again")),
            ("Alt+Left", _("Back to the page before")),
            ("Alt+1 … 9", _("Go to a place on the left")),
            ("Ctrl+Z, Ctrl+Shift+Z", _("Undo and redo in a text")),
            ("Ctrl++, Ctrl+-, Ctrl+0", _("Larger, smaller, normal text")),
            ("Tab, Shift+Tab", _("Next field, field before")),
            ("Ctrl+Enter", _("Save and continue to the next section of a form")),
            ("F6", _("Write down what a source says about this question")),
            ("F7", _("Next answer that is carried forward and not confirmed")),
            ("F8", _("This answer is still true, on to the next one")),
            ("Shift+F8", _("All of this section is still true")),
            (NEXT_KEYS, _("Next word that is not in the dictionary, with other spellings")),
            ("F1", _("This help")),
        ):
            facts.add(keys, words)
        card.add(facts)
        return card

    def _safe(self) -> Card:
        card = Card(_("When something goes wrong"))
        for words in (
            _(
                "Forgot your passphrase: choose “I can’t remember it” where you unlock, and use "
                "the recovery code on your paper. Your service can also open it with its key."
            ),
            _(
                "The casebook is damaged: choose “Restore from a backup” where you unlock. What "
                "was there is kept beside it."
            ),
            _("You looked at the wrong record: it is logged; tell your manager and go on."),
        ):
            card.add(Body(words))
        self.report_link = LinkButton(
            _("Report a problem"), lambda: self.shell.go("problem_report")
        )
        card.add(self.report_link)
        return card

    def _about(self) -> Card:
        card = Card(_("About Waymark"))
        card.add(Body(_("The offline casebook for youth justice in England and Wales.")))
        card.add(KeyFacts([(_("Version"), __version__), (_("Licence"), "MIT")]))
        card.add(
            Muted(
                _(
                    "Waymark helps people judge; it does not judge. Rules that it could not "
                    "confirm against a published source are marked “check this rule”, and only "
                    "warn."
                )
            )
        )
        return card
