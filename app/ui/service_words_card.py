"""The card of the settings with the words that a service added to the dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.casework.dates import in_words
from app.core.clock import local
from app.core.i18n import LANGUAGES, _
from app.ui.kit.blocks import Card
from app.ui.kit.buttons import SecondaryButton, button_row
from app.ui.kit.tables import Cell, Column, Table, TableModel
from app.ui.kit.text import Body, Muted

if TYPE_CHECKING:
    from app.casework.service_words import ServiceWordView
    from app.ui.page import Page

ROWS_SHOWN: Final = 8


class ServiceWordsCard(Card):
    """The words of the service: those there are, and taking one away."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("Words of your service"))
        self._page = page
        self.add(
            Body(
                _(
                    "Words that somebody added while writing. Spelling lets them stand for "
                    "everybody in your service, and everybody sees them: no name of a child "
                    "belongs here. Names on a child’s record need no adding."
                )
            )
        )
        self.model: TableModel[Any] = TableModel(
            [
                Column(_("Word"), lambda word: Cell(word.word, strong=True), 2),
                Column(_("Language"), lambda word: LANGUAGES.get(word.language, word.language)),
                Column(_("Added by"), lambda word: word.added_by, 1),
                Column(_("Day"), lambda word: in_words(local(word.added_at).date())),
            ]
        )
        self.table = Table(self.model, _("Words of your service"))
        self.none = Muted(_("Nobody has added a word yet."))
        self.take_away = SecondaryButton(_("Take the chosen word away"), self._take_away)
        self.only_managers = Muted(_("A manager or an administrator can take words away here."))
        self.add(self.table)
        self.add(self.none)
        self.add(button_row(self.take_away))
        self.add(self.only_managers)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self._may_manage = False
        self._show((False, ()))

    def refresh(self) -> None:
        """Read again which words there are."""
        desk = self._page.desk

        def read() -> tuple[bool, tuple[ServiceWordView, ...]]:
            from app.casework import service_words

            return service_words.may_manage(desk), service_words.listed(desk)

        self._page.run(read, self._show)

    def _show(self, read: tuple[bool, tuple[ServiceWordView, ...]]) -> None:
        self._may_manage, words = read
        self.model.set_rows(words)
        self.table.setFixedHeight(self.table.height_of(min(len(words), ROWS_SHOWN)))
        self.table.setVisible(bool(words))
        self.none.setVisible(not words)
        self.take_away.setVisible(self._may_manage and bool(words))
        self.only_managers.setVisible(not self._may_manage and bool(words))
        self._chosen()

    def _chosen(self, *_selection: object) -> None:
        self.take_away.setEnabled(self.table.currentIndex().isValid())

    def _take_away(self) -> None:
        word: ServiceWordView | None = self.model.row(self.table.currentIndex().row())
        if word is None:
            return
        desk, shell = self._page.desk, self._page.shell

        def take_away() -> None:
            from app.casework import service_words

            service_words.take_away(desk, word.id)

        def done(_nothing: object) -> None:
            shell.notify(_("“{word}” is a word of your service no more.").format(word=word.word))
            shell.spelling.look_again()
            self.refresh()

        self._page.run(take_away, done)
