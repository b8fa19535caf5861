"""What lint finds: one small form for each rule, and nothing in a sound one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.forms.lint import lint, lint_file, main
from app.forms.loader import form_from_yaml
from app.forms.schema import Form
from tests.unit.forms.conftest import HEAD, STREET

TWO = """\
id: two
version: 1
kind: questionnaire
title: {en: Title, cy: Teitl}
languages: [en, cy]
same_in_welsh: [%s]
choices:
  colour:
    - {name: red, label: {en: Red, cy: Coch}}
    - {name: blue, label: {en: Blue, cy: %s}}
survey:
  - type: group
    name: page
    label: {en: Page, cy: Tudalen}
    children:
      - {type: select_one colour, name: c, label: {en: Which?, cy: Pa un?}}
      - {type: text, name: a, label: {en: A word, cy: Gair}%s}
"""


def findings(more: str = "", same: str = "", blue: str = "Glas") -> list[str]:
    form = form_from_yaml(TWO % (same, blue, more), file="two.yaml")
    return [f"{found.place}: {found.text}" for found in lint(form)]


def test_nothing_is_found_in_a_sound_form(street: Form) -> None:
    assert lint(street) == []
    assert findings() == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (", relevant: \"${b} = 1\"", "a / relevant: There is no question named “b”."),
        (", relevant: \"c = 'red'\"", "a / relevant: “c” stands bare; an answer is written ${c}."),
        (", relevant: \"${c} = \"", "a / relevant: “${c} =” is not an expression"),
        (", relevant: \"${c} = 'rde'\"", "a / relevant: “rde” is not a choice of “c”."),
        (", relevant: \"selected(${c}, 'x')\"", "a / relevant: “x” is not a choice of “c”."),
        (", relevant: \"/data/page/zz = 1\"", "a / relevant: There is no question named “zz”."),
        (", calculation: \"${a} + 1\"", "a: It is worked out from itself: a → a."),
        (", constraint: \". != 'x'\"", "a / constraint: The message is missing"),
        (", constraint_message: {en: No, cy: Na}", "a / constraint_message: There is no constr"),
        (", constraint: \"regex(., '[')\", constraint_message: {en: No, cy: Na}, default: \"x\"",
         "a / constraint: “[” is not a regular expression."),
        (", hint: {en: Only English}", "a / hint: The text is missing in “cy”."),
        (", hint: {en: Yes, cy: Ie, fr: Oui}", "a / hint: “fr” is not a language"),
        (", hint: {en: Radio, cy: Radio}", "a / hint: The Welsh is the same as the English"),
        (", hint: {en: Hello, cy: 'Helo {child}'}", "a / hint: “{child}” is filled in only in"),
        (", hint: {en: 'Hi {nobody}', cy: Helo}", "a / hint: Nothing is known as “{nobody}”."),
        (", hint: {en: 'Hi ${q}', cy: 'Helo ${q}'}", "a / hint: There is no question named “q”."),
        (", appearance: signature", "a / appearance: “signature” cannot be used: answers hold no"),
        (", appearance: minimal", "a / appearance: “minimal” cannot be used: it is for select_o"),
        (", appearance: glossy", "a / appearance: “glossy” cannot be used: there is no such"),
        (", choice_filter: \"x = 1\"", "a / choice_filter: Only a select"),
        (", harm: \". != ''\"", "a / harm: A sign of harm is something a child"),
        (", ask_to_quote: true", "a / ask_to_quote: Only a child"),
        (", judgement: reoffending", "a / judgement: The choices of a judgement are low, medium"),
        (", report: {section: psr.poem, text: {en: X, cy: Y}}", "psr.poem: There is no such sec"),
        (", report: {section: psr.child, text: {en: '{answer}', cy: Y}}",
         "a / report / psr.child: The answer is not filled in in “cy”."),
        (", report: {section: psr.child, text: {en: X, cy: Y}, when: \"${zz} = 1\"}",
         "a / report / psr.child: There is no question named “zz”."),
        (", report: {section: psr.child, text: {en: X, cy: Y}, when: \"1 = 1\"}",
         "a / report / psr.child: This is either always or never said."),
        (", report: {section: psr.child, text: {en: X, cy: Y}, when: \"${c} = 'pink'\"}",
         "a / report / psr.child: “pink” is not a choice of “c”."),
        (", report: {section: psr.child, by_value: {pink: {en: X, cy: Y}}}",
         "a / report / psr.child: There is no choice “pink”."),
        (", report: {section: psr.child}", "a / report / psr.child: The text is missing."),
        (", report: {section: psr.child, text: {en: 'See ${zz}', cy: 'Gweler'}}",
         "a / report / psr.child: There is no question named “zz”."),
    ],
)  # fmt: skip
def test_lint_finds(more: str, found: str) -> None:
    assert any(found in each for each in findings(more)), findings(more)


def test_a_text_may_be_the_same_where_the_form_says_so() -> None:
    more = ", hint: {en: Radio, cy: Radio}"
    assert findings(more, same="Radio") == []
    assert findings(same="Radio") == [
        "same_in_welsh: No text of the form is “Radio” in both languages."
    ]


def test_two_choices_may_not_read_alike() -> None:
    assert findings(blue="Coch") == ["choices / colour: Two choices read “Coch” in “cy”."]


def test_lint_finds_what_nobody_uses_or_answers(form_of: Callable[[str], Form]) -> None:
    form = form_of(
        """
        - {type: note, name: n, label: N, required: true}
        - {type: calculate, name: c}
        - {type: group, name: g, label: G, children: []}
        - {type: text, name: t}
        """
    )
    found = {str(finding) for finding in lint(form)}
    assert "tiny: choices / colour: No question uses this choice list." in found
    assert "tiny: n / required: Nobody answers this, so it cannot have this." in found
    assert "tiny: c / calculation: A calculate needs a calculation." in found
    assert "tiny: g: There is nothing in this group." in found
    assert "tiny: t / label: The text is missing." in found


def test_rows_are_ordered_by_a_question_of_their_own(form_of: Callable[[str], Form]) -> None:
    survey = """
        - type: repeat
          name: r
          label: R
          row_order: %s
          children:
            - {type: integer, name: age, label: Age}
        """
    found = [str(finding) for finding in lint(form_of(survey % "elsewhere"))]
    assert "tiny: r / row_order: No question of a row is called “elsewhere”." in found
    assert not any("row_order" in str(finding) for finding in lint(form_of(survey % "age")))


def test_a_circle_of_three_is_named_once(form_of: Callable[[str], Form]) -> None:
    form = form_of(
        """
        - {type: text, name: a, label: A, relevant: "${b} = 1"}
        - {type: text, name: b, label: B, relevant: "${c} = 1"}
        - {type: calculate, name: c, calculation: "${a}"}
        """
    )
    circles = [str(found) for found in lint(form) if "itself" in found.text]
    assert circles == ["tiny: a: It is worked out from itself: a → b → c → a."]


def test_a_group_may_not_depend_on_what_is_in_it(form_of: Callable[[str], Form]) -> None:
    form = form_of(
        """
        - type: group
          name: g
          label: G
          relevant: "${a} = 1"
          children:
            - {type: text, name: a, label: A}
        """
    )
    assert any("g → a → g" in found.text or "a → g → a" in found.text for found in lint(form))


def test_two_questions_may_not_hold_one_judgement(form_of: Callable[[str], Form]) -> None:
    form = form_of(
        """
        - {type: select_one colour, name: a, label: A, judgement: safety_wellbeing}
        - {type: select_one colour, name: b, label: B, judgement: safety_wellbeing}
        """
    )
    assert any(found.place == "safety_wellbeing" for found in lint(form))


def test_the_command_names_each_finding_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(STREET)]) == 0
    broken = tmp_path / "two.yaml"
    broken.write_text(TWO % ("", "Glas", ", appearance: glossy"), encoding="utf-8")
    assert main([str(STREET), str(broken)]) == 1
    assert "two: a / appearance" in capsys.readouterr().out


def test_a_file_that_is_no_form_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text("id: two", encoding="utf-8")
    assert len(lint_file(tmp_path / "two.yaml")) == 1
    (tmp_path / "named.yaml").write_text(TWO % ("", "Glas", ""), encoding="utf-8")
    assert [found.place for found in lint_file(tmp_path / "named.yaml")] == ["id"]


RELEASED = """
    - {type: select_one colour, name: c, label: C}
    - {type: text, name: a, label: A}
    - type: repeat
      name: rows
      label: Row
      children:
        - {type: text, name: b, label: B}
"""


def test_what_was_released_keeps_its_name_type_and_choices(tmp_path: Path) -> None:
    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    before = HEAD.rstrip("\n") + RELEASED
    after = before.replace("version: 1", "version: 2")
    write("tiny.v1.yaml", before)
    retired = after + "    - {type: text, name: new, label: New}\n"
    assert lint_file(write("tiny.yaml", retired)) == []
    changed = (
        after.replace("name: green", "name: lime")
        .replace("{type: text, name: a,", "{type: integer, name: a,")
        .replace("name: rows", "name: lines")
        .replace("name: b,", "name: z,")
    )
    assert [f"{found.place}: {found.text}" for found in lint_file(write("tiny.yaml", changed))] == [
        "c: The released choice “green” is gone.",
        "a: The type of a released question changed.",
        "rows: A released repeat is gone.",
        "b: A released question is gone.",
    ]
