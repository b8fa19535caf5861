"""Who may do what: one table of roles, and the words of each refusal.

A role is what a person is in the service. Every function of casework that not everybody may call
asks here first, and the screens ask the same table what to offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from app.core.errors import KnownError
from app.core.i18n import N_, _

if TYPE_CHECKING:
    from app.forms.schema import Form, Question

Role = Literal["practitioner", "manager", "administrator", "reader"]

Deed = Literal[
    "write",
    "hand_on",
    "countersign",
    "manage_users",
    "manage_forms",
    "keep_figures",
    "manage_words",
    "keep_keys",
    "read_victims",
    "hear_child",
    "hear_parent",
    "read_timeline",
    "disclose",
    "see_laptops",
    "manage_laptops",
    "manage_trust",
]

_WORKERS: Final[frozenset[Role]] = frozenset({"practitioner", "manager"})
_WRITERS: Final[frozenset[Role]] = _WORKERS | {"administrator"}

ALLOWED: Final[Mapping[Deed, frozenset[Role]]] = {
    "write": _WRITERS,
    # A child whom somebody else works with; whoever does may hand the child on themselves.
    "hand_on": frozenset({"manager", "administrator"}),
    "countersign": frozenset({"manager"}),
    "manage_users": frozenset({"administrator"}),
    "manage_forms": frozenset({"manager", "administrator"}),
    # They stand in every report to a court.
    "keep_figures": frozenset({"manager", "administrator"}),
    # Anybody who writes adds a word; taking one away touches everybody's texts.
    "manage_words": frozenset({"manager", "administrator"}),
    # Whoever holds the recovery code can open the casebook as anybody.
    "keep_keys": _WRITERS,
    "read_victims": _WRITERS,
    # A child is told that their worker, and that worker's manager, can read what they answer.
    "hear_child": _WORKERS,
    # Parents and carers are told the same.
    "hear_parent": _WORKERS,
    # What happened in a child's life is for those who work with the child.
    "read_timeline": _WORKERS,
    "disclose": _WRITERS,
    "see_laptops": frozenset({"manager", "administrator"}),
    "manage_laptops": frozenset({"administrator"}),
    "manage_trust": frozenset({"administrator"}),
}

REFUSALS: Final[Mapping[Deed, tuple[str, str]]] = {
    "write": (
        N_("Your role lets you read this casebook, not change it."),
        N_("Ask an administrator if you need to make changes."),
    ),
    "hand_on": (
        N_("Only whoever works with this child now, or a manager, can hand the child on."),
        N_("Ask them, or your manager, to change who works with the child."),
    ),
    "countersign": (
        N_("Only a manager can decide on this."),
        N_("A manager has to unlock to do it."),
    ),
    "manage_users": (
        N_("Only an administrator can manage the users of this casebook."),
        N_("Ask your administrator to do this."),
    ),
    "manage_forms": (
        N_("Only a manager or an administrator can add forms."),
        N_("Ask your manager to do this."),
    ),
    "keep_figures": (
        N_("Only a manager or an administrator can change the figures of the service."),
        N_("Ask your manager or administrator to do this."),
    ),
    "manage_words": (
        N_("Only a manager or an administrator can take away a word of the service."),
        N_("Ask your manager to do this."),
    ),
    "keep_keys": (
        N_("Your role lets you read this casebook, not change what opens it."),
        N_("Ask a practitioner, a manager or your administrator to do this."),
    ),
    "read_victims": (
        N_("Your role doesn't let you read what is held about victims."),
        N_("Ask a practitioner or manager if you need to know something."),
    ),
    "hear_child": (
        N_("Only a practitioner or a manager can read what a child answered."),
        N_("That is what the child was told. Ask the child's practitioner or a manager."),
    ),
    "hear_parent": (
        N_("Only a practitioner or a manager can read what a parent or carer said."),
        N_("That is what they were told. Ask the child's practitioner or a manager."),
    ),
    "read_timeline": (
        N_("Only a practitioner or a manager can read the timeline of a child's life."),
        N_("Ask the child's practitioner or a manager if you need to know something."),
    ),
    "disclose": (
        N_("Your role lets you read reports, not pass on copies of them."),
        N_("Ask a practitioner, a manager or your administrator to pass it on."),
    ),
    "see_laptops": (
        N_("Only a manager or an administrator can see the laptops of the service."),
        N_("Ask your manager or administrator."),
    ),
    "manage_laptops": (
        N_("Only an administrator can let a laptop in or take it out."),
        N_("Ask your administrator to do this."),
    ),
    "manage_trust": (
        N_("Only an administrator can say whose certificates the service trusts."),
        N_("Ask your administrator to do this."),
    ),
}

# What must be allowed to open a form of this kind; any other kind is open to everybody.
READING: Final[Mapping[str, Deed]] = {
    "questionnaire": "hear_child",
    "parent_view": "hear_parent",
    "timeline": "read_timeline",
}

# What must be allowed to write a record of this type; any other is written by every writer.
WRITING: Final[Mapping[str, Deed]] = {
    "decision_figures": "keep_figures",
    "service_form": "manage_forms",
}

# The reader of a question (`Question.readers`) that a role stands for.
READS_AS: Final[Mapping[Role, str]] = {"practitioner": "worker", "manager": "manager"}


class NotAllowed(KnownError):
    """The role of the person who acts doesn't allow what was asked for."""


def allows(role: Role, deed: Deed) -> bool:
    """Whether a person of this role may do it."""
    return role in ALLOWED[deed]


def refusal(deed: Deed) -> NotAllowed:
    """Why it is refused, and who can do it, in words."""
    text, hint = REFUSALS[deed]
    return NotAllowed(_(text), _(hint))


def must(role: Role, deed: Deed) -> None:
    """Raise `NotAllowed` where a person of this role may not do it."""
    if not allows(role, deed):
        raise refusal(deed)


def reads(role: Role, form: Form, question: Question) -> bool:
    """Whether this role may read the answer: where not everybody may, each says who may."""
    return form.kind not in READING or READS_AS.get(role) in question.readers


def reads_answer(role: Role, form: Form, name: str) -> bool:
    """Whether this role may read the answer to the question of that name.

    What a later version of a form has retired is read by those who may open the form.
    """
    try:
        question = form.question(name)
    except KeyError:
        return reads_form(role, form.kind)
    return reads(role, form, question)


def reads_form(role: Role, kind: str) -> bool:
    """Whether this role may open a form of this kind at all."""
    return kind not in READING or allows(role, READING[kind])


def refusal_of_form(kind: str) -> NotAllowed:
    """Why a form of this kind can't be opened by everybody, and whom to ask."""
    return refusal(READING[kind])
