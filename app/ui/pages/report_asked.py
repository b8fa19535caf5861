"""At a new report: what the hearing asks for, and whether an older report may be used again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import rule_words
from app.casework.existing_report import ExistingView
from app.casework.reference import Rule
from app.casework.report_needed import Asked
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import Banner, Body, Muted, Pill, Small, Strong
from app.ui.kit.layout import clear


class AskedBanner(Banner):
    """Which kind of report a hearing asks for, and by when."""

    def show_asked(self, asked: Asked | None, *, usable: bool) -> None:
        """Say it of one hearing.

        Args:
            usable: Whether there is a report that may be used again.
        """
        self.setVisible(asked is not None)
        if asked is None:
            return
        lines = [_with_rule(text, rule) for text, rule in asked.why]
        if asked.due_words:
            lines.append(_with_rule(asked.due_words, asked.due_rule))
        if usable and asked.kind in ("psr", "stand_down"):
            lines.append(_("There is a report that may be used again: see below."))
        self.set_words("\n".join(lines), "", "attention" if asked.late else "accent")


class ExistingCard(QWidget):
    """Whether a report may be used again: one word, and each reason in a sentence."""

    def __init__(self, called: str) -> None:
        super().__init__()
        self._called = called
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(theme.current().px(6))

    def show_seen(self, seen: ExistingView | None) -> None:
        """Show one report, or that there is none."""
        clear(self._inside)
        if seen is None:
            words = _("No final pre-sentence report is held on {child}, so none can be used again.")
            self._inside.addWidget(Muted(words.format(child=self._called)))
            return
        against = sum(reason.against for reason in seen.reasons)
        words = ngettext(
            "{count} thing speaks against using it again.",
            "{count} things speak against using it again.",
            against,
        ).format(count=against)
        self._inside.addWidget(Strong(words if against else _("It may be used again.")))
        for reason in seen.reasons:
            line = QHBoxLayout()
            line.setSpacing(theme.current().px(8))
            pill = (
                Pill(_("against it"), "attention") if reason.against else Pill(_("for it"), "good")
            )
            line.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Body(_with_rule(reason.text, reason.rule)), 1)
            self._inside.addLayout(line)
        for change in seen.changes:
            self._inside.addWidget(Small(f"• {change.text}"))
        for reason in seen.reasons:
            if reason.rule is not None:
                named = rule_words.cited(reason.rule)
                self._inside.addWidget(Small(_("Rule: {rule}").format(rule=named)))


def _with_rule(text: str, rule: Rule | None) -> str:
    """A sentence, with a mark where the rule behind it could not be confirmed."""
    return text if rule is None else rule_words.marked(text, verified=rule.verified)
