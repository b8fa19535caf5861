"""What every test of screens goes without."""

from __future__ import annotations

import pytest

from app.ui.child_mode import speech


@pytest.fixture(autouse=True)
def no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without a voice: engines that do not start write to the log."""
    monkeypatch.setattr(speech, "voice_for", lambda _language, _parent=None: None)
