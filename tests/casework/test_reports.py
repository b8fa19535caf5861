"""A pre-sentence report from a locked assessment and the records, to a file that a court gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from app.casework import (
    assessments,
    children,
    court,
    demo,
    form_records,
    history,
    oversight,
    people,
    psr_material,
    questionnaires,
    report_checking,
    report_choices,
    report_export,
    report_validators,
    report_views,
    reports,
)
from app.casework.desk import Actor, Desk
from app.casework.disclosure import FileIsThere
from app.casework.problems import RecordGone
from app.casework.report_views import ReportView
from app.casework.reports import RecordChanged, ReportIsFinal
from app.core.errors import KnownError
from app.core.ids import new_id
from app.reports.pdf import render
from app.reports.psr import psr
from tests.casework.conftest import AddChild, Office
from tests.made_once import PASSPHRASE


def words(pdf: bytes) -> str:
    """The text of the pages, spaces made single."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            pages.append(text.get_text_bounded())
            text.close()
            page.close()
        return re.sub(r"\s+", " ", " ".join(pages))
    finally:
        document.close()


@dataclass
class Case:
    """A child whose assessment is locked and whose hearing is near."""

    child_id: str
    assessment_id: str
    hearing_id: str


def case(desk: Desk, add_child: AddChild, **differs: object) -> Case:
    child = add_child()
    people.add_victim(desk, child.id, people.VictimDetails(name="Zebedee Unseen", kind="adult"))
    people.add_address(
        desk, child.id, people.AddressDetails(lines="1 Nowhere Street", kind="with_parents")
    )
    offence = court.add_offence(
        desk,
        child.id,
        court.OffenceDetails(
            description="Theft of a pedal cycle", offence_date=date(2026, 9, 3), plea="guilty"
        ),
    )
    hearing = court.add_hearing(
        desk,
        child.id,
        court.HearingDetails(
            hearing_date=date(2026, 11, 25),
            court="fernbridge_youth",
            hearing_type="sentence",
            offence_ids=(offence.id,),
            report_requested=True,
        ),
    )
    opened = form_records.start(desk, child.id, "assessment")
    demo.fill_in(
        desk,
        opened.record_id,
        {**demo.answers_of({"like": "assessment"}), **differs},
        by=desk.actor.id,
    )
    assessments.submit(desk, opened.record_id)
    return Case(child.id, opened.record_id, hearing.id)


def made(desk: Desk, of: Case) -> ReportView:
    return reports.create_psr(desk, of.child_id, of.assessment_id, of.hearing_id)


def test_an_assessment_that_the_child_heard_is_no_report_that_the_child_heard(
    desk: Desk, add_child: AddChild
) -> None:
    report = made(desk, case(desk, add_child, read_back="agrees"))
    text = words(reports.preview(desk, report.id))
    assert "I read the assessment through with" in text
    assert "Not yet read with" in text[text.index("Nobody has checked this report") :]


@pytest.mark.parametrize(
    ("language", "own", "named"),
    [
        ("en", "I talked with Tal twice", "Ash Rivers talked with Tal twice"),
        (
            "cy",
            "Cefais sgwrs â’r plentyn ddwywaith",
            "Cafodd Ash Rivers sgwrs â’r plentyn ddwywaith",
        ),
    ],
)
def test_a_report_says_who_talked_with_the_child_where_it_was_not_its_author(
    staffed: Office, language: str, own: str, named: str
) -> None:
    worker = staffed.as_user("Ash Rivers")
    child_id = children.add_child(
        worker, children.ChildDetails(given_name="Talwyn", preferred_name="Tal")
    ).id
    opened = form_records.start(worker, child_id, "assessment")
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(worker, opened.record_id, answers, by=worker.actor.id)
    assessments.submit(worker, opened.record_id)
    texts = {}
    for who in ("Ash Rivers", "Rowan Okell"):
        desk = staffed.as_user(who)
        with desk.casebook.read() as session:
            material = psr_material.gather(
                desk,
                session,
                child_id=child_id,
                assessment_id=opened.record_id,
                hearing_id=None,
                reference_number="PSR-1",
                status="draft",
                language=language,
                made_on=desk.clock.today(),
            )
        texts[who] = " ".join(sentence.text for sentence in material.said)
        levels = words(render(psr(material)))
        theirs = {"en": "the judgement of Ash Rivers", "cy": "Barn Ash Rivers"}[language]
        assert (theirs in levels) == (who != "Ash Rivers")
    assert own in texts["Ash Rivers"] and "Ash Rivers" not in texts["Ash Rivers"]
    assert named in texts["Rowan Okell"] and own not in texts["Rowan Okell"]
    assert not re.search(r"\bI (?:talked|visited|read|offered)\b", texts["Rowan Okell"])


def test_nothing_can_be_made_from_a_draft(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    opened = form_records.start(desk, child.id, "assessment")
    assert "Submit an assessment first" in report_choices.psr_choices(desk, child.id).why_not
    with pytest.raises(KnownError):
        reports.create_psr(desk, child.id, opened.record_id, opened.record_id)
    assert report_views.list_reports(desk, child.id) == ()


def test_every_heading_holds_sentences_and_no_code_name(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    text = words(reports.preview(desk, made(desk, of).id))
    for heading in (
        "Sources of information",
        "Offence analysis",
        "Assessment of the child",
        "Assessment of risk to the community",
        "Conclusion and proposal",
        "Sign-off",
    ):
        assert heading in text
    assert "Theft of a pedal cycle" in text and "Fernbridge Youth Court" in text
    assert "“I knew it was wrong. I was scared there would be trouble for Kit.”" in text
    assert "None" not in text
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", text)
    assert "{" not in text and "${" not in text


def test_no_victim_is_ever_in_it(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    assert "Zebedee" not in words(reports.preview(desk, made(desk, of).id))


def test_an_address_to_be_kept_private_is_left_out(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    assert "1 Nowhere Street" in words(reports.preview(desk, made(desk, of).id))
    (address,) = people.list_addresses(desk, of.child_id)
    people.change_address(
        desk,
        address.id,
        people.AddressDetails(lines="1 Nowhere Street", kind="with_parents", keep_private=True),
    )
    assert "Nowhere Street" not in words(reports.preview(desk, made(desk, of).id))


def test_another_answer_is_another_page(desk: Desk, add_child: AddChild) -> None:
    one = made(desk, case(desk, add_child))
    other = made(desk, case(desk, add_child, offence_why="Cold and wanting to be home."))
    assert one.content_hash != other.content_hash
    text = words(reports.preview(desk, other.id))
    assert "Cold and wanting to be home." in text
    assert other.content_hash in text.replace(" ", "")


def test_the_childs_words_need_the_childs_yes(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    handover = questionnaires.hand_over(desk, of.child_id, "my_life_now")
    demo.fill_in(
        desk,
        handover.record_id,
        {"good_at": "Juggling lanterns.", "what_happened": "I think of him a lot."},
        by="child",
        quote=frozenset({"good_at"}),
    )
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    text = words(reports.preview(desk, made(desk, of).id))
    assert "“Juggling lanterns.”" in text
    assert "I think of him" not in text


def test_a_draft_says_so_until_it_is_final(desk: Desk, add_child: AddChild) -> None:
    report = made(desk, case(desk, add_child))
    draft = reports.preview(desk, report.id)
    assert "DRAFT" in words(draft)
    with pytest.raises(KnownError, match="Nobody else has checked"):
        reports.make_final(desk, report.id, " ")
    final = reports.make_final(desk, report.id, "The hearing is this morning.")
    assert final.state == "final" and not final.editable
    sealed = reports.preview(desk, report.id)
    assert "DRAFT" not in words(sealed)
    with pytest.raises(ReportIsFinal):
        reports.make_final(desk, report.id, "again")
    with pytest.raises(ReportIsFinal):
        reports.make_anew(desk, report.id)
    assert reports.preview(desk, report.id) == sealed


def test_a_record_that_changed_since_is_noticed_before_it_is_final(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    (offence,) = court.list_offences(desk, of.child_id)
    court.change_offence(
        desk,
        offence.id,
        court.OffenceDetails(
            description="Theft of two pedal cycles", offence_date=date(2026, 9, 3), plea="guilty"
        ),
    )
    with pytest.raises(RecordChanged):
        reports.make_final(desk, report.id, "Ready.")
    again = report_views.open_report(desk, report.id)
    assert again.state == "draft" and again.content_hash != report.content_hash
    assert "two pedal cycles" in words(reports.preview(desk, report.id))
    assert reports.make_final(desk, report.id, "Read once more.").state == "final"


def test_countersigned_work_needs_no_reason_and_names_who_checked(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    desk.actor = Actor(new_id(), "Robin Okell", "manager")
    oversight.countersign(desk, oversight.queue(desk)[0].id, "Agreed.")
    report = made(desk, of)
    report_checking.ask(desk, report.id)
    desk.actor = Actor(new_id(), "Wren Abbott", "practitioner")
    report_checking.find_fit(desk, report.id)
    reports.preview(desk, report.id)
    assert reports.make_final(desk, report.id, "").state == "final"


def test_an_export_is_whole_or_not_there_and_is_disclosed_by_name(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    assert report_export.file_name(report) == f"{report.reference}-draft.pdf"
    assert "Tal" not in report_export.file_name(report)
    file = tmp_path / report_export.file_name(report)
    with pytest.raises(KnownError, match="who gets"):
        report_export.export(desk, report.id, file, recipient=" ", reason="")
    done = report_export.export(
        desk, report.id, file, recipient="Fernbridge court", reason="Hearing"
    )
    assert file.read_bytes() == reports.preview(desk, report.id)
    assert done.size == file.stat().st_size
    with pytest.raises(FileIsThere):
        report_export.export(desk, report.id, file, recipient="Fernbridge court", reason="")
    report_export.export(
        desk, report.id, file, recipient="The solicitor", reason="", overwrite=True
    )
    told = [
        entry for entry in history.changes(desk, of.child_id).entries if entry.kind == "disclosure"
    ]
    assert len(told) == 2
    assert any("Fernbridge court" in entry.what for entry in told)


def test_a_place_that_cannot_be_written_leaves_no_file_and_no_entry(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    with pytest.raises(KnownError):
        report_export.export(
            desk, report.id, tmp_path / "no folder" / "x.pdf", recipient="Court", reason=""
        )
    assert list(tmp_path.glob("**/*.pdf*")) == []
    kinds = [entry.kind for entry in history.changes(desk, of.child_id).entries]
    assert "disclosure" not in kinds


def test_an_assessment_that_was_moved_to_another_child_is_in_no_report_on_the_first(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    draft = made(desk, of)
    other = add_child(given_name="Wren", family_name="Hollis")
    children.move_record(desk, "form_record", of.assessment_id, other.id, "It is about Wren.")
    for make in (
        lambda: made(desk, of),
        lambda: reports.make_anew(desk, draft.id),
        lambda: reports.make_final(desk, draft.id, "The hearing is tomorrow."),
    ):
        with pytest.raises(RecordGone):
            make()


def test_the_address_is_that_of_the_day_of_the_report(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    (home,) = people.list_addresses(desk, of.child_id)
    people.change_address(
        desk, home.id, people.AddressDetails(lines="1 Nowhere Street", to_date=date(2026, 12, 1))
    )
    people.add_address(
        desk,
        of.child_id,
        people.AddressDetails(lines="2 Elsewhere Road", from_date=date(2026, 12, 2)),
    )
    text = words(reports.preview(desk, made(desk, of).id))
    assert "1 Nowhere Street" in text
    assert "2 Elsewhere Road" not in text


def test_no_file_stays_that_the_log_does_not_tell_of(
    desk: Desk, add_child: AddChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = made(desk, case(desk, add_child))
    file = tmp_path / "report.pdf"
    casebook = desk.casebook

    class FailsAtTheEnd:
        """The casebook on a disk that is full when the entry is to be kept."""

        read = casebook.read

        @contextmanager
        def write(self, reason: str | None = None) -> Iterator[object]:
            with casebook.write(reason) as work:
                yield work
                raise KnownError("The disk is full.")

    def export() -> None:
        report_export.export(
            desk, report.id, file, recipient="The court", reason="", overwrite=True
        )

    for before in (None, b"an older report"):
        if before is not None:
            file.write_bytes(before)
        with monkeypatch.context() as broken, pytest.raises(KnownError, match="full"):
            broken.setattr(desk, "casebook", FailsAtTheEnd())
            export()
        assert (file.read_bytes() if file.exists() else None) == before
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.pdf"]

    def refused(_draft: Path, _file: Path) -> None:
        raise PermissionError("the file is open in another program")

    with monkeypatch.context() as broken, pytest.raises(KnownError, match="as it was"):
        broken.setattr(Path, "replace", refused)
        export()
    assert file.read_bytes() == b"an older report"
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.pdf"]


def test_the_levels_of_earlier_assessments_are_shown_up_to_the_one_it_rests_on(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    first = made(desk, of)
    assert "one assessment after another" not in words(reports.preview(desk, first.id))
    opened = form_records.start(desk, of.child_id, "assessment")
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(desk, opened.record_id, answers, by=desk.actor.id)
    assert "one assessment after another" not in words(
        reports.preview(desk, reports.make_anew(desk, first.id).id)
    )
    assessments.submit(desk, opened.record_id)
    second = reports.create_psr(desk, of.child_id, opened.record_id, of.hearing_id)
    assert "one assessment after another" in words(reports.preview(desk, second.id))


def test_a_draft_can_be_looked_at_while_its_assessment_is_with_its_author_again(
    desk: Desk, add_child: AddChild
) -> None:
    report = made(desk, case(desk, add_child))
    pages = reports.preview(desk, report.id)
    author = desk.actor
    desk.actor = Actor(new_id(), "Robin Okell", "manager")
    oversight.return_with_directions(desk, oversight.queue(desk)[0].id, "Ask Nan.")
    desk.actor = author
    assert reports.preview(desk, report.id) == pages
    found = report_validators.findings(desk, report.id)
    assert any("not the one that counts any more" in one.text for one in found)


def test_a_draft_can_be_looked_at_when_its_hearing_was_taken_out(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    pages = reports.preview(desk, report.id)
    court.remove_hearing(desk, of.hearing_id, "Entered twice")
    assert reports.preview(desk, report.id) == pages
    with pytest.raises(RecordGone):
        reports.make_anew(desk, report.id)
