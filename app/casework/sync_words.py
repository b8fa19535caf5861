"""What is said about syncing: each reason in words, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.casework.dates import shortly, time_of_day
from app.core.clock import ALLOWANCE, Clock, local
from app.core.i18n import N_, _, ngettext

# From how many days before the end of a lease on a person is warned.
LEASE_WARNING_DAYS: Final = 3

STATE_WORDS: Final[Mapping[str, str]] = {
    "saved_here": N_("saved here"),
    "waiting": N_("waiting"),
    "sent": N_("sent"),
    "confirmed": N_("confirmed"),
    "needs_you": N_("needs you"),
}

# Why the server refused work: what happened, and what can be done. {child} is a name.
REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "not_allowed": (
        N_("your role doesn’t allow it"),
        N_("Ask your manager. What you wrote stays here until somebody has decided."),
    ),
    "not_your_child": (
        N_("{child} is no longer on your caseload"),
        N_(
            "Give what you wrote to the person who works with {child} now, or ask your manager to "
            "open the record to you. Then send it again."
        ),
    ),
    "unknown_actor": (
        N_("whoever wrote it has not joined the server on this laptop"),
        N_("They unlock this laptop, join it with a code of their own, and send it again."),
    ),
    "blob_missing": (
        N_("a file that belongs to it did not arrive"),
        N_("Send it again."),
    ),
    "already_exists": (
        N_("the server has another record in its place"),
        N_("Copy what you still need, then let the server’s version count."),
    ),
    "unknown_record": (
        N_("the server doesn’t have the record that it belongs to"),
        N_("Send it again. If that doesn’t help, ask your administrator."),
    ),
    "erased": (
        N_("the record was erased by law"),
        N_("It can’t come back. Let the server’s version count."),
    ),
    "malformed": (
        N_("the server can’t keep one of its values"),
        N_("Open the record, correct it, and send it again."),
    ),
    "group_rejected": (
        N_("something that belongs with it was refused"),
        N_("Settle what was refused with it; this follows."),
    ),
}

ASIDE: Final[Mapping[str, tuple[str, str]]] = {
    "waits_for": (
        N_("It waits for another record that is still to come."),
        N_("It is put in its place by itself once that has arrived."),
    ),
    "unreadable": (
        N_("This version of Waymark can’t read it."),
        N_("Bring Waymark up to date, then try again. The server keeps it."),
    ),
    "locked": (
        N_("It would change what was submitted, and that never changes."),
        N_("Save it as a file for your administrator. Your record stays as it is."),
    ),
    "blob_missing": (
        N_("A file that belongs to it isn’t at the server yet."),
        N_("Try again later: whoever made it may not have sent it yet."),
    ),
    "in_use": (
        N_("Other records still refer to what it would take away."),
        N_("Try again after the next sync. If it stays, save it as a file for your administrator."),
    ),
}

# What is asked when syncing stopped: what it means, and the words of yes.
STOPS: Final[Mapping[str, tuple[str, str]]] = {
    "epoch_changed": (
        N_(
            "Ask your administrator whether that was meant. If it was, go on: everything is "
            "compared anew, and what the server lost is sent again from here."
        ),
        N_("It was meant: go on"),
    ),
    "went_back": (
        N_(
            "Some of what this laptop sent is missing there. Tell your administrator. If you go "
            "on, it is sent again from here."
        ),
        N_("Send it again"),
    ),
    "many_removals": (
        N_(
            "That is right when children were given to somebody else or records were erased. If "
            "nobody knows of it, ask your administrator first. Nothing has been taken away yet."
        ),
        N_("Take them off this laptop"),
    ),
    "numbers_reused": (
        N_(
            "The casebook was copied or restored on another laptop. This copy has to join the "
            "server again as a laptop of its own. No work is lost by it."
        ),
        N_("Join as a laptop of its own"),
    ),
    "anchor_mismatch": (
        N_(
            "Tell your administrator. This copy has to join the server again as a laptop of its "
            "own. No work is lost by it."
        ),
        N_("Join as a laptop of its own"),
    ),
}

NOTICES: Final[Mapping[str, str]] = {
    "late_work": N_("Work about {child} arrived from somebody who no longer has {child}."),
    "same_child": N_(
        "{child} and another child’s record may be one and the same. The other is not on this "
        "laptop: ask your manager to look at both."
    ),
    "sequence_reused": N_("Another copy of a casebook sent work as if it were this laptop."),
    "quality_check": N_("A report about {child} was issued before its quality check."),
    "lost_work": N_(
        "The central server was put back from a backup and has lost work that was sent from here. "
        "It was about a record that has left this laptop since, so it can’t be sent again. Tell "
        "your administrator: another laptop or a newer backup may hold it."
    ),
    "forged_order": N_(
        "Somebody tried to have this casebook removed without the right to. Nothing was removed. "
        "Tell your administrator."
    ),
}

# Two records that may be one child, where both are here, or where they can be taken along.
SAME_CHILD: Final = N_("{child} and {other} may be the same child. Look at both.")
SAME_CHILD_AWAY: Final = N_(
    "Two children’s records may be one and the same. Take both along on this laptop to look at "
    "them."
)

# A record that isn't here what it is at the server, though it was read once more.
DIFFERS_CHILD: Final = N_("This laptop and the server don’t hold the same about {child}.")
DIFFERS_SERVICE: Final = N_("This laptop and the server don’t hold the same about your service.")
DIFFERS_ADVICE: Final = N_(
    "It was read from the server once more, and the two still differ. What you wrote is kept here "
    "and was sent. Compare again. If it stays so, tell your administrator, and don’t hand this "
    "laptop back before they have looked."
)

HAND_BACK: Final[Mapping[str, str]] = {
    "not_enrolled": N_("everything is only on this laptop"),
    "waiting": N_("not everything is sent"),
    "open_edits": N_("a form is still being written"),
    "refused": N_("the server refused something"),
    "aside": N_("something from the server could not be taken in"),
    "conflict": N_("somebody has to decide between two answers"),
    "stop": N_("syncing waits for your answer"),
    "differs": N_("this laptop and the server don’t hold the same"),
    "never_confirmed": N_("the server has not confirmed anything yet"),
}

SYNC_FIRST: Final = N_("Sync while you are online, then look here again.")
_SETTLE: Final = N_("Settle what is asked below, then sync.")
HAND_BACK_ADVICE: Final[Mapping[str, str]] = {
    "open_edits": N_("Go to another page, so that the form is put away, then sync."),
    "refused": _SETTLE,
    "aside": _SETTLE,
    "conflict": _SETTLE,
    "stop": _SETTLE,
}


def moment(at: datetime, clock: Clock) -> str:
    """A moment for a list: "Today 11:45", "Yesterday 09:10", "Tue 17 Nov 16:40"."""
    here, today = local(at), clock.today()
    days = (today - here.date()).days
    time = time_of_day(at)
    if days == 0:
        return _("Today {time}").format(time=time)
    if days == 1:
        return _("Yesterday {time}").format(time=time)
    return _("{day} {time}").format(day=shortly(here.date(), today), time=time)


def confirmed(at: datetime | None, clock: Clock) -> str:
    """When the server confirmed last, as the status bar says it."""
    if at is None:
        return _("The server has not confirmed anything yet")
    here, today = local(at), clock.today()
    days = (today - here.date()).days
    time = time_of_day(at)
    if days == 0:
        return _("Server confirmed {time} today").format(time=time)
    if days == 1:
        return _("Server confirmed {time} yesterday").format(time=time)
    return _("Server confirmed {day} {time}").format(day=shortly(here.date(), today), time=time)


def clock(ahead: timedelta) -> str:
    """That the clock of this laptop isn't the server's; empty where it is, by and large.

    Args:
        ahead: By how much it is ahead; less than nothing: behind.
    """
    if abs(ahead) <= ALLOWANCE:
        return ""
    said = (
        _("This laptop's clock is {much} ahead of the server's.")
        if ahead > timedelta()
        else _("This laptop's clock is {much} behind the server's.")
    )
    check = _("Check the date and time of this laptop: what you write is dated by them.")
    return f"{said.format(much=_much(abs(ahead)))} {check}"


def _much(time: timedelta) -> str:
    """A span in words: days, or hours, or minutes."""
    minutes = round(time / timedelta(minutes=1))
    hours, days = round(time / timedelta(hours=1)), round(time / timedelta(days=1))
    if days > 1:
        return ngettext("{count} day", "{count} days", days).format(count=days)
    if hours > 1:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


def signed_in(name: str | None) -> str:
    """Who is signed in to the service; empty where nobody is."""
    if name is None:
        return ""
    if not name:
        return _("You are signed in to your service.")
    return _("Signed in to your service as {name}.").format(name=name)


def waiting(records: int) -> str:
    """How many changes wait."""
    if not records:
        return _("Nothing waits to be sent")
    return ngettext(
        "{count} change waiting to be sent", "{count} changes waiting to be sent", records
    ).format(count=records)


def lease(days: int | None) -> str:
    """A warning as the lease comes to its end; empty where there is none to give."""
    if days is None or days > LEASE_WARNING_DAYS:
        return ""
    if days == 0:
        return _("Sync today: this laptop has to reach the server before it may go on syncing.")
    return ngettext(
        "Sync within {count} day, or this laptop has to join the server again.",
        "Sync within {count} days, or this laptop has to join the server again.",
        days,
    ).format(count=days)


def lease_of_child(days: int, *, ended: bool, child: str) -> str:
    """A warning as the time ends for which a child's record may lie here without the server;
    empty where there is none to give."""
    if days > LEASE_WARNING_DAYS:
        return ""
    if ended:
        return _(
            "The server has not confirmed for too long that the record of {child} may be on this "
            "laptop. Sync as soon as you can. What is not sent yet stays here."
        ).format(child=child)
    if days == 0:
        return _(
            "Sync today: the server has to confirm that the record of {child} may stay on this "
            "laptop. What is not sent yet stays here."
        ).format(child=child)
    return ngettext(
        "Sync within {count} day: the server has to confirm that the record of {child} may stay on "
        "this laptop. What is not sent yet stays here.",
        "Sync within {count} days: the server has to confirm that the record of {child} may stay "
        "on this laptop. What is not sent yet stays here.",
        days,
    ).format(count=days, child=child)


def lease_pill(days: int) -> str:
    """The same in a list, in a few words."""
    if days == 0:
        return _("Sync today")
    return ngettext("Sync within {count} day", "Sync within {count} days", days).format(count=days)


def would_go(count: int, children: Mapping[str, int]) -> str:
    """How many records a stop would take away, and of whom: numbers by name."""
    said = ngettext(
        "{count} record would go from this laptop.",
        "{count} records would go from this laptop.",
        count,
    ).format(count=count)
    if not children:
        return said
    parts = [
        _("{child}: {count}").format(child=name, count=number) for name, number in children.items()
    ]
    return f"{said} {', '.join(parts)}."
