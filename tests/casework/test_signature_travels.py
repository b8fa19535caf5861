"""A signed copy goes to the other laptops of the service: a PDF is told on each as on the first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.casework import children, report_signing, reports, sync_deeds
from app.casework.children import ChildDetails
from app.casework.provenance import provenance
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_report_signing import brought, exported
from tests.casework.test_reports import case, made


def test_a_signed_copy_is_told_and_exported_on_another_laptop(
    new_desk: NewDesk, tmp_path: Path
) -> None:
    ash, rowan = new_desk("Ash Rivers"), new_desk("Rowan Okell", "manager")
    tal = ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3))
    report = made(ash, case(ash, lambda: children.add_child(ash, tal)))
    reports.make_final(ash, report.id, "The hearing is tomorrow.")
    signature = report_signing.sign(ash, report.id, brought(ash, tmp_path))
    sync_deeds.choose(rowan, report.child_id, True)
    quiet(ash, rowan)
    file = tmp_path / "signed.pdf"
    here = exported(ash, report.id, file, signature.id)
    assert exported(rowan, report.id, tmp_path / "there.pdf", signature.id) == here
    assert report_signing.list_signatures(rowan, report.id) == (signature,)
    told = provenance(rowan, file)
    assert (told.verdict, told.report_id) == ("signed", report.id)
