"""Reports about invented children, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.forms.schema import SaidBy
from app.forms.sentences import Sentence
from app.reports.material import (
    AssessmentFacts,
    Author,
    ChildFacts,
    ContactFacts,
    CourtFacts,
    ExistingFacts,
    HeardFacts,
    HearingFacts,
    LevelFacts,
    LevelsOn,
    MissingSource,
    OffenceFacts,
    OrderFacts,
    OutcomeFacts,
    PsrMaterial,
    SignOff,
    Source,
    TargetFacts,
)


def _said(
    section: str,
    path: str,
    text: str,
    *,
    order: int,
    quote: bool = False,
    said_by: SaidBy = "practitioner",
    topic: str = "",
    strength: bool = False,
    answer_language: str = "en",
) -> Sentence:
    return Sentence(
        path=path,
        text=text,
        quote=quote,
        said_by=said_by,
        order=order,
        section=section,
        topic=topic,
        strength=strength,
        answer_language=answer_language,
    )


def psr_material() -> PsrMaterial:
    """Everything that a report about Tal Fenwick, who does not exist, is made from."""
    return PsrMaterial(
        reference="WM-2026-0417",
        service_name="Fictional Youth Justice Service",
        made_on=date(2026, 11, 23),
        child=ChildFacts(
            name="Tal Fenwick",
            preferred_name="Tal",
            date_of_birth=date(2011, 7, 14),
            address="4 Invented Lane, Fictonbury",
            police_number="26/0000417X",
            languages="English, Cymraeg",
            how_to_speak=(
                "Tal takes in one thing at a time. Short sentences, a pause after each, and a "
                "drawing where a word is new. Asking Tal to say it back works better than asking "
                "whether it was understood."
            ),
        ),
        court=CourtFacts(
            court="Fictional Youth Court",
            hearing_on=date(2026, 11, 24),
            hearing_time="10:00",
            asked_on=date(2026, 11, 3),
            asked_for="A report with a referral order in mind",
            remand_status="Unconditional bail, kept to",
        ),
        author=Author("Ash Rivers", "Practitioner", "North team"),
        assessment=AssessmentFacts(
            finished_on=date(2026, 11, 19),
            finished_by="Ash Rivers",
            countersigned_on=date(2026, 11, 20),
            countersigned_by="Sam Marsh",
        ),
        offences=(
            OffenceFacts(
                "Theft of a pedal cycle",
                date(2026, 9, 3),
                plea="Guilty",
                convicted_on=date(2026, 11, 3),
            ),
            OffenceFacts(
                "Criminal damage to a bus shelter",
                date(2026, 9, 3),
                plea="Guilty",
                convicted_on=date(2026, 11, 3),
            ),
        ),
        hearings=(
            HearingFacts(
                date(2026, 10, 6), "Fictional Youth Court", "First hearing", "Adjourned for advice"
            ),
            HearingFacts(
                date(2026, 11, 3),
                "Fictional Youth Court",
                "Plea",
                "Guilty pleas, put off for this report",
            ),
        ),
        earlier_outcomes=(
            OutcomeFacts(
                date(2025, 3, 11),
                "Community resolution",
                "Damage to a fence",
                "Police",
                "Finished, and wrote to say sorry",
            ),
        ),
        sources=(
            Source("Interview with Tal at school", date(2026, 11, 14)),
            Source("Interview with Tal at home", date(2026, 11, 18)),
            Source("Home visit to Tal’s mother", date(2026, 11, 18)),
            Source("Prosecution papers", date(2026, 11, 10)),
        ),
        missing_sources=(
            MissingSource(
                "Children’s social care",
                "asked on 10 November, no reply by the date of this report",
            ),
        ),
        levels=(
            LevelFacts(
                "reoffending",
                "medium",
                "Tal has been dealt with once before and the older boys still come by. School is "
                "going well and Tal’s grandmother is there each afternoon.",
            ),
            LevelFacts(
                "serious_harm",
                "low",
                "Nothing in what Tal has done, or is said to have done, hurt anybody.",
            ),
            LevelFacts(
                "safety_wellbeing",
                "high",
                "Tal was told there would be trouble for a cousin. Tal does not yet feel able to "
                "say who by. The plan names who Tal rings and what happens then.",
            ),
        ),
        said=(
            _said(
                "psr.sources",
                "met_with_child",
                "Ash Rivers met Tal twice, once at school and once at home.",
                order=10,
                topic="Meetings",
            ),
            _said(
                "psr.sources",
                "home_visit",
                "A home visit took place and Tal’s mother was present.",
                order=20,
                topic="Meetings",
            ),
            _said(
                "psr.offence",
                "what_happened",
                "Tal took a bicycle from outside the library with two older boys, and rode it to "
                "the bus station. One of them then broke the glass of a shelter; Tal kicked the "
                "frame after him.",
                order=10,
                topic="What happened",
            ),
            _said(
                "psr.offence",
                "why_child",
                "Tal told me that one of them had said there would be “trouble for Kit if I "
                "bottled it”.",
                quote=True,
                said_by="child",
                order=20,
                topic="What happened",
            ),
            _said(
                "psr.offence",
                "part_played",
                "Tal’s part was to keep watch. Tal accepts this and did not share in what was "
                "sold. The bicycle was not planned for: Tal says nobody had talked about one.",
                order=30,
                topic="Tal’s part",
            ),
            _said(
                "psr.offence",
                "sees_it_now",
                "I keep thinking about whoever had to walk home. I did not think about them then "
                "because I was only thinking about Kit. I would give it back if I could, and I "
                "would not go there again with those two.",
                quote=True,
                said_by="child",
                order=40,
                topic="Tal’s part",
            ),
            _said(
                "psr.child",
                "strength_boxing",
                "Tal has been to boxing every Tuesday for a year and helps the younger ones there.",
                order=10,
                topic="Time and friends",
                strength=True,
            ),
            _said(
                "psr.child",
                "strength_gran",
                "Tal’s grandmother is at home each afternoon and Tal talks to her.",
                order=20,
                topic="Home and family",
                strength=True,
            ),
            _said(
                "psr.child",
                "home_with",
                "Tal lives with a mother, a grandmother and a younger sister. The tenancy is "
                "settled and the family means to stay.",
                order=30,
                topic="Home and family",
            ),
            _said(
                "psr.child",
                "mum_says",
                "Tal’s mother says: “He is a different boy since September. He sleeps again.”",
                quote=True,
                said_by="parent",
                order=31,
                topic="Home and family",
            ),
            _said(
                "psr.child",
                "school",
                "Tal goes to school on four days out of five. An assessment of additional "
                "learning needs was asked for in October and has not been made.",
                order=40,
                topic="Learning",
            ),
            _said(
                "psr.child",
                "health",
                "Tal sleeps badly and has not spoken to anybody about it. A nurse will see Tal on "
                "27 November.",
                order=50,
                topic="Health",
            ),
            _said(
                "psr.child",
                "in_welsh",
                "“Dw i’n teimlo’n well pan dw i gyda Nain yn tŷ ni, wir i chi, ŵyn a phopeth.”",
                quote=True,
                said_by="child",
                order=51,
                topic="Health",
                answer_language="cy",
            ),
            _said(
                "psr.risk",
                "who",
                "If Tal meets the two older boys again before the plan has begun, taking "
                "something that is not locked is likely. Nobody is likely to be hurt by it.",
                order=10,
            ),
            _said(
                "psr.risk",
                "less_likely",
                "Being met after school by an uncle, and a number to ring when Kit is named, "
                "would make it less likely.",
                order=20,
            ),
            _said(
                "psr.conclusion",
                "proposal",
                "I propose a referral order of six months. The panel would be asked to agree with "
                "Tal on mending bicycles for the library’s lending scheme, on boxing continuing, "
                "and on a weekly meeting with Ash Rivers.",
                order=10,
            ),
            _said(
                "psr.conclusion",
                "compliance",
                "Tal has said yes to each of these and can get to all of them on foot.",
                order=20,
            ),
        ),
        sign_off=SignOff(
            signed_on=date(2026, 11, 23),
            checked_by="Sam Marsh",
            checked_on=date(2026, 11, 23),
            read_with_child_on=date(2026, 11, 22),
            heard=(
                HeardFacts("child", "Offence analysis", "agree"),
                HeardFacts(
                    "child",
                    "Assessment of the child",
                    "disagree",
                    "That is right. You forgot the boxing cup but it is OK.",
                    "en",
                ),
            ),
        ),
    )


def material_of_every_kind(language: str = "en") -> PsrMaterial:
    """The same, with what reports on an order and on another report are made from besides."""
    return replace(
        psr_material(),
        language=language,
        status="final",
        pending="The hearing was brought forward to this morning.",
        order=OrderFacts(
            "Youth rehabilitation order",
            date(2026, 3, 4),
            date(2027, 3, 3),
            "Fictional Youth Court",
            ("Supervision", "Activity"),
        ),
        contacts=(
            ContactFacts(date(2026, 4, 1), "Office visit", "Attended", missed=False),
            ContactFacts(date(2026, 4, 8), "Office visit", "Did not come", missed=True, why="Ill"),
        ),
        plan=(TargetFacts("Be met after school", "Under way", date(2026, 12, 1)),),
        levels_over_time=(
            LevelsOn(date(2025, 3, 4), "very_high", "low", None),
            LevelsOn(date(2026, 3, 10), "high", "low", "medium"),
            LevelsOn(date(2026, 11, 19), "medium", "low", "high"),
        ),
        existing=ExistingFacts(
            "Pre-sentence report",
            "WM-2026-0398",
            date(2026, 8, 20),
            against=("Nobody but its author has checked it.",),
            changes=("Offence: 3 September 2026",),
        ),
    )
