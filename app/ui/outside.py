"""What the program needs from outside its windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.ui.gate import Sight


@dataclass(frozen=True)
class Outside:
    """What the program needs from outside its windows. `bootstrap` gives it.

    Attributes:
        first_sight: What can be told of a folder at once, without reading the store; None: nothing.
        describe: The same, thoroughly; slow the first time, so it runs on the database thread.
        restart: Start a fresh process on the casebook in this folder, for this user, in a window
            like this one, and give it sealed words that no disk took (empty: there are none).
        end: End this process now. Never returns.
        finish: End the event loop, so that the process comes to its end in order.
        makes_demonstration: Whether `describe` makes the demonstration where there is none.
    """

    first_sight: Callable[[Path], Sight | None]
    describe: Callable[[Path], Sight]
    restart: Callable[[Path, str, str, bytes], None]
    end: Callable[[], None]
    finish: Callable[[], None]
    makes_demonstration: bool = False
