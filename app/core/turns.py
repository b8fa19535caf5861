"""Python runs one thread at a time: what keeps the window's from its turn is made short here."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# How many objects more than were let go of set off a search among the new ones. Python's 700 are
# made by a dozen records; a search among 20,000 takes some two milliseconds.
_NEW_OBJECTS: Final = 20_000
_OFTEN: Final = (10, 10)
# How long another thread may go on while the window's waits; Python's own is five milliseconds,
# which a key that is pressed during a sync would wait several times over.
_LONGEST_TURN_SECONDS: Final = 0.001
# How long work that nobody waits for goes on, and how long it then rests. While it rests the
# window has Python to itself; else it would wait a turn for each small thing that it draws.
_TURN_SECONDS: Final = 0.002
_REST_SECONDS: Final = 0.002
_began: Final = threading.local()


def spare_what_is_loaded() -> None:
    """Leave what lives now out of the search for objects that hold one another in rings.

    Python looks through everything that lives, again and again while many objects are made, and
    no thread goes on meanwhile: a third of a second while a page of changes came in. Most of what
    lives is the program itself and stays. Called once it has started.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *_OFTEN)


def let_the_window_in() -> None:
    """Let no other thread keep the window's waiting for long. Called where there is a window."""
    sys.setswitchinterval(_LONGEST_TURN_SECONDS)


@contextmanager
def while_much_is_made() -> Iterator[None]:
    """Make a great many objects that stay, such as a dictionary's words, without that search.

    It would go through all of them again and again, and the window would wait each time.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if searched:
            gc.enable()


def give_way() -> None:
    """Rest, where the turn of this thread is over: long work beside the window calls it often.

    On the window's own thread nothing rests.
    """
    now = time.perf_counter()
    if now - getattr(_began, "at", 0.0) < _TURN_SECONDS:
        return
    if threading.current_thread() is not threading.main_thread():
        _rest()
    _began.at = time.perf_counter()


def _rest() -> None:
    time.sleep(_REST_SECONDS)
