"""Reading aloud, where this computer has a voice for the language. Otherwise nothing is offered."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QLocale, QLoggingCategory, QObject

_SILENT_ENGINES: Final = {"mock"}
_LANGUAGES: Final = {"en": QLocale.Language.English, "cy": QLocale.Language.Welsh}

_broken_engines: set[str] = set()
"""Engines that did not start on this computer; they are not tried twice."""


class Voice(QObject):
    """A voice of this computer."""

    def __init__(self, engine: Any, locale: QLocale, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._engine.setParent(self)
        self._engine.setLocale(locale)

    def say(self, words: str) -> None:
        """Read `words` aloud, in place of whatever is being read."""
        self._engine.stop()
        self._engine.say(words)

    def stop(self) -> None:
        """Be silent."""
        self._engine.stop()


def voice_for(language: str, parent: QObject | None = None) -> Voice | None:
    """A voice that speaks `language`, or `None` where this computer has none."""
    try:
        # Needs sound libraries that a computer may not have.
        from PySide6.QtTextToSpeech import QTextToSpeech
    except ImportError:
        return None
    # A computer without sound is no fault to be reported: the button is simply not there.
    QLoggingCategory.setFilterRules("qt.multimedia*=false\nqt.speech*=false")
    wanted = _LANGUAGES.get(language)
    for name in QTextToSpeech.availableEngines():
        if name in _SILENT_ENGINES or name in _broken_engines or wanted is None:
            continue
        engine = QTextToSpeech(name)
        if engine.state() == QTextToSpeech.State.Error:
            _broken_engines.add(name)
            continue
        for locale in engine.availableLocales():
            if locale.language() == wanted:
                return Voice(engine, locale, parent)
    return None
