"""To whom pages of a child's record were given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class Disclosure(ChildRecord):
    """Pages that were passed on as a file, or printed. It never changes (a trigger refuses it).

    The change log of the laptop that did it says the same; this travels, so that a colleague is
    told too who has a copy.

    Attributes:
        way: disclosure: passed on as a file; print: printed.
        about_type, about_id: The record that the pages show. state: the state that it had.
        pdf_hash: SHA-256 of the file; pdf_bytes: its size, 0 where it is not known.
        recipient, why: To whom, and for what, in words. given_at, given_by: when, and who did it.
    """

    __tablename__ = "disclosure"
    __table_args__ = (Index("disclosure_by_hash", "pdf_hash"),)

    way: Mapped[str] = mapped_column(default="disclosure")
    about_type: Mapped[str] = mapped_column(default="")
    about_id: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    pdf_hash: Mapped[str] = mapped_column(default="")
    pdf_bytes: Mapped[int] = mapped_column(default=0)
    recipient: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime | None]
    given_by: Mapped[str | None]
