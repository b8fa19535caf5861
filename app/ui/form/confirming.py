"""Going through what was carried forward, by keyboard: on to the next, still true, all of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.core.i18n import _
from app.ui.form.page_view import PageView

if TYPE_CHECKING:
    from app.ui.form.controller import FormController
    from app.ui.form.form_page import FormPage


class Confirming(QObject):
    """What the keys for carried answers do on a form page."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page = page

    def _controller(self) -> FormController | None:
        """The form that is open, where answers can be given."""
        controller = self.page.controller
        return controller if controller is not None and controller.editable else None

    @Slot()
    def next(self) -> None:
        """Go to the next answer that waits to be confirmed, in this section or a later one."""
        controller = self._controller()
        if controller is not None:
            self._lead_on(controller, self.page.here()[0])

    def _lead_on(self, controller: FormController, after: str) -> None:
        """Go to what waits behind the question `after`; without one, to the first of the section
        in hand, or else of the form.
        """
        page = self.page
        path = "" if after else controller.next_unconfirmed("", page.section)
        path = path or controller.next_unconfirmed(after)
        if not path:
            page.shell.notify(_("Nothing is left to confirm."))
            return
        section = controller.sheet.page(path)
        if section != page.section:
            page.show_section(section)
            QTimer.singleShot(0, page, partial(page.focus_path, path))
        page.focus_path(path)

    @Slot()
    def here(self) -> None:
        """Say that the answer with the keyboard is still true, and go on to the next one."""
        controller = self._controller()
        if controller is None:
            return
        path = self.page.here()[0]
        if path in controller.sheet.unconfirmed():
            controller.confirm(path)
        # Its card has gone, and the keyboard with it: what is next is said by where one was.
        self._lead_on(controller, path)

    @Slot()
    def section(self) -> None:
        """Say that all of the section that is open is still true."""
        page, controller = self.page, self._controller()
        if controller is None or not isinstance(page.view, PageView):
            return
        waiting = controller.sheet.unconfirmed(page.section)
        if not waiting:
            return
        controller.confirm_all(waiting)
        page.show_rail()
        page.shell.notify(_("All of this section is confirmed. Undo takes it back."))
        page.continue_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def went_on_from(self, path: str) -> None:
        """The keyboard goes on to what is next in this section, or to the way on."""
        page, controller = self.page, self._controller()
        if controller is None:
            return
        page.show_rail()
        following = controller.next_unconfirmed(path, page.section)
        if following:
            page.focus_path(following)
        else:
            page.continue_button.setFocus(Qt.FocusReason.OtherFocusReason)
