"""How a rule is marked that could not be confirmed, in the same words wherever one is shown.

Most rules about days rest on sources that could not be read whole (`verified: false` in
`resources/reference/rules.yaml`). They are shown, warn and never block; whoever reads them is told
to look them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import _

if TYPE_CHECKING:
    from app.casework.reference import Rule


def marked(what: str, *, verified: bool) -> str:
    """`what`, with a mark where the rule behind it could not be confirmed."""
    return what if verified else _("{what} (check this rule)").format(what=what)


def cited(rule: Rule) -> str:
    """A rule by what it is about and where it is written."""
    return f"{rule.label()} ({rule.source})"


def line(cited_rule: str, *, verified: bool) -> str:
    """A line that names the rule behind a remark, as `cited` gives it."""
    return marked(_("Rule: {rule}").format(rule=cited_rule), verified=verified)


def meaning() -> str:
    """What the mark means, as a sentence."""
    return _(
        "Check this rule before you rely on it: Waymark could not confirm it against a published "
        "source."
    )
