"""How the Youth Justice Board's case-level return spells what the records hold.

The one map for exports. Left: group and field as the Board receives them; right: record type and
column here. What the Board asks for and is worked out (`ageAtArrestOrOffence`,
`legalOutcomeGroup`) or follows from codes has no column and is not here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

YJB_NAMES: Final = MappingProxyType(
    {
        "person_details.ypid": "identifier.value",
        "person_details.originatingYOTPersonID": "identifier.value",
        "person_details.pncnumber": "identifier.value",
        "person_details.currentYOTID": "child.yjs_area",
        "person_details.dateOfBirth": "child.date_of_birth",
        "person_details.sex": "child.sex",
        "person_details.gender": "child.gender",
        "person_details.ethnicity": "child.ethnicity",
        "person_details.preferredLanguage": "child.preferred_language",
        "person_details.religion": "child.religion",
        "offence.offenceID": "offence.id",
        "offence.offenceDate": "offence.offence_date",
        "offence.offenceDescription": "offence.description",
        "offence.cjscode": "offence.cjs_code",
        "offence.yjboffenceCategory": "offence.category",
        "offence.yjbseriousnessScore": "offence.seriousness",
        "offence.knifeRelatedOffence": "offence.knife",
        "offenceLegalOutcome.outcomeDate": "outcome.outcome_date",
        "offenceLegalOutcome.outcomeEndDate": "outcome.end_date",
        "offenceLegalOutcome.legalOutcome": "outcome.disposal",
        "offenceLegalOutcome.termYears": "outcome.term_years",
        "offenceLegalOutcome.termMonths": "outcome.term_months",
        "offenceLegalOutcome.residenceOnLegalOutcomeDate": "outcome.residence",
        "offenceLegalOutcome.outcomeAppealStatus": "outcome.appeal",
        "offenceLegalOutcome.mainOrOther": "outcome.main_or_other",
        "residence.type": "address.kind",
        "residence.suitability": "address.suitability",
        "residence.startDate": "address.from_date",
        "residence.endDate": "address.to_date",
        "sendaln.identifiedSENDALN": "child.send_aln",
        "sendaln.formalPlan": "child.send_plan",
        "sendaln.startDate": "child.send_plan_from",
        "sendaln.endDate": "child.send_plan_to",
        "care_status.status": "care_status.status",
        "care_status.startDate": "care_status.from_date",
        "care_status.endDate": "care_status.to_date",
        "victim_intervention.victimID": "victim.id",
        "victim_intervention.victimType": "victim.kind",
        "victim_intervention.consentYJSContact": "victim.contact_consent",
        "victim_intervention.viewPrior": "victim.view_sought_on",
        "victim_intervention.engagedRJ": "victim.restorative_interest",
        "victim_intervention.engagedRJStartDate": "victim.restorative_from",
        "victim_intervention.engagedRJEndDate": "victim.restorative_to",
        "victim_intervention.progressRequest": "victim.progress_requested",
        "victim_intervention.progressProvided": "victim.progress_given",
        "victim_intervention.additionalSupportRequest": "victim.support_requested",
        "victim_intervention.additionalSupportProvided": "victim.support_given",
    }
)

# Which kind of identifier stands for which of the Board's numbers.
YJB_IDENTIFIERS: Final = MappingProxyType(
    {
        "ypid": "person_details.ypid",
        "pnc": "person_details.pncnumber",
        "case_number": "person_details.originatingYOTPersonID",
    }
)
