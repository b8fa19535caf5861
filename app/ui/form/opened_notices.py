"""What there is to know of a form that was opened: what was kept, why it is locked, and so on."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from app.core.clock import local
from app.core.i18n import _
from app.forms.schema import OWN_VIEWS
from app.ui import sync_banner
from app.ui.kit import SecondaryButton

if TYPE_CHECKING:
    from app.ui.form.form_page import FormPage

SAME_SAVE: Final = timedelta(seconds=30)  # the marker is touched a moment after the save


def show_notices(page: FormPage) -> None:
    """Say what there is to know of the form that was opened, above its questions."""
    opened = page.opened
    page.conflicts.read(sync_banner.of_form(page, opened.record_id))
    if _was_cut_short(page):
        page.recovered.set_words(
            _("What you typed until {time} was kept.").format(time=_clock(opened.saved_at)),
            _("Waymark had stopped without being closed"),
        )
        page.recovered.show()
    if not opened.editable:
        words = [opened.why_locked]
        if opened.kept_back:
            words.append(_("Some answers are only for those whom the child was told of."))
        if opened.state == "submitted" and opened.form.kind not in OWN_VIEWS:
            words.append(_what_next(page))
        page.state_banner.set_words(" ".join(words), opened.state_text)
        page.state_banner.show()
    elif opened.directions:
        page.state_banner.set_words(
            opened.directions, _("Your manager returned this and asks for:"), "attention"
        )
        page.state_banner.show()
    welsh = page.controller.language == "cy"
    if welsh and not opened.form.welsh_reviewed_by:
        page.welsh_banner.set_words(
            _("Nobody has checked the Welsh of this form yet. It stays out of final reports.")
        )
        page.welsh_banner.show()


def _what_next(page: FormPage) -> str:
    """Say what comes after submitting, and put the ways there below it."""
    go = page.shell.go
    page.next_steps.append(SecondaryButton(_("See what waits"), partial(go, "waiting")))
    words = _("It waits for a manager to countersign it.")
    if page.opened.form.kind == "assessment" and page.desk.actor.may_write:
        to_reports = partial(go, "child", child_id=page.child_id, tab="reports")
        page.next_steps.append(SecondaryButton(_("Make a report"), to_reports))
        words = _(
            "It waits for a manager to countersign it. Meanwhile you can make a draft report "
            "that rests on it."
        )
    for button in page.next_steps:
        page.next_row.addWidget(button)
        button.show()  # now, so that it can take the keyboard
    return words


def _was_cut_short(page: FormPage) -> bool:
    """Whether this is the form that was being typed into when the program ended."""
    ended = page.shell.ended_at
    return (
        ended is not None
        and page.opened.editable
        and abs(ended - page.opened.saved_at) <= SAME_SAVE
    )


def _clock(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")
