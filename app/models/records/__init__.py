"""Every record that a casebook holds, and the registry of their types.

A new type of record is a class below this package; from then on it is logged, searched, moved,
erased and tested like the others, because all of that goes by `RECORD_TYPES`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from app.models.base import Base, ChildRecord, Record
from app.models.records.child import Alert, CareStatus, Child, Consent, Identifier
from app.models.records.chronology import ChronologyEntry
from app.models.records.court import Hearing, Offence, Outcome
from app.models.records.disclosure import Disclosure
from app.models.records.local import CasebookState, OpenEdit, Place
from app.models.records.oversight import Oversight, Panel, Task
from app.models.records.people import Address, Carer, Professional, Victim
from app.models.records.reports import (
    ReportComment,
    ReportPassage,
    ReportReadBack,
    ReportRequirement,
    ReportSignature,
)
from app.models.records.service import (
    DecisionFigures,
    Device,
    Service,
    ServiceForm,
    ServiceWord,
    User,
)
from app.models.records.sync import (
    StreamCursor,
    SyncChoice,
    SyncConflict,
    SyncExtra,
    SyncNotice,
    SyncQuarantine,
    SyncRefused,
    SyncSignIn,
    SyncState,
)
from app.models.records.work import FormRecord, Handover, HarmPrompt, Report

RECORD_TYPES: Final = MappingProxyType(
    {
        mapper.class_.record_type(): mapper.class_
        for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
        if issubclass(mapper.class_, Record)
    }
)

# Done while the program starts, so that it isn't added to the first unlock.
Base.registry.configure()

__all__ = [
    "RECORD_TYPES",
    "Address",
    "Alert",
    "CareStatus",
    "Carer",
    "CasebookState",
    "Child",
    "ChildRecord",
    "ChronologyEntry",
    "Consent",
    "DecisionFigures",
    "Device",
    "Disclosure",
    "FormRecord",
    "Handover",
    "HarmPrompt",
    "Hearing",
    "Identifier",
    "Offence",
    "OpenEdit",
    "Outcome",
    "Oversight",
    "Panel",
    "Place",
    "Professional",
    "Record",
    "Report",
    "ReportComment",
    "ReportPassage",
    "ReportReadBack",
    "ReportRequirement",
    "ReportSignature",
    "Service",
    "ServiceForm",
    "ServiceWord",
    "StreamCursor",
    "SyncChoice",
    "SyncConflict",
    "SyncExtra",
    "SyncNotice",
    "SyncQuarantine",
    "SyncRefused",
    "SyncSignIn",
    "SyncState",
    "Task",
    "User",
    "Victim",
]
