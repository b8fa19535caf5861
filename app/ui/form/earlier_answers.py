"""What was said at a question before: at the last stage, and in this form before now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.casework import history, stage_changes
from app.casework.form_records import OpenForm
from app.casework.stage_changes import LastTime
from app.core import log
from app.core.i18n import _
from app.ui.form.side_panel import Before
from app.ui.tasks import places_of

if TYPE_CHECKING:
    from app.ui.form.form_page import FormPage

EARLIER_ANSWERS: Final = 3


class EarlierAnswers:
    """Looks up what was said before in one open form; the last stage is read once."""

    def __init__(self, page: FormPage, opened: OpenForm) -> None:
        self._page = page
        self._opened = opened
        self._last_time: LastTime | None = None
        self._last_time_known = False

    def look_up(self, path: str, found: Callable[[Before], None]) -> None:
        """Find what the last stage said at `path`, and the last words there before those of now."""
        desk, opened = self._page.desk, self._opened

        def before() -> Before:
            if opened.carried and not self._last_time_known:
                self._last_time = stage_changes.last_time(desk, opened.record_id)
                self._last_time_known = True
            page = history.changes(
                desk,
                opened.child_id,
                record_id=opened.record_id,
                field=f"{history.ANSWERS}{path}",
                limit=EARLIER_ANSWERS,
            )
            entries = [
                (_("Changed {when} by {who}").format(when=entry.when, who=entry.who), change.before)
                for entry in page.entries
                for change in entry.fields
                if change.field == f"{history.ANSWERS}{path}"
            ]
            return Before(self._last_time, entries)

        self._page.tasks.run(before, found, self._not_found, owner=self._page.panel)

    def _not_found(self, error: Exception) -> None:
        # A help beside the question: it must not stop anybody who is typing.
        log.ui.warning("history of an answer: %s", places_of(error))
