"""What is done, in order, in which process of the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.tour import (
    steps_after,
    steps_assessment,
    steps_checking,
    steps_child,
    steps_figures,
    steps_keeping,
    steps_later,
    steps_oversight,
    steps_plan,
    steps_read_back,
    steps_report,
    steps_start,
    steps_sync,
    steps_unlock,
    steps_users,
)
from tests.tour.case_file import DAYS_LATER
from tests.tour.telling import Step

_STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    "start": (
        Step("Set up a casebook", steps_start.set_up),
        Step("Confirm the recovery code", steps_start.confirm_recovery),
        Step("Add a child", steps_start.add_child),
        Step("Point out a likely duplicate", steps_start.point_out_duplicate),
        Step("Join two records of one child", steps_start.merge_duplicate),
        Step("Add an administrator", steps_users.add_administrator),
        Step("Record an offence", steps_start.record_offence),
        Step("Record a hearing", steps_start.record_hearing),
        Step("Start the assessment", steps_assessment.start_assessment),
        Step("Lock in the middle of a sentence", steps_unlock.leave_mid_sentence, locks=True),
    ),
    "administrator": (
        Step("Unlock as the administrator", steps_unlock.unlock_as_administrator),
        Step("Add a manager and a colleague", steps_users.add_users),
        Step("Lock for the practitioner", steps_unlock.lock_now, locks=True),
    ),
    "back": (
        Step("Unlock to the same question", steps_unlock.same_question),
        Step("Finish the assessment", steps_assessment.finish_assessment),
        Step("Mend what is missing and submit", steps_assessment.mend_and_submit),
        Step("Leave one's own work to somebody else", steps_oversight.own_work_waits),
        Step("Make a pre-sentence report", steps_report.make_report),
        Step("Lock for the manager", steps_unlock.lock_now, locks=True),
    ),
    "manager": (
        Step("Unlock as the manager", steps_unlock.unlock_as_manager),
        Step("Return the assessment", steps_oversight.return_it),
        Step("Enter the service's figures", steps_figures.enter_figures),
        Step("Lock for the practitioner again", steps_unlock.lock_now, locks=True),
    ),
    "worker": (
        Step("Unlock as the practitioner again", steps_unlock.unlock_as_worker),
        Step("Change what the manager asked for", steps_oversight.change_what_was_asked),
        Step("Make the report from the new version", steps_report.make_from_new_version),
        Step("Build the proposal", steps_report.build_proposal),
        Step("Write a passage of the report", steps_report.write_passage),
        Step("Put the report in plain words", steps_read_back.put_in_plain_words),
        Step("Read it with the family", steps_read_back.read_with_the_family),
        Step("Let the child read it alone", steps_read_back.read_alone),
        Step("Give the child a copy", steps_read_back.give_the_childs_copy),
        Step("Hear the child", steps_child.hear_the_child),
        Step("Start the resettlement plan", steps_plan.resettlement),
        Step("See the plan at a glance", steps_plan.plan_at_a_glance),
        Step("Find anything by Ctrl+K", steps_plan.palette),
        Step("Make a backup", steps_keeping.back_up),
        Step("Lock for the manager again", steps_unlock.lock_now, locks=True),
    ),
    "check": (
        Step("Unlock as the manager again", steps_unlock.unlock_as_manager),
        Step("Countersign", steps_oversight.countersign),
        Step("Comment on a passage", steps_checking.comment_on_a_passage),
        Step("Lock for the author", steps_unlock.lock_now, locks=True),
    ),
    "author": (
        Step("Unlock as the author", steps_unlock.unlock_as_worker),
        Step("Deal with the comment", steps_checking.deal_with_it),
        Step("Lock for the last check", steps_unlock.lock_now, locks=True),
    ),
    "report": (
        Step("Unlock for the last check", steps_unlock.unlock_as_manager),
        Step("Make the report final", steps_report.make_final),
        Step("Read the history", steps_after.history),
        Step("See it in other looks", steps_after.looks),
        Step("Lock at the end of the day", steps_unlock.lock_now, locks=True),
    ),
    "three months later": (
        Step("Unlock three months later", steps_unlock.unlock_as_worker),
        Step("Add to the report in a corridor", steps_checking.add_from_the_corridor),
        Step("Note a visit by the keyboard", steps_later.note_a_visit),
        Step("Note progress on a target", steps_later.note_progress),
        Step("Save My plan as a PDF", steps_later.my_plan),
        Step("Start the review", steps_later.start_review),
        Step("Fill in the review", steps_later.fill_review),
        Step("Compare with last time and submit", steps_later.compare_and_submit),
        Step("Lock for the manager at last", steps_unlock.lock_now, locks=True),
    ),
    "manager, next day": (
        Step("Unlock the next day", steps_unlock.unlock_as_manager),
        Step("Check what went out unchecked", steps_checking.check_what_went_out),
        Step("Lock for the last time", steps_unlock.lock_now, locks=True),
    ),
    "restore": (
        Step("Restore the backup", steps_keeping.restore),
        Step("Check the restored casebook", steps_keeping.check),
    ),
    "first laptop": (
        Step("Set up a laptop with a code", steps_sync.set_up_first),
        Step("Send a child to the server", steps_sync.send_child),
        Step("Make a code for a second laptop", steps_sync.make_code),
    ),
    "second laptop": (
        Step("Set up the second laptop", steps_sync.set_up_second),
        Step("Choose who travels with it", steps_sync.take_child_along),
        Step("Work without the server", steps_sync.work_offline),
    ),
    "first laptop, later": (Step("Write the same answer elsewhere", steps_sync.write_elsewhere),),
    "second laptop, online": (
        Step("Come back online to two answers", steps_sync.two_answers),
        Step("Settle what two people wrote", steps_sync.settle),
        Step("See that the laptop can be handed back", steps_sync.hand_back),
    ),
    "first laptop, next day": (Step("Take out a lost laptop", steps_sync.take_out),),
    "second laptop, lost": (Step("Find the casebook gone from it", steps_sync.is_gone),),
}

# The folder of the casebook where it isn't that of the first part.
LAPTOPS: Final[Mapping[str, str]] = {
    name: name.partition(",")[0] for name in _STEPS if "laptop" in name
}

# How many days from now the computer says that it is, where it isn't today.
DAYS_ON: Final[Mapping[str, int]] = {
    "three months later": DAYS_LATER,
    "manager, next day": DAYS_LATER + 1,
    "restore": DAYS_LATER + 1,
}

PROCESSES: Final[tuple[tuple[str, bool], ...]] = tuple(
    (name, steps[-1].locks) for name, steps in _STEPS.items()
)
"""The processes of the program, one after the other, and whether each ends by a lock."""


def steps_of(process: str) -> list[Step]:
    """The steps done in the process called `process`."""
    return list(_STEPS[process])
