"""The service, its people and devices, its own forms, and the figures that it holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Record

Role = Literal["practitioner", "manager", "administrator", "reader"]


class Service(Record):
    """A youth justice service. Its `service_id` is its own id.

    Attributes:
        trusted_roots: Certificates that it takes other certificates from, for signatures: each as
            DER in Base64.
    """

    __tablename__ = "service"

    name: Mapped[str]
    area: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    reference_prefix: Mapped[str] = mapped_column(default="")
    trusted_roots: Mapped[list[str] | None]


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


class ServiceForm(Record):
    """A form that the service wrote itself, in one version.

    Nothing that it asks is ever changed: a newer version is a record of its own.

    Attributes:
        title: In English, or else in the form's own language.
        document: The form, see `app.forms.kept`.
        source_name: Name of the spreadsheet that it came from.
        added_by: The user who brought it in.
    """

    __tablename__ = "service_form"
    __table_args__ = (Index("service_form_by_version", "form_id", "form_version"),)

    form_id: Mapped[str]
    form_version: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source_name: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str | None]


class DecisionFigures(Record):
    """How one decision fell on children of each ethnic group, in one area and period.

    Attributes:
        area_welsh: What the area is called in Welsh; empty where that is the same.
        period_from, period_to: The first and the last day that is counted.
        decision: List `decision_points`. out_of: list `decision_bases`, the stage before it.
        counts: For each group of the list `ethnicity` that is known: `events` and `total`.
        source_publisher, source_name, source_date: Who published it, under which name, and when.
        entered_by: The user who entered it.
    """

    __tablename__ = "decision_figures"
    __table_args__ = (Index("decision_figures_by_decision", "decision", "period_to"),)

    area: Mapped[str] = mapped_column(default="")
    area_welsh: Mapped[str] = mapped_column(default="")
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    decision: Mapped[str] = mapped_column(default="")
    out_of: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source_publisher: Mapped[str] = mapped_column(default="")
    source_name: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    entered_by: Mapped[str | None]


class ServiceWord(Record):
    """A word that spelling lets stand everywhere in the service.

    It may be a name, so it is kept here and in no settings.

    Attributes:
        word: Composed letters and straight apostrophes, as `app.casework.spelling.plain` gives it.
        language: Of the texts that it stands in: en or cy.
        added_by: The user who added it.
    """

    __tablename__ = "service_word"

    word: Mapped[str]
    language: Mapped[str]
    added_by: Mapped[str | None]
