"""What belongs to this copy of the casebook alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Local


class CasebookState(Local):
    """The one row that says which casebook this is and how far its set-up has come.

    Attributes:
        id: Always 1.
        store_id: The same as in the key file; a store under another key file is refused.
        device_id: The identity of this copy; a restored or copied casebook takes a new one.
        recovery_confirmed: Whether the user has typed the recovery code back.
        demo: A demonstration casebook, whose passphrase is public; it never becomes a real one.
    """

    __tablename__ = "casebook_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[str]
    service_id: Mapped[str]
    device_id: Mapped[str]
    made_at: Mapped[datetime]
    recovery_confirmed: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)


class Place(Local):
    """Where a user was when the casebook was locked, to return to."""

    __tablename__ = "place"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[str]
    child_id: Mapped[str | None]
    record_id: Mapped[str | None]
    path: Mapped[str | None]
    cursor: Mapped[int | None]
    left_at: Mapped[datetime]


class OpenEdit(Local):
    """One answer that was changed during a page visit and is not yet an entry of the log.

    See `app.models.change_log` for why it exists and how it is sealed.

    Attributes:
        path: The answer within the form's document.
        before: The answer as JSON when the visit began; None where there was none.
    """

    __tablename__ = "open_edit"

    record_id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[str | None]
    actor_id: Mapped[str]
    made_at: Mapped[datetime]
