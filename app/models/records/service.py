"""The service, the people who work in it, and the devices they work on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Record

Role = Literal["practitioner", "manager", "administrator", "reader"]


class Service(Record):
    """A youth justice service. Its `service_id` is its own id."""

    __tablename__ = "service"

    name: Mapped[str]
    area: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    reference_prefix: Mapped[str] = mapped_column(default="")


class User(Record):
    """Somebody who works with this casebook.

    Attributes:
        role: practitioner, manager, administrator or reader.
        ended_at: When they stopped working here; what they did stays under their name.
    """

    __tablename__ = "user"

    name: Mapped[str]
    role: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]


class Device(Record):
    """One copy of the casebook on one laptop. A restored or copied casebook is a new device.

    Attributes:
        replaces_id: The device whose backup this one was restored from.
    """

    __tablename__ = "device"

    name: Mapped[str]
    platform: Mapped[str] = mapped_column(default="")
    replaces_id: Mapped[str | None]
    retired_at: Mapped[datetime | None]
