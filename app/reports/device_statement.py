"""One page for gate and reception staff: what this laptop does and does not do in custody mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.i18n import N_
from app.reports.content import Bullets, Fact, Facts, Language, Paragraph, Report, Run, Section
from app.reports.words import day, wording

KIND = "device_statement"
LABELS = 0.45
"""What is ticked off at the gate is a sentence."""


@dataclass(frozen=True, slots=True)
class DeviceStatement:
    """What differs from laptop to laptop.

    Attributes:
        holder: Who uses it, with the role. made_at: By the clock on the wall.
        on: Whether custody mode is on as this is written.
    """

    service_name: str
    holder: str
    device_name: str
    device_id: str
    version: str
    made_at: datetime
    on: bool


def device_statement(said: DeviceStatement, language: Language) -> Report:
    """The statement. It says what the program does, and leaves the laptop itself to its user."""
    say = wording(language)

    def points(*texts: str) -> Bullets:
        return Bullets(tuple((Run(say(text)),) for text in texts))

    state = say("On") if said.on else say("Off: it has to be switched on before the gate")
    program = Section(
        "1",
        say("What Waymark does in custody mode"),
        (
            points(
                N_(
                    "It uses no network. It opens no connection and accepts none until custody "
                    "mode is switched off, also after it was locked or the laptop was started "
                    "again."
                ),
                N_("It records nothing. It has no part that uses a microphone or a camera."),
                N_("It shows “No recording. No network.” at the top of its window."),
                N_(
                    "What is written stays encrypted on this laptop. It opens with a passphrase, "
                    "and locks by itself when nobody uses it."
                ),
            ),
        ),
    )
    laptop = Section(
        "2",
        say("What Waymark can’t switch off"),
        (
            Paragraph(
                (
                    Run(
                        say(
                            "Wi-Fi, Bluetooth, mobile data, microphone and camera belong to the "
                            "laptop. Whoever brings it in switches them off in the settings of the "
                            "laptop, and shows that here."
                        )
                    ),
                )
            ),
            Facts(
                tuple(
                    Fact(say(label), _blank(say("Seen by")))
                    for label in (N_("Flight mode is on"), N_("Camera and microphone are off"))
                ),
                LABELS,
            ),
        ),
    )
    seen = Section(
        "3",
        say("For the establishment"),
        (
            Paragraph(
                (
                    Run(
                        say(
                            "This page describes the laptop. It does not give leave to bring it "
                            "in: that is for the establishment to decide."
                        )
                    ),
                )
            ),
            Facts(
                tuple(
                    Fact(say(label), _blank())
                    for label in (N_("Name and role"), N_("Date, time and signature"))
                ),
                LABELS,
            ),
        ),
    )
    return Report(
        kind=KIND,
        title=say("Statement about this laptop"),
        subtitle=say("For staff at the gate and at reception"),
        reference=said.device_id[-8:].upper(),
        language=language,
        service_name=said.service_name,
        status="final",
        made_on=said.made_at.date(),
        front=(
            Fact(say("Laptop"), said.device_name),
            Fact(say("Brought by"), said.holder),
            Fact(say("Program"), f"Waymark {said.version}"),
            Fact(say("Written"), f"{day(said.made_at.date(), language)}, {said.made_at:%H:%M}"),
            Fact(say("Custody mode"), state),
        ),
        sections=(program, laptop, seen),
        marking="",
    )


def _blank(words: str = "") -> str:
    """A line to write on."""
    return f"{words} {'.' * 48}".strip()
