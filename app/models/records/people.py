"""People and places around the child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class Carer(ChildRecord):
    """A parent or carer.

    Attributes:
        contact_note: When and how to get in touch, and what to take care of.
    """

    __tablename__ = "carer"

    name: Mapped[str]
    relationship: Mapped[str] = mapped_column(default="")
    parental_responsibility: Mapped[str] = mapped_column(default="")
    lives_with_child: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    interpreter: Mapped[str] = mapped_column(default="")
    contact_note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"name": self.name}


class Professional(ChildRecord):
    """Somebody who works with the child."""

    __tablename__ = "professional"

    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    agency: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"name": self.name, "agency": self.agency}


class Address(ChildRecord):
    """Where the child lives or lived.

    Attributes:
        lines: The address, one line each.
        kind, suitability: As the national returns on accommodation ask.
        legal_status: Under which law a placement stands.
        keep_private: It must not be passed on to anybody, parents included.
    """

    __tablename__ = "address"
    __table_args__ = (
        Index("address_to_confirm", "confirmed", "created_at", "removed_at", "to_date", "child_id"),
    )

    lines: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    suitability: Mapped[str] = mapped_column(default="")
    legal_status: Mapped[str] = mapped_column(default="")
    confirmed: Mapped[bool] = mapped_column(default=False)
    keep_private: Mapped[bool] = mapped_column(default=False)
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")


class Victim(ChildRecord):
    """A person or body that was harmed.

    Restricted: no search finds it, no report and no view that a child may see shows it.

    Attributes:
        offence_ids: The offences concerned.
        view_sought_on: When their view was asked, before a decision or plan was made.
        views: What they said and may be used, in their words.
        safety_note: What keeps them safe, such as places the child must not go.
    """

    __tablename__ = "victim"
    restricted: ClassVar[bool] = True

    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    offence_ids: Mapped[list[str]] = mapped_column(default=list)
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    contact_consent: Mapped[str] = mapped_column(default="")
    view_sought_on: Mapped[date | None]
    restorative_interest: Mapped[str] = mapped_column(default="")
    restorative_from: Mapped[date | None]
    restorative_to: Mapped[date | None]
    progress_requested: Mapped[str] = mapped_column(default="")
    progress_given: Mapped[str] = mapped_column(default="")
    support_requested: Mapped[str] = mapped_column(default="")
    support_given: Mapped[str] = mapped_column(default="")
    views: Mapped[str] = mapped_column(default="")
    safety_note: Mapped[str] = mapped_column(default="")
