"""Screen texts in English and Welsh.

Whole sentences go through `_()`; placeholders are named, as in `_("Due {day}").format(day=…)`,
so that a translation may order them its own way. The catalogue is `resources/locale/`.
"""

from __future__ import annotations

import gettext
from typing import Final

from app.core.paths import resource_path

LANGUAGES: Final = {"en": "English", "cy": "Cymraeg"}
DOMAIN: Final = "waymark"

_current = gettext.NullTranslations()
_language = "en"


def set_language(code: str) -> None:
    """Show screen texts in `code` from now on (`en` or `cy`)."""
    global _current, _language  # noqa: PLW0603 - one screen has one language
    if code not in LANGUAGES:
        code = "en"
    _language = code
    _current = (
        gettext.NullTranslations()
        if code == "en"
        else gettext.translation(
            DOMAIN, str(resource_path("locale")), languages=[code], fallback=True
        )
    )


def language() -> str:
    """The code of the language that screen texts are shown in."""
    return _language


def is_reviewed() -> bool:
    """Whether somebody who speaks the language of the screen has checked its words."""
    return _language == "en" or bool(_current.info().get("x-waymark-reviewed-by", "").strip())


def _(text: str) -> str:
    """`text` in the language of the screen, or as it stands where no translation is held."""
    return _current.gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the sentence that fits `count` in the language of the screen."""
    return _current.ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the customary name for "translate later"
    """Mark `text` for translation without translating it yet."""
    return text
