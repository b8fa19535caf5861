"""House words: what is pointed out in a report as it is written, and what is left as it was."""

from __future__ import annotations

import pytest

from app.casework.house_words import Remark, abbreviations_in, house_words, reading
from app.core import i18n
from app.core.reading_age import grade, sentences_in
from app.reports.passages import Quote

LONG = "Tal " + "went there " * 15 + "today."


def remarks(text: str, language: str = "en", **more: object) -> tuple[Remark, ...]:
    return reading(text, language, **more).remarks  # type: ignore[arg-type]


def found(text: str, language: str = "en", **more: object) -> list[str]:
    return [one.words for one in remarks(text, language, **more)]


@pytest.mark.parametrize(
    ("language", "said", "words", "better"),
    [
        ("en", "One aggravating factor is the knife.", "aggravating", "He carried a knife."),
        ("en", "In mitigation he was cold.", "mitigation", "He had slept outside."),
        (
            "en",
            "The offender was there.",
            "The offender",
            "He is at a young offenders’ institution.",
        ),
        ("en", "Today the subject spoke.", "the subject", "He is the subject of a care order."),
        ("en", "He refused to engage.", "refused to engage", "He came to two of five meetings."),
        (
            "en",
            "He is at risk of harm.",
            "at risk of",
            "He is at risk of harm by two older boys.",
        ),
        ("en", "He poses a risk.", "poses a risk", "He poses a risk to his brother at home."),
        ("en", "A chaotic lifestyle.", "chaotic lifestyle", "He slept in four places in May."),
        ("en", "She is vulnerable.", "is vulnerable", "She is vulnerable to threats at the flat."),
        ("en", "A known gang member.", "gang member", "Two officers say that he was seen there."),
        (
            "en",
            "He puts himself at risk.",
            "puts himself at risk",
            "Two men wait for him at the park.",
        ),
        ("en", "He is in denial.", "in denial", "He said on 3 May that he was scared."),
        ("en", "A prolific offender.", "prolific offender", "He was before a court twice."),
        ("en", "She absconded from home.", "absconded", "She absconded while on bail."),
        ("en", "He is non-compliant.", "non-compliant", "He came to two of five meetings."),
        ("en", "He claims that he left.", "claims that", "He says that he left."),
        ("cy", "Mae’n honni iddo adael.", None, "Dywedodd iddo adael."),
        ("cy", "Mae yn honni iddo adael.", "yn honni", "Dywedodd iddo adael."),
        ("cy", "Ffactor gwaethygol yw’r gyllell.", "gwaethygol", "Roedd ganddo gyllell."),
        ("cy", "Roedd ffactor lliniarol.", "lliniarol", "Cysgodd y tu allan."),
        ("cy", "Aeth y troseddwr yno.", "y troseddwr", "Mae mewn sefydliad troseddwyr ifanc."),
        ("cy", "Siaradodd y gwrthrych.", "y gwrthrych", "Siaradodd Tal."),
        ("cy", "Gwrthododd ymgysylltu.", "Gwrthododd ymgysylltu", "Daeth i ddau gyfarfod."),
        ("cy", "Mae mewn perygl o niwed.", "mewn perygl o", "Mae mewn perygl o niwed gan ddau."),
        ("cy", "Mae’n achosi risg yno.", None, "Mae’n peri risg i’w frawd."),
        ("cy", "Mae yn peri risg.", "yn peri risg", "Mae yn peri risg i’w frawd."),
    ],
)
def test_labels_are_pointed_out_where_they_stand(
    language: str, said: str, words: str | None, better: str
) -> None:
    assert found(said, language) == ([words] if words else [])
    for one in remarks(said, language):
        assert said[one.start : one.start + one.length] == words
        assert one.why.endswith(".") and one.instead.endswith(".")
    assert found(better, language) == []


def test_every_label_has_a_text_that_shows_it() -> None:
    for label in house_words().labels:
        for phrase in label.words:
            assert found(f"X {phrase}.", label.language), phrase


def test_a_line_end_and_a_typed_apostrophe_hide_nothing() -> None:
    assert found("At\nlast the\nyoung offender left.") == []
    assert found("He saw the  young offender.") == ["the  young offender"]
    assert found("Held in a young offenders' institution.") == []


def test_capitals_are_spelled_out_the_first_time() -> None:
    (one,) = remarks("A YRO was made. The YRO ends in May.")
    assert (one.kind, one.start) == ("abbreviation", 2)
    assert "youth rehabilitation order (YRO)" in one.instead
    assert found("A youth rehabilitation order (YRO) was made. The YRO ends.") == []
    assert found("A YRO (youth rehabilitation order) was made.") == []
    assert found("The YRO ends.", said_before={"YRO"}) == []
    assert found("He saw a GP in the UK.") == []
    assert found("He lives at CF10 3NP.") == []
    assert found("OFFENCE ANALYSIS") == []
    assert found("He did NOT leave. NID aeth.") == []
    assert found("Two ZQXs met.") == ["ZQX"]
    assert abbreviations_in("The YRO and “my DTO”.") == {"YRO"}


def test_long_sentences_are_pointed_out_and_short_ones_are_not() -> None:
    (one,) = remarks(f"Short. {LONG} Short again.")
    assert (one.kind, one.words) == ("long_sentence", LONG)
    assert "32" in one.why
    assert found("Tal " + "went there " * 14 + "today.") == []


def test_a_full_stop_inside_a_sentence_ends_none() -> None:
    text = "Mr. Jones met Dr. A. Khan at 3.30 p.m. on the day. He left!\n- then home"
    assert [text[a:b] for a, b in sentences_in(text)] == [
        "Mr. Jones met Dr. A. Khan at 3.30 p.m. on the day.",
        "He left!",
        "- then home",
    ]


def test_the_reading_age_of_hard_words_is_said_and_that_of_plain_ones_only_counted() -> None:
    hard = "Multidisciplinary intervention necessitates comprehensive consideration. " * 10
    read = reading(hard, "en")
    assert [one.kind for one in read.remarks] == ["reading_age"]
    assert read.reading_age is not None and read.reading_age > house_words().reading_age
    plain = reading("Tal went to the shop with two boys. He stood by the door. " * 5, "en")
    assert plain.reading_age is not None and plain.reading_age < 10
    assert plain.remarks == ()
    assert reading("Too few words.", "en").reading_age is None
    assert reading(hard, "cy").reading_age is None


def test_what_was_said_stays_as_it_was_said() -> None:
    spoken = "“I am the offender, I refused to engage with the YRO”"
    assert found(f"Tal said {spoken} and left.") == []
    assert found(f'Tal said "{spoken[1:-1]}" and left.') == []
    assert found("Tal said “I am the offender") == [], "it is still being written down"
    quote = Quote("the offender, that is me", "child")
    assert found("Tal: the offender, that is me. Again the offender.", quotes=[quote]) == [
        "the offender"
    ]
    assert found(f"Tal said “{LONG}” today.") == []
    said = f"Tal said “then” {LONG}"
    assert [said[a:b] for a, b in reading(said, "en").spoken] == ["“then”"]
    assert found("Tal saw the “big” offender.") == [], "words do not join over a quotation"
    assert reading(f"“{LONG}”", "en").reading_age is None


def test_places_are_counted_in_letters_beyond_the_first_plane_too() -> None:
    (one,) = remarks("😀 the offender")
    assert one.start == 2


def test_reasons_are_in_the_language_of_the_screen() -> None:
    i18n.set_language("cy")
    try:
        (one,) = remarks("The offender left.")
        assert one.instead.startswith("Ysgrifennwch")
    finally:
        i18n.set_language("en")


def test_no_words_have_no_reading_age() -> None:
    assert reading("", "en") == reading("", "cy")
    with pytest.raises(ValueError, match="no reading age"):
        grade("…")
