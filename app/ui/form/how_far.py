"""How far each section of a form is, and how much waits to be confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.i18n import _, ngettext
from app.ui.form.controller import FormController
from app.ui.form.rail import Section


@dataclass(frozen=True)
class HowFar:
    """How far a form is.

    Attributes:
        sections: As the rail shows them.
        settled: Answers that are there and wait for nobody. asked: how many there could be.
        waiting: Answers that wait to be confirmed. here: how many of them in the open section.
    """

    sections: tuple[Section, ...]
    settled: int
    asked: int
    waiting: int
    here: int


def how_far(controller: FormController, open_section: str) -> HowFar:
    """How far the form is in which `open_section` is open."""
    sections = []
    settled_in_all = asked = here = waiting = 0
    for page in controller.pages():
        progress = controller.sheet.progress(page.name)
        settled = progress.answered - progress.unconfirmed
        settled_in_all += settled
        asked += progress.asked
        waiting += progress.unconfirmed
        if page.name == open_section:
            here = progress.unconfirmed
        part = settled / progress.asked if progress.asked else 0.0
        if progress.unconfirmed and controller.editable:
            state = ngettext(
                "{count} to confirm", "{count} to confirm", progress.unconfirmed
            ).format(count=progress.unconfirmed)
        elif progress.asked and progress.answered >= progress.asked:
            state = _("done") if progress.complete else _("to check")
        else:
            state = _("{percent}%").format(percent=int(part * 100)) if part else ""
        brief = str(progress.unconfirmed) if progress.unconfirmed else state
        sections.append(Section(page.name, controller.page_label(page), state, part, brief=brief))
    return HowFar(tuple(sections), settled_in_all, asked, waiting, here)
