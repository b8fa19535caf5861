"""What is done, in order, in which process of the program."""

from __future__ import annotations

from typing import Final

from tests.tour import steps_after, steps_assessment, steps_child, steps_report, steps_start
from tests.tour.telling import Step

# The processes of the program, one after the other, and whether each ends by a lock.
PROCESSES: Final[tuple[tuple[str, bool], ...]] = (("start", False),)


def steps_of(process: str) -> list[Step]:
    """The steps done in the process called `process`."""
    return [Step(name, do) for name, do in _STEPS[process]]


_STEPS: Final = {
    "start": (
        ("Set up a casebook", steps_start.set_up),
        ("Confirm the recovery code", steps_start.confirm_recovery),
        ("Add a child", steps_start.add_child),
        ("Point out a likely duplicate", steps_start.point_out_duplicate),
        ("Record an offence", steps_start.record_offence),
        ("Record a hearing", steps_start.record_hearing),
        ("Start the assessment", steps_assessment.start_assessment),
        ("Finish the assessment", steps_assessment.finish_assessment),
        ("Mend what is missing and submit", steps_assessment.mend_and_submit),
        ("Hear the child", steps_child.hear_the_child),
        ("Make a pre-sentence report", steps_report.make_report),
        ("Make the report final", steps_report.make_final),
        ("Read the history", steps_after.history),
        ("See it in other looks", steps_after.looks),
    ),
}
