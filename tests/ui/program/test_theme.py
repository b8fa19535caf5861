"""The look: every pair of colours that meets can be told apart; sizes follow the setting."""

from __future__ import annotations

import pytest
import yaml
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QLabel

from app.core.paths import resource_path
from app.ui import theme
from app.ui.accessibility import audit_tokens
from app.ui.kit import Heading, Title

NAMES = ("light", "dark", "contrast")


def test_tokens_are_read_as_yaml_reads_them() -> None:
    text = resource_path("theme", "tokens.yaml").read_text("utf-8")
    assert theme.read_tokens(text) == yaml.safe_load(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("kind", "least"), [("text_pairs", 4.5), ("mark_pairs", 3.0)])
def test_pairs_of_colours_can_be_told_apart(name: str, kind: str, least: float) -> None:
    colours = theme.tokens()["themes"][name]
    close = {
        (one, other): round(theme.contrast(colours[one], colours[other]), 2)
        for one, other in theme.tokens()[kind]
        if theme.contrast(colours[one], colours[other]) < least
    }
    assert close == {}


def test_the_audit_of_tokens_names_a_pair_that_is_too_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = {
        "themes": {"pale": {"ink": "#999999", "ground": "#FFFFFF"}},
        "text_pairs": [["ink", "ground"]],
        "mark_pairs": [],
    }
    monkeypatch.setattr(theme, "tokens", lambda: tokens)
    (finding,) = audit_tokens()
    assert (finding.rule, finding.where) == ("contrast", "pale")


def test_every_theme_has_the_same_tokens() -> None:
    themes = theme.tokens()["themes"]
    assert tuple(themes) == NAMES
    for colours in themes.values():
        assert set(colours) == set(themes["light"])


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_the_program_wears_its_own_font_at_twice_the_size(dressed: None, name: str) -> None:
    small = theme.use(name, 100)
    assert QFontInfo(QApplication.font()).family() == theme.FAMILY
    large = theme.use(name, 200)
    assert QApplication.font().pointSizeF() == pytest.approx(2 * small.points("body"))
    assert large.points("title") == pytest.approx(2 * small.points("title"))


def test_a_title_is_larger_than_a_heading_and_a_heading_than_words(dressed: None) -> None:
    labels = (Title("Caseload"), Heading("Caseload"), QLabel("Caseload"))
    for label in labels:
        label.ensurePolished()
    sizes = [label.fontMetrics().height() for label in labels]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_those_who_paint_for_themselves_are_told_of_a_change(qtbot: object, dressed: None) -> None:
    with qtbot.waitSignal(theme.watch().changed):  # type: ignore[attr-defined]
        theme.use("dark", 125)
    assert theme.current() == theme.Theme("dark", 125)
