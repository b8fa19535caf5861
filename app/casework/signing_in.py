"""Signing in to the service, where it asks its people who they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.core import log
from app.sync import enrolment, kept_sign_in, sign_in
from app.sync.kept_sign_in import Issuer, SignedIn
from app.sync.sign_in_faults import SignInNeeded, SignInStopped, SignInUnproven, WrongPerson
from app.sync.transport import Transport, Who, address_of
from app.sync.wire import NetworkOff, Refused

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.joining import Welcome
    from app.core.clock import Clock

__all__ = ["NetworkOff", "SignInNeeded", "SignInStopped", "WrongPerson"]


def sign_in_here(
    desk: Desk,
    show: Callable[[str], object],
    cancelled: Callable[[], bool],
    *,
    anew: bool = False,
) -> str:
    """Let the person of this desk sign in in the browser, and keep it in the casebook.

    Args:
        show: Brings an address to a browser; called on this thread.
        anew: Let the person choose an account even where the browser knows one.

    Returns:
        Who signed in, as the service's sign-in says; may be empty.

    Raises:
        SignInStopped: `cancelled` said so. WrongPerson: Somebody else signed in.
        NetworkOff: Custody mode is on.
        KnownError: The network, the time, the sign-in; nothing was kept.
    """
    casebook = desk.casebook
    allowed = partial(enrolment.network_allowed, casebook)
    if not allowed():
        raise NetworkOff
    issuer, nonce = kept_sign_in.issuer(casebook), enrolment.key_thumbprint(casebook)
    if issuer is None:
        return ""
    signed_in = sign_in.sign_in(
        issuer,
        nonce=nonce,
        clock=desk.clock,
        show=show,
        cancelled=cancelled,
        allowed=allowed,
        anew=anew,
    )
    kept_sign_in.keep(casebook, signed_in)
    try:
        with closing(enrolment.connect(casebook)) as wire:
            _prove(wire, signed_in)
    except WrongPerson:
        kept_sign_in.forget(casebook)
        raise
    log.casework.info("signed in")
    return signed_in.name


def sign_in_at_the_door(
    welcome: Welcome,
    clock: Clock,
    show: Callable[[str], object],
    cancelled: Callable[[], bool],
    *,
    anew: bool = False,
) -> Welcome:
    """The same for a casebook that is still to be made: `joining.make` keeps it there."""
    enrolled = welcome.enrolled
    if enrolled.sign_in is None:
        return welcome
    signed_in = sign_in.sign_in(
        Issuer(enrolled.sign_in, enrolled.sign_in_client or ""),
        nonce=welcome.key.thumbprint(),
        clock=clock,
        show=show,
        cancelled=cancelled,
        anew=anew,
    )
    wire = Transport(
        address_of(welcome.address),
        welcome.key,
        Who(enrolled.service_id, enrolled.device_id, enrolled.user_id),
        clock=clock,
        id_token=lambda: signed_in.id_token,
    )
    with closing(wire):
        _prove(wire, signed_in)
    return replace(welcome, signed_in=signed_in)


def _prove(wire: Transport, signed_in: SignedIn) -> None:
    """Ask the server whether it takes this person for the one whom the casebook is for."""
    try:
        wire.sign_on()
    except SignInNeeded as error:
        raise SignInUnproven("not believed by the server") from error
    except Refused as refused:
        if refused.refusal.code == "not_allowed":
            raise WrongPerson(signed_in.name) from refused
        raise
