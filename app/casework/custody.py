"""Custody mode: the laptop is where no network may be used, and says so to whoever asks.

It is kept in the casebook, so that neither a lock nor a start of the laptop ends it. Every request
to the network asks first whether it is on, see `enrolment.connect`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.core import log
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.models import durable
from app.models.records import Device, Service
from app.reports.device_statement import DeviceStatement, device_statement
from app.reports.pdf import render
from app.sync import state

if TYPE_CHECKING:
    from app.casework.desk import Desk


def switch(desk: Desk, on: bool) -> None:
    """Switch custody mode on or off; anybody may, since anybody may have to."""
    state.set_choices(desk.casebook, in_custody=on)
    log.casework.info("custody mode: %s", "on" if on else "off")


def statement(desk: Desk, holder: str) -> bytes:
    """One page for gate staff, as a PDF in the language of the screen.

    Args:
        holder: Who brings the laptop, as it should stand there.
    """
    with desk.casebook.read() as session:
        device = session.get(Device, desk.casebook.device_id)
        service = session.get(Service, desk.casebook.service_id)
        said = DeviceStatement(
            service_name=service.name if service is not None else "",
            holder=holder,
            device_name=device.name if device is not None else "",
            device_id=desk.casebook.device_id,
            version=__version__,
            made_at=local(desk.clock.now()),
            on=state.view(desk.casebook).in_custody,
        )
    return render(device_statement(said, language()))


def save_statement(desk: Desk, holder: str, file: Path) -> None:
    """Write that page to a file. It says nothing of any child.

    Raises:
        KnownError: There is a file already, or it can't be written.
    """
    pages = statement(desk, holder)
    if file.exists():
        raise KnownError(
            _("There is a file of this name already."), _("Choose another name, then try again.")
        )
    try:
        durable.replace_file(file, pages)
    except OSError:
        raise KnownError(
            _("The file could not be written."), _("Choose another folder, then try again.")
        ) from None
