"""Spelling with the dictionaries that ship with the program, in English and in Welsh."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from datetime import date
from threading import Thread

import pytest

from app.casework import children, court, people, service_words, spared_words
from app.casework.children import ChildDetails, ChildView
from app.casework.desk import Desk, NotAllowed
from app.casework.problems import RecordGone
from app.casework.spelling import LONGEST_CHECKED, Spared, misspelt, names_in, suggestions
from app.core import turns
from app.core.paths import resource_path
from app.models.records import ServiceWord
from tests.casework.conftest import Office

FENWICK = Spared(
    names=dict(names_in("Tal Fenwick", "Ysgol Nant-y-coed", "Pontypridd", "O’Briain", "Okell"))
)


def wrong(text: str, language: str = "en", **more: object) -> list[str]:
    found = misspelt(text, language, **more)  # type: ignore[arg-type]
    for one in found:
        assert text[one.start : one.end] == one.word
    return [one.word for one in found]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "He was refered to us, and recieved help.", ["refered", "recieved"]),
        ("en", "Definately the neighbour’s behaviour was organised.", ["Definately"]),
        ("en", "Don’t, don't, isn’t; the magistrates’ court, the carers' views.", []),
        ("en", "A well-being re-offending co-ordinated pre-sentence report.", []),
        ("en", "It was a re-ofending and self-harmm matter.", ["ofending", "harmm"]),
        ("en", "Desistance, wellbeing, vaping and neurodiversity are ordinary words.", []),
        ("en", "The color of the center.", ["color", "center"]),
        ("cy", "Mae’r plentyn yn byw gyda’i fam yng Nghaerdydd.", []),
        ("cy", "Digwyddodd, ni ddigwyddodd; plant, blant, phlant, mhlant.", []),
        ("cy", "Roedd ŵyr yn y tŷ; dŵr, gŵr, ŷd, Ŵyr.", []),
        ("cy", "Gellir ei gefnogi rhag ei gamfanteisio’n rhywiol.", []),
        ("cy", "Fy ngeiriau’r tro hwn: â’r, i’w, sy’n, f’ysgol, ’nabod.", []),
        ("cy", "Mae ymddygyad y plentin yn well.", ["ymddygyad", "plentin"]),
    ],
)
def test_what_is_wrong_is_found_and_what_is_right_is_not(
    language: str, text: str, found: list[str]
) -> None:
    assert wrong(text, language) == found
    # A laptop may type letters and their marks one after the other.
    apart = unicodedata.normalize("NFD", text)
    assert [unicodedata.normalize("NFC", one) for one in wrong(apart, language)] == found


def test_numbers_addresses_and_capitals_are_not_judged() -> None:
    assert not wrong(
        "On 3rd May, B12x, CF10 3NP, xqz@rivermouth.example.uk, www.xqzt.uk, "
        "https://xqzt.org/abcq, @xqzt #xqzt, CAMHS and YJSs, McXqzt, xqzt.docx, a b c, naïve café."
    )


def test_names_on_the_record_are_spared_with_a_capital_alone() -> None:
    assert not wrong("Tal Okell’s school, Nant-y-coed; O'Briain’s.", spared=FENWICK)
    assert wrong("I met okell there.", spared=FENWICK) == ["okell"]
    assert wrong("I met Okell there.") == ["Okell"]
    assert not wrong("Mae’n byw ym Mhontypridd, i Bontypridd, a Phontypridd.", "cy", spared=FENWICK)


def test_a_name_that_was_nearly_written_is_offered_first() -> None:
    assert suggestions("Fennwick", "en", FENWICK)[0] == "Fenwick"
    assert suggestions("fenwick", "en", FENWICK)[0] == "Fenwick"


def test_other_spellings_are_offered() -> None:
    assert "referred" in suggestions("refered", "en")
    assert "Definitely" in suggestions("Definately", "en")
    assert suggestions("dont", "en")[0] == "don’t"
    assert suggestions("ymddygyad", "cy")[0] == "ymddygiad"
    assert suggestions("dwr", "cy")[0] == "dŵr"
    assert not suggestions("x" * 40, "en")


def test_what_somebody_said_is_left_as_it_was_said() -> None:
    assert not wrong("He said “I dunno wot to doo” there.")
    assert not wrong("Tal says: I never dun it. So it was.", said=["I never dun it."])
    assert wrong("Tal says: I never dun itt. So it was.", said=["I never dun it."]) != []


def test_words_of_the_other_language_are_checked_in_that() -> None:
    english = "The owner could not get to wrok for four days."
    assert [(one.word, one.language) for one in misspelt(f"Mae Tal yno. {english}", "cy")] == [
        ("wrok", "en")
    ]
    welsh = "Mae’r plentyn yn byw gyda’i fam ac yn mynychu’r ysgoll."
    assert [(one.word, one.language) for one in misspelt(f"Tal is here. {welsh}", "en")] == [
        ("ysgoll", "cy")
    ]
    # An answer that was written in English, told in a Welsh sentence.
    mixed = "Yr hyn sy’n helpu Tal yw regular boxing at the club with his brotther, bob wythnos."
    assert [(one.word, one.language) for one in misspelt(mixed, "cy")] == [("brotther", "en")]
    assert wrong("Mae Tal yn hoffi boxing.", "cy") == ["boxing"]


def test_skipped_and_added_words_stand() -> None:
    assert not wrong("The wibblet stood.", skipped={"wibblet"})
    added = Spared(words={"en": frozenset({"wibblet"})})
    assert not wrong("Wibblet’s and wibblet.", spared=added)
    assert wrong("Mae wibblet yno.", "cy", spared=added) == ["wibblet"]


def test_a_text_beyond_any_report_or_in_another_language_is_not_read() -> None:
    assert not wrong("xqzt " * LONGEST_CHECKED)
    assert not wrong("Dziecko mieszka z matką.", "pl")
    assert not wrong("")
    assert wrong("xqzt " * 1000) == ["xqzt"] * 1000


def test_the_record_says_which_names_stand(desk: Desk, child: ChildView) -> None:
    people.add_carer(desk, child.id, people.CarerDetails(name="Maredudd Vinney"))
    court.add_hearing(
        desk,
        child.id,
        court.HearingDetails(hearing_date=desk.clock.today(), court="Ockwell Youth Court"),
    )
    details = ChildDetails(
        given_name="Wren", family_name="Tazzyman", date_of_birth=date(2011, 2, 3)
    )
    other = children.add_child(desk, details)
    text = f"{child.name}, Maredudd Vinney at Ockwell, and {desk.actor.name}."
    assert not wrong(text, spared=spared_words.spared(desk, child.id))
    assert wrong("Tazzyman", spared=spared_words.spared(desk, child.id)) == ["Tazzyman"]
    assert not wrong("Tazzyman", spared=spared_words.spared(desk, other.id))
    assert wrong("Maredudd Vinney") == ["Maredudd", "Vinney"]


def test_dictionaries_ship_as_their_makers_give_them_with_source_and_licence() -> None:
    folder = resource_path("dictionaries")
    notice = (folder / "NOTICE.txt").read_text("utf-8")
    for file in folder.iterdir():
        assert file.name == "NOTICE.txt" or file.name in notice, f"{file.name} has no notice"
    as_given = {
        "en_GB.aff": "d9de51fae3020ddea29285e0e2ec59efd123e799798044d75c26367c5874f96c",
        "en_GB.dic": "3debccf0d99c9a4112824eac0cd43a0693b3aea125850d8b539f771e6c060d89",
        "cy_GB.aff": "757c350b84889c4d0711c93760509fe532863079262695c069550f9a9c1c5222",
        "cy_GB.dic": "ef8f01db311cf17c617377d22b11f6752b01c65f5457820cc04d877bba6b92ff",
    }
    for name, digest in as_given.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_a_word_of_the_service_stands_until_a_manager_takes_it_away(staffed: Office) -> None:
    author = staffed.as_user("Ash Rivers")
    service_words.add(author, "Wibblet’s", "en")
    service_words.add(author, "wibblet's", "en")
    (word,) = service_words.listed(author)
    assert (word.word, word.language, word.added_by) == ("Wibblet's", "en", "Ash Rivers")
    assert not wrong("The wibblet’s there.", spared=spared_words.spared(author))
    assert wrong("Mae wibblet’s yno.", "cy", spared=spared_words.spared(author)) != []
    assert suggestions("wiblet's", "en", spared_words.spared(author))[0] == "wibblet's"
    assert not service_words.may_manage(author)
    with pytest.raises(NotAllowed):
        service_words.take_away(author, word.id)
    manager = staffed.as_user("Rowan Okell")
    service_words.take_away(manager, word.id)
    assert not service_words.listed(manager)
    assert wrong("The wibblet’s there.", spared=spared_words.spared(manager)) == ["wibblet’s"]
    with pytest.raises(RecordGone):
        service_words.take_away(manager, word.id)


def test_a_word_that_two_people_added_is_one_and_goes_as_one(desk: Desk) -> None:
    with desk.casebook.write() as work:
        for written in ("wibblet", "Wibblet"):
            work.add(ServiceWord(word=written, language="en", added_by=desk.actor.id))
    desk.actor = replace(desk.actor, role="manager")
    (word,) = service_words.listed(desk)
    service_words.take_away(desk, word.id)
    assert not service_words.listed(desk)


def test_looking_words_up_beside_the_window_rests_and_in_it_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(turns, "_rest", lambda: rests.append(0.002))
    assert suggestions("definately", "en")
    assert rests == []
    beside = Thread(target=suggestions, args=("definately", "en"))
    beside.start()
    beside.join()
    assert len(rests) > 3
