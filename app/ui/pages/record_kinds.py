"""The kinds of records that belong to a child: what each is called and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.casework import children, consents, court, oversight, people, tasks
from app.core.errors import BugError
from app.core.i18n import N_

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class RecordKind:
    """How records of one type are listed, added and changed.

    Attributes:
        title, add_label, edit_title, empty: Words, not yet translated.
        details: The frozen dataclass of its details.
        views: All records of a child. add, change, remove: as in casework.
        tab: Where the child's page lists them.
        required: Fields that a record is nothing without.
    """

    record_type: str
    title: str
    add_label: str
    edit_title: str
    empty: str
    details: type[Any]
    views: Callable[[Desk, str], Sequence[Any]]
    add: Callable[[Desk, str, Any], Any]
    change: Callable[[Desk, str, Any], Any]
    remove: Callable[[Desk, str, str], None]
    tab: str
    required: tuple[str, ...] = ()


def _of_child(name: str) -> Callable[[Desk, str], Sequence[Any]]:
    """The records that come with the child's own record."""

    def views(desk: Desk, child_id: str) -> Sequence[Any]:
        found: Sequence[Any] = getattr(children.open_child(desk, child_id), name)
        return found

    return views


def _asked_elsewhere(_desk: Desk, _child_id: str, _details: Any) -> None:
    """A panel is asked for where a manager decides."""
    raise BugError("a panel is asked for on the page where a manager decides")


KINDS: Final[Mapping[str, RecordKind]] = {
    kind.record_type: kind
    for kind in (
        RecordKind(
            "carer", N_("Parents and carers"), N_("Add a parent or carer"),
            N_("Parent or carer"), N_("Nobody is recorded yet."), people.CarerDetails,
            people.list_carers, people.add_carer, people.change_carer, people.remove_carer,
            "people", ("name",),
        ),
        RecordKind(
            "professional", N_("Professionals"), N_("Add a professional"), N_("Professional"),
            N_("Nobody is recorded yet."), people.ProfessionalDetails, people.list_professionals,
            people.add_professional, people.change_professional, people.remove_professional,
            "people", ("name",),
        ),
        RecordKind(
            "address", N_("Addresses"), N_("Add an address"), N_("Address"),
            N_("No address is recorded yet."), people.AddressDetails, people.list_addresses,
            people.add_address, people.change_address, people.remove_address, "people",
            ("lines",),
        ),
        RecordKind(
            "victim", N_("Victims (restricted)"), N_("Add a victim"), N_("Victim"),
            N_("No victim is recorded."), people.VictimDetails, people.list_victims,
            people.add_victim, people.change_victim, people.remove_victim, "people", (),
        ),
        RecordKind(
            "offence", N_("Offences"), N_("Add an offence"), N_("Offence"),
            N_("No offence is recorded yet."), court.OffenceDetails, court.list_offences,
            court.add_offence, court.change_offence, court.remove_offence, "court",
            ("description",),
        ),
        RecordKind(
            "hearing", N_("Hearings and panels"), N_("Add a hearing"), N_("Hearing"),
            N_("No hearing is recorded yet."), court.HearingDetails, court.list_hearings,
            court.add_hearing, court.change_hearing, court.remove_hearing, "court",
            ("hearing_date",),
        ),
        RecordKind(
            "outcome", N_("Outcomes and orders"), N_("Add an outcome"), N_("Outcome"),
            N_("No outcome is recorded yet."), court.OutcomeDetails, court.list_outcomes,
            court.add_outcome, court.change_outcome, court.remove_outcome, "court",
            ("disposal",),
        ),
        RecordKind(
            "identifier", N_("Numbers"), N_("Add a number"), N_("Number"),
            N_("No number is recorded yet."), children.IdentifierDetails,
            _of_child("identifiers"), children.add_identifier, children.change_identifier,
            children.remove_identifier, "details", ("kind", "value"),
        ),
        RecordKind(
            "alert", N_("Alerts"), N_("Add an alert"), N_("Alert"),
            N_("There is no alert."), children.AlertDetails, _of_child("alerts"),
            children.add_alert, children.change_alert, children.remove_alert, "details",
            ("kind",),
        ),
        RecordKind(
            "care_status", N_("Care status"), N_("Add a care status"), N_("Care status"),
            N_("No care status is recorded yet."), children.CareStatusDetails,
            _of_child("care_history"), children.add_care_status, children.change_care_status,
            children.remove_care_status, "details", ("status",),
        ),
        RecordKind(
            "consent", N_("Consent and sharing"), N_("Add a decision on sharing"),
            N_("Decision on sharing"), N_("No decision on sharing is recorded yet."),
            consents.ConsentDetails, consents.list_consents, consents.add_consent,
            consents.change_consent, consents.remove_consent, "details", ("about", "decision"),
        ),
        RecordKind(
            "task", N_("Tasks"), N_("Add a task"), N_("Task"), N_("There is no task."),
            tasks.TaskDetails, tasks.list_tasks, tasks.add_task, tasks.change_task,
            tasks.remove_task, "tasks", ("what", "for_user", "due_on"),
        ),
        RecordKind(
            "panel", N_("Panels"), N_("Ask for a panel"), N_("Panel"),
            N_("No panel was asked for."), oversight.PanelDetails, oversight.list_panels,
            _asked_elsewhere, oversight.record_panel, oversight.remove_panel, "tasks",
            ("why", "held_on", "attended", "decided"),
        ),
    )
}  # fmt: skip
