"""What fields and records are called, and how their values read, in the language of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from app.casework import reference
from app.casework.dates import in_words
from app.core.i18n import N_, _

Shown = Literal["text", "code", "codes", "date", "flag", "counts", "person", "hidden"]


@dataclass(frozen=True)
class Field:
    """How a field of a record is shown.

    Attributes:
        label: What the page calls it, not yet translated.
        shown: How its value reads; counts are those of decisions by ethnic group. A person is the
            id of a user, whose name only the casebook knows.
        list_name: The list that its codes or groups stand in.
    """

    label: str
    shown: Shown = "text"
    list_name: str = ""


def _code(label: str, list_name: str) -> Field:
    return Field(label, "code", list_name)


def _codes(label: str, list_name: str) -> Field:
    return Field(label, "codes", list_name)


def _date(label: str) -> Field:
    return Field(label, "date")


def _flag(label: str) -> Field:
    return Field(label, "flag")


def _person(label: str) -> Field:
    return Field(label, "person")


def _hidden(label: str) -> Field:
    return Field(label, "hidden")


CHILD: Final[Mapping[str, Field]] = {
    "given_name": Field(N_("Given name")),
    "family_name": Field(N_("Family name")),
    "preferred_name": Field(N_("Likes to be called")),
    "other_names": Field(N_("Other names")),
    "pronouns": Field(N_("Pronouns")),
    "date_of_birth": _date(N_("Date of birth")),
    "sex": _code(N_("Sex"), "sex"),
    "gender": Field(N_("Gender, in the child's own words")),
    "ethnicity": _code(N_("Ethnic group, as the child says"), "ethnicity"),
    "ethnicity_own_words": Field(N_("Ethnic group, in the child's own words")),
    "ethnicity_perceived": _code(N_("Ethnic group, as an officer recorded it"), "ethnicity"),
    "preferred_language": _code(N_("Preferred language"), "languages"),
    "languages": _codes(N_("Other languages"), "languages"),
    "interpreter": _code(N_("Needs an interpreter"), "yes_no_not_known"),
    "religion": _code(N_("Religion or belief"), "religions"),
    "nationality": Field(N_("Nationality")),
    "immigration": Field(N_("Immigration")),
    "disability": _code(N_("Disability"), "yes_no_not_known"),
    "disability_note": Field(N_("Disability: what helps")),
    "send_aln": _code(N_("Special or additional learning needs"), "send_aln"),
    "send_plan": Field(N_("Plan for learning needs")),
    "send_plan_from": _date(N_("Plan for learning needs: from")),
    "send_plan_to": _date(N_("Plan for learning needs: to")),
    "slcn": _code(N_("Speech, language and communication needs"), "slcn"),
    "slcn_note": Field(N_("Speech, language and communication: what was found")),
    "neurodiversity_note": Field(N_("How the child takes in and handles things")),
    "how_to_speak": Field(N_("How to speak with this child")),
    "school": Field(N_("School, college or work")),
    "gp": Field(N_("GP")),
    "yjs_area": Field(N_("Youth justice service")),
    "stage": _code(N_("Where things are"), "stages"),
    "allocated_to": _person(N_("Works with the child")),
    "consent_note": Field(N_("Told about sharing information")),
    "merged_into": _hidden(N_("Joined to another record")),
}

FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "child": CHILD,
    "identifier": {
        "kind": _code(N_("Kind of number"), "identifier_kinds"),
        "value": Field(N_("Number")),
        "note": Field(N_("Note")),
    },
    "alert": {
        "kind": _code(N_("Kind of alert"), "alert_kinds"),
        "text": Field(N_("What to know")),
        "category": Field(N_("MAPPA category")),
        "level": Field(N_("MAPPA level")),
        "from_date": _date(N_("From")),
        "review_on": _date(N_("Look at it again on")),
        "to_date": _date(N_("Last day")),
    },
    "care_status": {
        "status": _code(N_("Care status"), "care_statuses"),
        "legal_basis": Field(N_("Legal basis")),
        "local_authority": Field(N_("Local authority")),
        "from_date": _date(N_("From")),
        "to_date": _date(N_("Last day")),
        "note": Field(N_("Note")),
    },
    "consent": {
        "about": _code(N_("What would be shared"), "consent_subjects"),
        "shared_with": Field(N_("With whom")),
        "decision": _code(N_("What was decided"), "consent_decisions"),
        "given_by": _code(N_("Who decided"), "consent_givers"),
        "giver_name": Field(N_("Name, if it was not the child")),
        "why": Field(N_("Why")),
        "explained": Field(N_("How it was explained to the child")),
        "decided_on": _date(N_("Day of the decision")),
        "to_date": _date(N_("Last day that it holds")),
        "note": Field(N_("Note")),
    },
    "chronology_entry": {
        "kind": _code(N_("What happened"), "chronology_kinds"),
        "happened_on": _date(N_("Day")),
        "happened_at": Field(N_("Time")),
        "who": Field(N_("With whom")),
        "attendance": _code(N_("Was it kept?"), "attendance"),
        "missed_why": Field(N_("Why it was missed")),
        "note": Field(N_("Note")),
        "progress": _code(N_("How far the target is"), "target_progress"),
        "target_id": _hidden(N_("Target of the plan")),
        "corrects_id": _hidden(N_("Takes the place of another entry")),
        "written_by": _hidden(N_("Written by")),
    },
    "carer": {
        "name": Field(N_("Name")),
        "relationship": _code(N_("Relationship to the child"), "relationships"),
        "parental_responsibility": _code(N_("Has parental responsibility"), "yes_no_not_known"),
        "lives_with_child": _code(N_("Lives with the child"), "yes_no_not_known"),
        "phone": Field(N_("Phone")),
        "email": Field(N_("Email")),
        "address": Field(N_("Address")),
        "language": _code(N_("Preferred language"), "languages"),
        "interpreter": _code(N_("Needs an interpreter"), "yes_no_not_known"),
        "contact_note": Field(N_("How to get in touch")),
    },
    "professional": {
        "name": Field(N_("Name")),
        "role": _code(N_("Role"), "professional_roles"),
        "agency": Field(N_("Agency")),
        "phone": Field(N_("Phone")),
        "email": Field(N_("Email")),
        "from_date": _date(N_("From")),
        "to_date": _date(N_("Last day")),
        "note": Field(N_("Note")),
    },
    "address": {
        "lines": Field(N_("Address")),
        "postcode": Field(N_("Postcode")),
        "kind": _code(N_("Kind of accommodation"), "accommodation"),
        "suitability": _code(N_("Suitability"), "suitability"),
        "legal_status": Field(N_("Legal status of the placement")),
        "confirmed": _flag(N_("Address confirmed")),
        "keep_private": _flag(N_("Keep this address private")),
        "from_date": _date(N_("From")),
        "to_date": _date(N_("Last day")),
        "note": Field(N_("Note")),
    },
    "victim": {
        "name": Field(N_("Name")),
        "kind": _code(N_("Who was harmed"), "victim_kinds"),
        "offence_ids": _hidden(N_("Offences")),
        "phone": Field(N_("Phone")),
        "email": Field(N_("Email")),
        "contact_consent": _code(N_("Agrees to be contacted"), "yes_no_not_known"),
        "view_sought_on": _date(N_("Asked for their view on")),
        "restorative_interest": _code(N_("Wants to take part in making good"), "yes_no_not_known"),
        "restorative_from": _date(N_("Making good: from")),
        "restorative_to": _date(N_("Making good: to")),
        "progress_requested": _code(N_("Asked to be told of progress"), "yes_no_not_known"),
        "progress_given": _code(N_("Was told of progress"), "yes_no_not_known"),
        "support_requested": _code(N_("Asked for more support"), "yes_no_not_known"),
        "support_given": _code(N_("Was given more support"), "yes_no_not_known"),
        "views": Field(N_("What they said, in their words")),
        "safety_note": Field(N_("What keeps them safe")),
    },
    "offence": {
        "offence_date": _date(N_("Date of the offence")),
        "end_date": _date(N_("Last day of the offence")),
        "description": Field(N_("What happened, in plain words")),
        "category": _code(N_("Category"), "offence_categories"),
        "seriousness": Field(N_("Seriousness, 1 to 8")),
        "knife": _flag(N_("A knife or blade was involved")),
        "plea": _code(N_("Plea or answer"), "pleas"),
        "cjs_code": Field(N_("Code of the offence")),
        "police_reference": Field(N_("Police reference")),
        "arrested_on": _date(N_("Date of arrest")),
        "charged_on": _date(N_("Date of charge")),
        "note": Field(N_("Note")),
    },
    "hearing": {
        "hearing_date": _date(N_("Date of the hearing")),
        "hearing_time": Field(N_("Time")),
        "court": _code(N_("Court"), "courts"),
        "hearing_type": _code(N_("Kind of hearing"), "hearing_types"),
        "offence_ids": _hidden(N_("Offences")),
        "remand_decision": _code(N_("Bail or remand"), "remand_decisions"),
        "report_requested": _flag(N_("The court asked for a pre-sentence report")),
        "report_due": _date(N_("Report due on")),
        "all_options": _flag(N_("The court has left all options open")),
        "note": Field(N_("Note")),
    },
    "outcome": {
        "outcome_date": _date(N_("Date of the outcome")),
        "end_date": _date(N_("Last day of the order")),
        "disposal": _code(N_("Outcome"), "outcomes"),
        "court": _code(N_("Court"), "courts"),
        "hearing_id": _hidden(N_("Hearing")),
        "offence_ids": _hidden(N_("Offences")),
        "term_months": Field(N_("Length in months")),
        "term_years": Field(N_("Length in years")),
        "residence": _code(N_("Where the child lived"), "residence"),
        "appeal": _code(N_("Appeal"), "appeals"),
        "main_or_other": _code(N_("Main outcome"), "main_or_other"),
        "requirements": _codes(N_("Requirements"), "yro_requirements"),
        "establishment": _code(N_("Secure setting"), "establishments"),
        "proposal_followed": _code(N_("The court followed the proposal"), "proposal_followed"),
        "court_reason": Field(N_("Why not, in the court's words")),
        "completed": _code(N_("How it ended"), "completed"),
        "note": Field(N_("Note")),
    },
    "form_record": {
        "state": Field(N_("State")),
        "stage": _code(N_("Stage"), "assessment_stages"),
        "title": Field(N_("Title")),
        "language": _code(N_("Language"), "languages"),
        "due_on": _date(N_("Due on")),
        "state_note": Field(N_("Note")),
        "level_reoffending": Field(N_("Likelihood of reoffending")),
        "level_serious_harm": Field(N_("Risk of serious harm to others")),
        "level_safety": Field(N_("Safety and wellbeing")),
    },
    "oversight": {
        "state": Field(N_("State")),
        "note": Field(N_("Manager's note")),
        "directions": Field(N_("Directions")),
        "due_on": _date(N_("Due on")),
        "proposed_levels": _hidden(N_("Levels that a manager proposes")),
        "level_answers": _hidden(N_("Answers to proposed levels")),
        "authors": _hidden(N_("Written by")),
        "unmet_prompts": _hidden(N_("Good practice not met")),
        "set_aside": _hidden(N_("Decisions that do not count")),
    },
    "task": {
        "what": Field(N_("What is to be done")),
        "for_user": Field(N_("Who is to do it")),
        "due_on": _date(N_("By when")),
        "section": _hidden(N_("Section")),
        "state": Field(N_("State")),
        "done_note": Field(N_("What was done")),
    },
    "panel": {
        "why": Field(N_("What the panel is to look at")),
        "due_on": _date(N_("To be held by")),
        "held_on": _date(N_("Held on")),
        "attended": Field(N_("Who was there")),
        "decided": Field(N_("What it decided")),
        "state": Field(N_("State")),
    },
    "report": {
        "title": Field(N_("Title")),
        "reference": Field(N_("Reference")),
        "state": Field(N_("State")),
        "language": _code(N_("Language"), "languages"),
        "check_asked_by": _person(N_("Check asked for by")),
        "checked_by": _person(N_("Found fit by")),
        "pending_reason": Field(N_("Why it went out before anybody checked it")),
        "state_reason": Field(N_("Why it was withdrawn or replaced")),
        "superseded_by": _hidden(N_("Replaced by")),
        "proposal": Field(N_("Proposal")),
        "proposal_order": _code(N_("Order proposed"), "proposed_orders"),
        "proposal_months": Field(N_("Length in months")),
        "proposal_hours": Field(N_("Hours in all")),
        "proposal_pounds": Field(N_("Amount in pounds")),
        "proposal_imprisonable": _flag(N_("The offence can bring custody")),
        "proposal_threshold": _flag(N_("Custody would otherwise be right")),
        "proposal_persistent": _flag(N_("The court may see persistent offending")),
        "pdf": _hidden(N_("The final pages")),
    },
    "report_requirement": {
        "requirement": _code(N_("Requirement"), "yro_requirements"),
        "conditions": Field(N_("Conditions")),
        "months": Field(N_("Length in months")),
        "days": Field(N_("Days in all")),
        "hours": Field(N_("Hours in all")),
        "hours_a_day": Field(N_("Hours a day")),
        "hours_a_week": Field(N_("Hours a week")),
        "times_a_month": Field(N_("Times a month")),
        "from_date": _date(N_("Begins on")),
        "what": Field(N_("What it is")),
        "agreed": _flag(N_("The child agrees to it")),
        "report_id": _hidden(N_("Report")),
    },
    "report_passage": {
        "text": Field(N_("Text")),
        "section": _hidden(N_("Section")),
        "place": _hidden(N_("Place")),
        "kind": _hidden(N_("Kind of passage")),
        "language": _code(N_("Language"), "languages"),
        "said_by": Field(N_("Who said it")),
        "paths": _hidden(N_("Answers that it tells")),
        "quotes": _hidden(N_("Words that were said")),
        "facts": _hidden(N_("Facts from the record")),
        "report_id": _hidden(N_("Report")),
    },
    "report_comment": {
        "text": Field(N_("Comment")),
        "state": Field(N_("State")),
        "reply": Field(N_("What was done about it")),
        "report_id": _hidden(N_("Report")),
        "passage_id": _hidden(N_("Passage")),
        "said_by": _hidden(N_("Who said it")),
        "done_by": _hidden(N_("Done by")),
    },
    "report_read_back": {
        "listener": _code(N_("Read to"), "read_back_listeners"),
        "answer": _code(N_("What they said"), "read_back_answers"),
        "comment": Field(N_("In their words")),
        "language": _code(N_("Language"), "languages"),
        "read_on": _date(N_("Read on")),
        "section": _hidden(N_("Section")),
        "report_id": _hidden(N_("Report")),
        "read_by": _hidden(N_("Read by")),
    },
    "disclosure": {
        "recipient": _hidden(N_("To whom")),
        "why": Field(N_("What for")),
        "way": _hidden(N_("How")),
        "about_type": _hidden(N_("What was passed on")),
        "about_id": _hidden(N_("What was passed on")),
        "state": _hidden(N_("State")),
        "pdf_hash": _hidden(N_("Hash of the pages")),
        "pdf_bytes": _hidden(N_("Size of the file")),
        "given_by": _hidden(N_("Passed on by")),
    },
    "report_signature": {
        "signer": Field(N_("Whose certificate")),
        "issued_by": Field(N_("Issued by")),
        "serial": Field(N_("Serial number of the certificate")),
        "fingerprint": Field(N_("Fingerprint of the certificate")),
        "valid_until": _date(N_("Valid until")),
        "subject": _hidden(N_("Names in the certificate")),
        "issuer": _hidden(N_("Names of the issuer")),
        "pdf_hash": _hidden(N_("Hash of the signed copy")),
        "added": _hidden(N_("Signature")),
        "report_id": _hidden(N_("Report")),
        "signed_at": _hidden(N_("Signed at")),
        "signed_by": _hidden(N_("Signed by")),
    },
    "decision_figures": {
        "area": Field(N_("Area")),
        "area_welsh": Field(N_("The area’s name in Welsh")),
        "period_from": _date(N_("First day that is counted")),
        "period_to": _date(N_("Last day that is counted")),
        "decision": _code(N_("Decision"), "decision_points"),
        "out_of": _code(N_("Out of"), "decision_bases"),
        "counts": Field(N_("Numbers by ethnic group"), "counts", "ethnicity"),
        "source_publisher": Field(N_("Who published them")),
        "source_name": Field(N_("Name of the publication")),
        "source_date": _date(N_("Published on")),
        "entered_by": _hidden(N_("Entered by")),
    },
    "handover": {"state": Field(N_("State"))},
    "service": {"trusted_roots": _hidden(N_("Issuers that the service trusts"))},
    "harm_prompt": {
        "state": Field(N_("State")),
        "what_was_done": Field(N_("What was done")),
    },
}

RECORD_WORDS: Final[Mapping[str, str]] = {
    "child": N_("Child's details"),
    "identifier": N_("Identifier"),
    "alert": N_("Alert"),
    "care_status": N_("Care status"),
    "consent": N_("Decision on sharing"),
    "chronology_entry": N_("Chronology"),
    "carer": N_("Parent or carer"),
    "professional": N_("Professional"),
    "address": N_("Address"),
    "victim": N_("Victim"),
    "offence": N_("Offence"),
    "hearing": N_("Hearing"),
    "outcome": N_("Outcome"),
    "form_record": N_("Form"),
    "oversight": N_("Countersigning"),
    "task": N_("Task"),
    "panel": N_("Panel"),
    "report": N_("Report"),
    "report_passage": N_("Passage of a report"),
    "report_requirement": N_("Requirement proposed"),
    "report_comment": N_("Comment on a report"),
    "report_read_back": N_("Reading a report back"),
    "disclosure": N_("Copy that was passed on"),
    "report_signature": N_("Signature with a certificate"),
    "handover": N_("Questionnaire with the child"),
    "harm_prompt": N_("Sign of harm"),
    "service": N_("Service"),
    "user": N_("User"),
    "device": N_("Laptop"),
    "service_form": N_("Form of the service"),
    "decision_figures": N_("Figures on decisions"),
    "service_word": N_("Word of the service"),
}

STATES: Final[Mapping[str, str]] = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted, waits for a manager"),
    "countersigned": N_("Countersigned"),
    "returned": N_("Returned with directions"),
    "superseded": N_("Replaced by a newer version"),
    "recalled": N_("Taken back by its author"),
    "waiting": N_("Waiting"),
    "final": N_("Final"),
    "open": N_("Still open"),
    "ended": N_("Ended"),
    "acted": N_("Acted on"),
    "withdrawn": N_("Withdrawn"),
    "done": N_("Done"),
    "planned": N_("Planned"),
    "asked": N_("Asked for"),
    "held": N_("Held"),
}

LEVELS: Final[Mapping[str, str]] = {
    "low": N_("Low"),
    "medium": N_("Medium"),
    "high": N_("High"),
    "very_high": N_("Very high"),
}


def field_label(record_type: str, field: str) -> str:
    """What a field is called on the page; a field without a label stands as it is."""
    known = FIELDS.get(record_type, {}).get(field)
    return _(known.label) if known else field


def judgement_word(judgement: str) -> str:
    """What a judgement of harm or of reoffending is called."""
    column = {"safety_wellbeing": "level_safety"}.get(judgement, f"level_{judgement}")
    return field_label("form_record", column)


def record_word(record_type: str) -> str:
    """What a type of record is called."""
    return _(RECORD_WORDS[record_type]) if record_type in RECORD_WORDS else record_type


def state_word(state: str) -> str:
    """What a state is called."""
    return _(STATES[state]) if state in STATES else state


def level_word(level: str) -> str:
    """What a level is called."""
    return _(LEVELS[level]) if level in LEVELS else level


def value_words(record_type: str, field: str, value: Any) -> str:
    """How the value of a field reads: labels for codes, days in words, yes and no for flags.

    Empty text for nothing.
    """
    known = FIELDS.get(record_type, {}).get(field)
    if value is None or value in ("", []):
        return ""
    if known is None or known.shown == "text":
        return _plain(record_type, field, value)
    if known.shown in ("code", "codes"):
        codes = [value] if known.shown == "code" else value
        return ", ".join(reference.label(known.list_name, str(code)) for code in codes)
    if known.shown == "date":
        return in_words(value if isinstance(value, date) else date.fromisoformat(str(value)))
    if known.shown == "flag":
        return _yes_or_no(value)
    return _counts(known.list_name, value) if known.shown == "counts" else ""


def _counts(list_name: str, value: Any) -> str:
    """How often a decision fell on each group: `White: 12 of 130; Black: 7 of 40`."""
    groups = value if isinstance(value, Mapping) else {}
    listing = reference.listing(list_name)
    return "; ".join(
        f"{listing.group_label(code) or code}: "
        + _("{events} of {total}").format(events=count.get("events"), total=count.get("total"))
        for code, count in groups.items()
        if isinstance(count, Mapping)
    )


def _yes_or_no(value: Any) -> str:
    return _("Yes") if value else _("No")


def _plain(record_type: str, field: str, value: Any) -> str:
    if field == "state":
        return state_word(str(value))
    if field.startswith("level_"):
        return level_word(str(value))
    if (record_type, field) == ("child", "yjs_area"):
        return reference.area_name(str(value))
    return _yes_or_no(value) if isinstance(value, bool) else str(value)
