"""Pages that leave the casebook as a file: whole or not at all, and never without a word of it.

That a copy was passed on, to whom and why, is written into the history before the file appears.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Disclosure, Service

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

Way = Literal["disclosure", "print"]


class FileIsThere(KnownError):
    """A file of that name exists."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            _("There is a file of this name already."),
            _("Choose another name, or replace it."),
        )
        self.file = file


@dataclass(frozen=True)
class Exported:
    """Pages written to a file: where, how large (bytes), and the SHA-256 of the file."""

    file: Path
    size: int
    pdf_hash: str


@dataclass(frozen=True)
class Pages:
    """What is passed on: the pages, and the record that they show in the state that it has."""

    pdf: bytes
    record_type: str
    record_id: str
    child_id: str
    state: str


def reference_of(desk: Desk, record_id: str) -> str:
    """A reference that no other laptop makes: the year, and random digits of the record's id."""
    with desk.casebook.read() as session:
        service = session.get(Service, desk.casebook.service_id)
        prefix = service.reference_prefix if service is not None else ""
    return f"{prefix or 'WM'}-{desk.clock.today().year}-{record_id[-8:].upper()}"


def must_be_free(file: Path, *, overwrite: bool) -> None:
    """Raise `FileIsThere` where a file exists and was not to be replaced."""
    if file.exists() and not overwrite:
        raise FileIsThere(file)


def to_file(desk: Desk, file: Path, pages: Pages, *, recipient: str, reason: str) -> Exported:
    """Write pages to a file that the person chose, and log to whom they are disclosed.

    The file appears whole or not at all, and never without its entry in the log: that is written
    first. What stood there before stays until then.

    Raises:
        NotAllowed: The person may only read.
        KnownError: It can't be written there (no room, no permission).
    """
    desk.must_disclose()
    digest = hashlib.sha256(pages.pdf).hexdigest()
    # All but the last step is done beside the file, so that nothing is lost that stood there.
    draft = _write_beside(file, pages.pdf)
    try:
        with desk.casebook.write(reason.strip() or None) as work:
            note(desk, work, "disclosure", pages, digest, recipient=recipient, why=reason)
        _put_in_place(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Exported(file, len(pages.pdf), digest)


def note(
    desk: Desk,
    work: UnitOfWork,
    way: Way,
    pages: Pages,
    digest: str,
    *,
    recipient: str,
    why: str,
) -> None:
    """Keep that pages were passed on or printed: in the log, and for every laptop.

    Args:
        digest: SHA-256 of the file.
    """
    work.note(
        way,
        pages.record_type,
        pages.record_id,
        child_id=pages.child_id,
        reason=why.strip() or None,
        recipient=recipient.strip(),
        detail={"pdf": digest, "bytes": len(pages.pdf), "state": pages.state},
    )
    work.add(
        Disclosure(
            child_id=pages.child_id,
            way=way,
            about_type=pages.record_type,
            about_id=pages.record_id,
            state=pages.state,
            pdf_hash=digest,
            pdf_bytes=len(pages.pdf),
            recipient=recipient.strip(),
            why=why.strip(),
            given_at=desk.clock.now(),
            given_by=desk.actor.id,
        )
    )


def _write_beside(file: Path, content: bytes) -> Path:
    """The content in a file next to `file`, all of it on the disk."""
    draft = file.with_name(f".{file.name}.part")
    try:
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _cannot_write(error) from error
    return draft


def _put_in_place(draft: Path, file: Path) -> None:
    try:
        draft.replace(file)
    except OSError as error:
        raise KnownError(
            _("The file can't be put there. What was there before is as it was."),
            _("Close the file if it is open, and export it again. The history tells of each try."),
        ) from error


def _cannot_write(error: OSError) -> KnownError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return KnownError(
            _("There is no room left there, so the file was not written."),
            _("Choose another place, or make room and try again."),
        )
    return KnownError(
        _("The file can't be written there."),
        _("Choose a folder that you may write to, and close the file if it is open."),
    )
