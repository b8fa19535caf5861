"""Who may do what: every function that not everybody may call refuses the others, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from app.casework import (
    assessments,
    casebook_keys,
    casebook_users,
    caseload,
    children,
    chronology,
    court,
    due,
    figures_counted,
    form_records,
    glance,
    history,
    oversight,
    people,
    permission,
    plain_words,
    plan,
    proposals,
    questionnaires,
    report_checking,
    report_export,
    report_parts,
    report_signing,
    report_spelling,
    report_standing,
    report_writing,
    reports,
    rescued,
    returned,
    rival_decisions,
    search,
    service_figures,
    service_words,
    stages,
    tasks,
    timeline,
    trust,
    waiting,
)
from app.casework.children import ChildView
from app.casework.desk import Actor, Desk, NotAllowed, Role
from app.casework.form_records import AnswerChange
from app.casework.proposal import Proposal, Requirement
from app.core.errors import KnownError
from app.core.ids import new_id
from app.reports.certificates import opened
from tests.casework.conftest import AddChild
from tests.casework.test_oversight import acting, submit
from tests.made_once import PASSPHRASE
from tests.reports.certificates import a_certificate

ROLES: tuple[Role, ...] = get_args(Role)
CERTIFICATE = a_certificate()
NOBODY = "0198c0de-0000-7000-8000-00000000dead"


@dataclass(frozen=True)
class Case:
    """A child with a questionnaire that was given back, with a sign of harm in it."""

    desk: Desk
    child_id: str
    record_id: str
    prompt_id: str


Call = Callable[[Case], object]

# Each function that not everybody may call, by the deed that it is. The arguments need not lead
# to anything: a role is refused before they are looked at.
FUNCTIONS: dict[str, tuple[permission.Deed, Call]] = {
    "rescued.read": (
        "manage_laptops",
        lambda of: rescued.read(of.desk, Path("none"), Path("none"), "", NOBODY),
    ),
    "children.add_child": (
        "write",
        lambda of: children.add_child(of.desk, children.ChildDetails(given_name="Wren")),
    ),
    "children.change_details": (
        "write",
        lambda of: children.change_details(of.desk, of.child_id, children.ChildDetails()),
    ),
    "children.merge": ("write", lambda of: children.merge(of.desk, of.child_id, NOBODY, "Twice")),
    "children.undo_merge": ("write", lambda of: children.undo_merge(of.desk, NOBODY, "Not")),
    "children.move_record": (
        "write",
        lambda of: children.move_record(of.desk, "form_record", of.record_id, NOBODY, "Wrong"),
    ),
    "children.add_alert": (
        "write",
        lambda of: children.add_alert(of.desk, of.child_id, children.AlertDetails(text="Ask")),
    ),
    "children.remove_alert": ("write", lambda of: children.remove_alert(of.desk, NOBODY, "Old")),
    "children.add_identifier": (
        "write",
        lambda of: children.add_identifier(of.desk, of.child_id, children.IdentifierDetails()),
    ),
    "people.add_carer": (
        "write",
        lambda of: people.add_carer(of.desk, of.child_id, people.CarerDetails(name="Jo")),
    ),
    "people.remove_address": ("write", lambda of: people.remove_address(of.desk, NOBODY, "Old")),
    "people.list_victims": ("read_victims", lambda of: people.list_victims(of.desk, of.child_id)),
    "people.add_victim": (
        "read_victims",
        lambda of: people.add_victim(of.desk, of.child_id, people.VictimDetails(name="Jo")),
    ),
    "court.add_offence": (
        "write",
        lambda of: court.add_offence(of.desk, of.child_id, court.OffenceDetails()),
    ),
    "court.remove_hearing": ("write", lambda of: court.remove_hearing(of.desk, NOBODY, "Old")),
    "form_records.start": (
        "write",
        lambda of: form_records.start(of.desk, of.child_id, "assessment"),
    ),
    "stages.start": ("write", lambda of: stages.start(of.desk, of.child_id, "review")),
    "form_records.save_answers": (
        "write",
        lambda of: form_records.save_answers(
            of.desk, of.record_id, [AnswerChange("good_at", {"value": "Else"})]
        ),
    ),
    "form_records.open_form": (
        "hear_child",
        lambda of: form_records.open_form(of.desk, of.record_id),
    ),
    "form_records.open_form for the child": (
        "hear_child",
        lambda of: form_records.open_form(of.desk, of.record_id, for_child=True),
    ),
    "assessments.submit": ("write", lambda of: assessments.submit(of.desk, of.record_id)),
    "assessments.recall": ("write", lambda of: assessments.recall(of.desk, of.record_id)),
    "oversight.countersign": (
        "countersign",
        lambda of: oversight.countersign(of.desk, NOBODY, "I agree."),
    ),
    "oversight.return_with_directions": (
        "countersign",
        lambda of: oversight.return_with_directions(of.desk, NOBODY, "Ask Nan."),
    ),
    "oversight.write_direction": (
        "countersign",
        lambda of: oversight.write_direction(of.desk, NOBODY, "plan", "Ask Nan."),
    ),
    "oversight.propose_level": (
        "countersign",
        lambda of: oversight.propose_level(of.desk, NOBODY, "serious_harm", "high", "The fight."),
    ),
    "oversight.take_back_proposal": (
        "countersign",
        lambda of: oversight.take_back_proposal(of.desk, NOBODY, "serious_harm"),
    ),
    "oversight.ask_for_panel": (
        "countersign",
        lambda of: oversight.ask_for_panel(of.desk, NOBODY, "Is home safe?"),
    ),
    "oversight.record_panel": (
        "write",
        lambda of: oversight.record_panel(of.desk, NOBODY, oversight.PanelDetails()),
    ),
    "oversight.remove_panel": (
        "countersign",
        lambda of: oversight.remove_panel(of.desk, NOBODY, "Not needed"),
    ),
    "rival_decisions.choose": (
        "countersign",
        lambda of: rival_decisions.choose(of.desk, NOBODY, 0, "I rang both."),
    ),
    "returned.answer_level": (
        "write",
        lambda of: returned.answer_level(
            of.desk, NOBODY, "serious_harm", accept=False, reasons="There was no fight."
        ),
    ),
    "tasks.add_task": (
        "write",
        lambda of: tasks.add_task(of.desk, of.child_id, tasks.TaskDetails(what="Ring")),
    ),
    "tasks.change_task": (
        "write",
        lambda of: tasks.change_task(of.desk, NOBODY, tasks.TaskDetails(what="Ring")),
    ),
    "tasks.remove_task": ("write", lambda of: tasks.remove_task(of.desk, NOBODY, "Done before")),
    "tasks.finish": ("write", lambda of: tasks.finish(of.desk, NOBODY, "Rang.")),
    "chronology.add_entry": (
        "write",
        lambda of: chronology.add_entry(of.desk, of.child_id, chronology.EntryDetails()),
    ),
    "chronology.correct_entry": (
        "write",
        lambda of: chronology.correct_entry(
            of.desk, NOBODY, chronology.EntryDetails(), "Another day"
        ),
    ),
    "chronology.take_back": ("write", lambda of: chronology.take_back(of.desk, NOBODY, "Mistake")),
    "plan.note_progress": (
        "write",
        lambda of: plan.note_progress(of.desk, of.child_id, NOBODY, progress="done", note="Kept"),
    ),
    "plan.export_my_plan": (
        "disclose",
        lambda of: plan.export_my_plan(of.desk, of.child_id, Path("never.pdf"), recipient="Wren"),
    ),
    "questionnaires.hand_over": (
        "hear_child",
        lambda of: questionnaires.hand_over(of.desk, of.child_id, "my_life_now"),
    ),
    "questionnaires.give_back": (
        "hear_child",
        lambda of: questionnaires.give_back(of.desk, NOBODY, PASSPHRASE, finished=False),
    ),
    "questionnaires.harm_prompts": (
        "hear_child",
        lambda of: questionnaires.harm_prompts(of.desk, of.child_id),
    ),
    "questionnaires.act_on_prompt": (
        "hear_child",
        lambda of: questionnaires.act_on_prompt(of.desk, of.prompt_id, "Rang."),
    ),
    "questionnaires.quotable": (
        "hear_child",
        lambda of: questionnaires.quotable(of.desk, of.child_id),
    ),
    "reports.create_psr": (
        "write",
        lambda of: reports.create_psr(of.desk, of.child_id, of.record_id, NOBODY),
    ),
    "reports.make_anew": ("write", lambda of: reports.make_anew(of.desk, NOBODY)),
    "reports.make_final": ("write", lambda of: reports.make_final(of.desk, NOBODY, "Now")),
    "report_export.export": (
        "disclose",
        lambda of: report_export.export(
            of.desk, NOBODY, Path("never.pdf"), recipient="Court", reason=""
        ),
    ),
    "report_export.note_print": (
        "disclose",
        lambda of: report_export.note_print(of.desk, NOBODY, recipient="Court", reason=""),
    ),
    "report_writing.change_text": (
        "write",
        lambda of: report_writing.change_text(of.desk, NOBODY, "Other words."),
    ),
    "report_writing.add": ("write", lambda of: report_writing.add(of.desk, NOBODY, "psr.offence")),
    "report_writing.place_words": (
        "write",
        lambda of: report_writing.place_words(
            of.desk, NOBODY, "psr.child", of.record_id, "good_at"
        ),
    ),
    "report_writing.insert_fact": (
        "write",
        lambda of: report_writing.insert_fact(
            of.desk, NOBODY, report_writing.Fact("child", of.child_id, "school", "School", "A")
        ),
    ),
    "report_writing.take_up": ("write", lambda of: report_writing.take_up(of.desk, NOBODY)),
    "report_writing.move": ("write", lambda of: report_writing.move(of.desk, NOBODY, after=None)),
    "report_writing.remove": ("write", lambda of: report_writing.remove(of.desk, NOBODY, "Twice")),
    "report_parts.put_back": (
        "write",
        lambda of: report_parts.put_back(of.desk, NOBODY, "disproportionality"),
    ),
    "report_parts.write_out": ("write", lambda of: report_parts.write_out(of.desk, NOBODY)),
    "figures_counted.counted": (
        "keep_figures",
        lambda of: figures_counted.counted(of.desk),
    ),
    "service_figures.add": (
        "keep_figures",
        lambda of: service_figures.add(of.desk, service_figures.FigureDetails()),
    ),
    "service_figures.change": (
        "keep_figures",
        lambda of: service_figures.change(of.desk, NOBODY, service_figures.FigureDetails()),
    ),
    "service_figures.take_back": (
        "keep_figures",
        lambda of: service_figures.take_back(of.desk, NOBODY, "Counted twice"),
    ),
    "service_figures.put_back": (
        "keep_figures",
        lambda of: service_figures.put_back(of.desk, NOBODY),
    ),
    "report_writing.restore": ("write", lambda of: report_writing.restore(of.desk, NOBODY)),
    "plain_words.write": (
        "write",
        lambda of: plain_words.write(of.desk, NOBODY, "psr.child", "en", "You are good at art."),
    ),
    "plain_words.export_copy": (
        "disclose",
        lambda of: plain_words.export_copy(of.desk, NOBODY, Path("never.pdf"), recipient="Wren"),
    ),
    "report_signing.sign": (
        "write",
        lambda of: report_signing.sign(of.desk, NOBODY, opened(CERTIFICATE.file(""), "")),
    ),
    "trust.trust": ("manage_trust", lambda of: trust.trust(of.desk, Path("none.cer"))),
    "trust.stop_trusting": ("manage_trust", lambda of: trust.stop_trusting(of.desk, "none")),
    "proposals.change_order": (
        "write",
        lambda of: proposals.change_order(of.desk, NOBODY, Proposal("fine")),
    ),
    "proposals.add_requirement": (
        "write",
        lambda of: proposals.add_requirement(of.desk, NOBODY, "curfew"),
    ),
    "proposals.change_requirement": (
        "write",
        lambda of: proposals.change_requirement(of.desk, Requirement("curfew", id=NOBODY)),
    ),
    "proposals.remove_requirement": (
        "write",
        lambda of: proposals.remove_requirement(of.desk, NOBODY),
    ),
    "proposals.restore_requirement": (
        "write",
        lambda of: proposals.restore_requirement(of.desk, NOBODY),
    ),
    "proposals.write_into_report": (
        "write",
        lambda of: proposals.write_into_report(of.desk, NOBODY),
    ),
    "report_checking.ask": ("write", lambda of: report_checking.ask(of.desk, NOBODY)),
    "report_checking.comment": (
        "write",
        lambda of: report_checking.comment(of.desk, NOBODY, "Who said so?"),
    ),
    "report_checking.deal_with": (
        "write",
        lambda of: report_checking.deal_with(of.desk, NOBODY, "Said"),
    ),
    "report_checking.send_back": ("write", lambda of: report_checking.send_back(of.desk, NOBODY)),
    "report_checking.find_fit": ("write", lambda of: report_checking.find_fit(of.desk, NOBODY)),
    "report_checking.withdraw": (
        "write",
        lambda of: report_checking.withdraw(of.desk, NOBODY, "Wrong child"),
    ),
    "report_standing.export_copies": (
        "disclose",
        lambda of: report_standing.export_copies(
            of.desk, NOBODY, Path("never.pdf"), recipient="Court", reason=""
        ),
    ),
    "report_standing.print_copies": (
        "disclose",
        lambda of: report_standing.print_copies(of.desk, NOBODY, "The court"),
    ),
    "report_checking.supersede": (
        "write",
        lambda of: report_checking.supersede(of.desk, NOBODY, "A newer one"),
    ),
    "report_checking.note_read_back": (
        "write",
        lambda of: report_checking.note_read_back(
            of.desk, NOBODY, "psr.child", "child", answer="agree"
        ),
    ),
    "report_spelling.skip": ("write", lambda of: report_spelling.skip(of.desk, NOBODY, "wibblet")),
    "service_words.add": ("write", lambda of: service_words.add(of.desk, "wibblet", "en")),
    "service_words.take_away": (
        "manage_words",
        lambda of: service_words.take_away(of.desk, NOBODY),
    ),
    "casebook_keys.new_recovery_code": (
        "keep_keys",
        lambda of: casebook_keys.new_recovery_code(of.desk, "not the passphrase"),
    ),
    "casebook_keys.confirm_recovery_code": (
        "keep_keys",
        lambda of: casebook_keys.confirm_recovery_code(of.desk, "not the code"),
    ),
    "casebook_users.add_user": (
        "manage_users",
        lambda of: casebook_users.add_user(of.desk, "Sam Teal", "reader", "short"),
    ),
    "casebook_users.end_user": (
        "manage_users",
        lambda of: casebook_users.end_user(of.desk, NOBODY, "Left"),
    ),
}


@pytest.fixture
def case(desk: Desk, add_child: AddChild) -> Case:
    child = add_child()
    handover = questionnaires.hand_over(desk, child.id, "my_life_now")
    answers = {"good_at": "Fixing bikes.", "someone_hurts_me": "yes"}
    form_records.save_answers(
        desk,
        handover.record_id,
        [
            AnswerChange(path, {"value": value, "language": "en", "by": "child"})
            for path, value in answers.items()
        ],
        leaving=True,
    )
    (prompt,) = questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    desk.leave()
    return Case(desk, child.id, handover.record_id, prompt.id)


def as_role(of: Case, role: Role) -> Case:
    of.desk.actor = Actor(new_id(), "Perry Lind", role)
    return of


@pytest.mark.parametrize("role", ROLES)
def test_every_function_refuses_the_roles_that_may_not_call_it(case: Case, role: Role) -> None:
    as_role(case, role)
    entries = history.verify(case.desk).entries
    for name, (deed, call) in FUNCTIONS.items():
        if permission.allows(role, deed):
            continue
        with pytest.raises(NotAllowed) as refused:
            call(case)
        said = f"{refused.value.user_text} {refused.value.hint}"
        able = ("practitioner", "manager", "administrator")
        assert any(word in said for word in able), f"{name} does not say who can do it"
    assert history.verify(case.desk).entries == entries, "nothing is written by a refusal"


@pytest.mark.parametrize("role", ROLES)
def test_no_function_refuses_a_role_that_may_call_it(case: Case, role: Role) -> None:
    as_role(case, role)
    for name, (deed, call) in FUNCTIONS.items():
        if not permission.allows(role, deed):
            continue
        try:
            call(case)
        except NotAllowed:
            pytest.fail(f"{name} is refused to a {role}")
        except KnownError:
            # It was asked about what isn't there; that is another matter.
            pass


# Each view that tells of answers, as one text of all that it tells.
VIEWS: dict[str, Callable[[Case], Any]] = {
    "glance": lambda of: glance.glance(of.desk, of.child_id),
    "history": lambda of: history.changes(of.desk, of.child_id, limit=500),
    "history of the form": lambda of: history.changes(of.desk, of.child_id, record_id=of.record_id),
    "search for an answer": lambda of: search.find(of.desk, "bikes"),
    "forms": lambda of: form_records.list_forms(of.desk, of.child_id),
    "due for the child": lambda of: due.of_child(of.desk, of.child_id),
    "due for all": lambda of: due.of_all(of.desk),
    "caseload": lambda of: caseload.rows(of.desk),
    "waiting": lambda of: waiting.read(of.desk),
    "timeline": lambda of: timeline.timeline(of.desk, of.child_id),
    "plan": lambda of: plan.plan_of(of.desk, of.child_id),
    "tasks": lambda of: tasks.list_tasks(of.desk, of.child_id),
    "reports to check": lambda of: report_checking.to_check(of.desk),
    "signatures of a report": lambda of: report_signing.list_signatures(of.desk, NOBODY),
    "whom the service trusts": lambda of: trust.list_trusted(of.desk),
}
SHOWS = ("glance", "history", "history of the form", "search for an answer", "waiting")
TELLS_OF_HARM = ("glance", "history", "due for the child", "due for all", "caseload")


@pytest.mark.parametrize("role", ROLES)
def test_no_view_tells_what_a_child_answered_but_to_those_the_child_was_told_of(
    case: Case, role: Role
) -> None:
    as_role(case, role)
    hears = permission.allows(role, "hear_child")
    for name, view in VIEWS.items():
        told = repr(view(case))
        assert ("bikes" in told or "“Yes”" in told or "'Yes'" in told) is (
            hears and name in SHOWS
        ), name
        harm = "sign of harm" in told.lower() or "what the child said" in told
        assert harm is (hears and name in TELLS_OF_HARM), name


@pytest.mark.parametrize("role", ROLES)
def test_the_number_is_that_of_what_the_page_shows(case: Case, role: Role) -> None:
    as_role(case, role)
    shown = waiting.read(case.desk)
    assert caseload.counts(case.desk).waiting_for_me == shown.number
    assert shown.number == (1 if permission.allows(role, "hear_child") else 0)


def test_an_answer_that_only_the_worker_may_read_is_kept_from_a_manager(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = case.desk.forms.form("my_life_now")
    monkeypatch.setitem(
        form._by_name,
        "good_at",
        form.question("good_at").model_copy(update={"readers": frozenset({"worker"})}),
    )
    worker = form_records.open_form(as_role(case, "practitioner").desk, case.record_id)
    assert "good_at" in worker.document and not worker.kept_back
    manager = form_records.open_form(as_role(case, "manager").desk, case.record_id)
    assert "good_at" not in manager.document and manager.kept_back
    assert "someone_hurts_me" in manager.document
    assert search.find(case.desk, "bikes") == ()


# Who does what with a direction that the manager Rowan Okell gave on Ash Rivers's assessment.
WITH_A_DIRECTION: dict[tuple[str, Role], tuple[bool, bool]] = {
    # (who, as what): may change it and take it out, may say that it is done
    ("Ash Rivers", "practitioner"): (False, True),
    ("Jo Penn", "practitioner"): (False, True),
    ("Rowan Okell", "manager"): (True, True),
    ("Sam Teal", "manager"): (True, True),
    ("Kit Sorrel", "administrator"): (False, True),
    ("Perry Lind", "reader"): (False, False),
}


@pytest.mark.parametrize(("who", "role"), WITH_A_DIRECTION)
def test_a_managers_direction_is_reworded_by_managers_and_done_by_whoever_writes(
    desk: Desk, child: ChildView, who: str, role: Role
) -> None:
    may_change, may_finish = WITH_A_DIRECTION[who, role]
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        oversight.write_direction(manager, item.id, "family", "Say what Nan thinks.")
        oversight.return_with_directions(manager, item.id)
    (task,) = tasks.list_tasks(desk, child.id)
    own = tasks.add_task(desk, child.id, replace(task.details, what="Ring the school"))
    with acting(desk, who, role) as acts:
        seen = {one.id: one.may_change for one in tasks.list_tasks(acts, child.id)}
        assert seen[task.id] is may_change
        softer = replace(task.details, what="Say what you think.")
        deeds = (
            lambda: tasks.change_task(acts, task.id, softer),
            lambda: tasks.remove_task(acts, task.id, "Not needed"),
        )
        if may_change:
            assert tasks.change_task(acts, task.id, softer).title == softer.what
        else:
            for deed in deeds:
                with pytest.raises(NotAllowed):
                    deed()
        if permission.allows(role, "write"):
            assert tasks.change_task(acts, own.id, own.details).may_change, "that of a colleague"
        if may_finish:
            assert tasks.finish(acts, task.id, "Rang Nan.").state == "done"
        else:
            with pytest.raises(NotAllowed):
                tasks.finish(acts, task.id, "Rang Nan.")
    wanted = softer.what if may_change else "Say what Nan thinks."
    assert {one.title for one in tasks.list_tasks(desk, child.id)} == {wanted, "Ring the school"}
