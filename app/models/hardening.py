"""Small walls around a process that holds a key. Each is taken where the system offers it."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4
_SEM_FAILCRITICALERRORS = 0x0001
_SEM_NOGPFAULTERRORBOX = 0x0002


def harden() -> tuple[str, ...]:
    """Keep the memory of this process out of core dumps and of other programs of this user.

    Call it before a key is in memory. What a system doesn't offer is left out; the program runs
    either way. Swap and hibernation are beyond it: the disk itself must be encrypted.

    Returns:
        The names of the measures that hold: `no_core_file`, `not_dumpable`, `no_crash_report`.
    """
    held = []
    if _no_core_file():
        held.append("no_core_file")
    if sys.platform == "linux" and _not_dumpable():
        held.append("not_dumpable")
    if sys.platform == "win32" and _no_crash_report():
        held.append("no_crash_report")
    return tuple(held)


def _no_core_file() -> bool:
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return False
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def _not_dumpable() -> bool:
    """Linux: no core, and no reading of /proc/<pid>/mem or attaching by the same user."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return int(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)) == 0
    except (OSError, AttributeError):
        return False


def _no_crash_report() -> bool:
    """Windows: no error box and no report that would carry memory away. Not tried there yet."""
    kernel = getattr(ctypes, "windll", None)
    if kernel is None:
        return False
    kernel.kernel32.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
    return True
