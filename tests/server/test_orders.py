"""A device that was taken out: refused from its next request on, and told what to do, signed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from app.core.clock import FixedClock
from app.core.ids import new_id
from server.admin import Founded
from tests.server.conftest import Server
from tests.server.laptop import Laptop


@pytest.fixture
def home(still: Server) -> Founded:
    return still.new_service()


@pytest.fixture
def laptop(still: Server, home: Founded) -> Laptop:
    return still.enrolled(home.service_id)


@pytest.fixture
def administrator(still: Server, home: Founded) -> Laptop:
    return still.administrator(home)


def revoke(administrator: Laptop, laptop: Laptop, mode: str) -> None:
    path = f"/v1/admin/devices/{laptop.device_id}/revoke"
    answer = administrator.send("POST", path, json_body={"mode": mode})
    assert answer.status_code == 200, answer.text


def order_in(answer: Any, laptop: Laptop) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (403, "device_revoked")
    key = ECKey.import_key(laptop.enrolled["order_key"])
    signed = jws.deserialize_compact(answer.json()["order"], key, algorithms=["ES256"])
    assert signed.headers()["typ"] == "waymark-order+jws"
    return json.loads(signed.payload)  # type: ignore[no-any-return]


def test_a_revoked_device_is_refused_at_its_next_request_everywhere(
    laptop: Laptop, administrator: Laptop
) -> None:
    assert laptop.hello().status_code == 200
    revoke(administrator, laptop, "wipe")
    for answer in (
        laptop.hello(),
        laptop.pull("service"),
        laptop.push(laptop.operation()),
        laptop.send("GET", "/v1/caseload"),
        laptop.send("GET", f"/v1/blobs/{'0' * 64}"),
        laptop.ask_for_token(),
    ):
        assert order_in(answer, laptop)["mode"] == "wipe"


def test_an_order_names_device_service_mode_and_moment_and_keeps_its_nonce(
    laptop: Laptop, administrator: Laptop, home: Founded, clock: FixedClock
) -> None:
    revoke(administrator, laptop, "wipe")
    order = order_in(laptop.hello(), laptop)
    assert order["device_id"] == laptop.device_id
    assert order["service_id"] == home.service_id
    assert order["issued_at"] == int(clock.now().timestamp())
    clock.advance(timedelta(minutes=5))
    assert order_in(laptop.hello(), laptop) == order


def test_an_order_does_not_verify_with_another_services_key(
    still: Server, laptop: Laptop, administrator: Laptop
) -> None:
    stranger = still.enrolled(still.new_service("Alderbeck").service_id)
    revoke(administrator, laptop, "wipe")
    with pytest.raises(BadSignatureError):
        order_in(laptop.hello(), stranger)


def test_a_rescue_may_still_send_its_work_and_take_nothing(
    laptop: Laptop, administrator: Laptop
) -> None:
    revoke(administrator, laptop, "rescue")
    assert order_in(laptop.hello(), laptop)["mode"] == "rescue"
    assert order_in(laptop.pull("service"), laptop)["mode"] == "rescue"
    laptop.sign_on()
    assert laptop.push(laptop.operation()).json()["acked"] == 1
    state = laptop.send("HEAD", f"/v1/blobs/{'0' * 64}")
    assert state.status_code == 200


def test_a_rescue_ends_after_its_grace(
    laptop: Laptop, administrator: Laptop, clock: FixedClock
) -> None:
    revoke(administrator, laptop, "rescue")
    clock.advance(timedelta(days=14))
    assert order_in(laptop.ask_for_token(), laptop)["mode"] == "rescue"


def test_a_rescue_can_be_made_a_wipe(laptop: Laptop, administrator: Laptop) -> None:
    revoke(administrator, laptop, "rescue")
    first = order_in(laptop.hello(), laptop)
    revoke(administrator, laptop, "wipe")
    second = order_in(laptop.push(laptop.operation()), laptop)
    assert second["mode"] == "wipe"
    assert second["nonce"] != first["nonce"]


def test_a_device_may_be_let_in_no_more_and_told_nothing(
    laptop: Laptop, administrator: Laptop
) -> None:
    revoke(administrator, laptop, "none")
    answer = laptop.hello()
    assert answer.status_code == 403
    assert answer.json() == {"code": "device_revoked"}


def test_a_revoked_device_can_not_enrol_again_as_itself(
    still: Server, home: Founded, laptop: Laptop, administrator: Laptop
) -> None:
    revoke(administrator, laptop, "wipe")
    answer = laptop.ask_to_enrol(still.new_code(home.service_id))
    assert order_in(answer, laptop)["mode"] == "wipe"


def test_only_an_administrator_revokes_and_only_in_their_own_service(
    still: Server, home: Founded, laptop: Laptop
) -> None:
    path = f"/v1/admin/devices/{laptop.device_id}/revoke"
    for role in ("practitioner", "reader", "manager"):
        other = still.enrolled(home.service_id, role)
        answer = other.send("POST", path, json_body={"mode": "wipe"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    stranger = still.administrator(still.new_service("Alderbeck"))
    answer = stranger.send("POST", path, json_body={"mode": "wipe"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert laptop.hello().status_code == 200


def test_an_ended_lease_refuses_to_hand_out_and_never_to_take_in(
    still: Server, home: Founded, laptop: Laptop, clock: FixedClock
) -> None:
    until = laptop.hello().json()["lease_until"]
    assert until.startswith("2026-12-07T09:30")
    clock.advance(timedelta(days=14))
    laptop.sign_on()
    for answer in (laptop.pull("service"), laptop.send("GET", "/v1/caseload")):
        assert (answer.status_code, answer.json()["code"]) == (403, "lease_ended")
    assert laptop.push(laptop.operation()).json()["acked"] == 1
    # To ask is to renew it.
    assert laptop.hello().status_code == 200
    assert laptop.pull("service").status_code == 200


def test_an_administrator_sees_devices_and_what_lay_on_them(
    still: Server, home: Founded, laptop: Laptop, administrator: Laptop
) -> None:
    child = new_id()
    assert laptop.push(laptop.new_child(child)).json()["results"][0]["status"] == "applied"
    assert laptop.pull("service", child).status_code == 200
    # What is named in a pull lies on the laptop from then on.
    assert laptop.pull("service", child).status_code == 200
    rows = administrator.send("GET", "/v1/admin/devices").json()["devices"]
    row = next(row for row in rows if row["device_id"] == laptop.device_id)
    assert row["name"] == "Larchwood laptop 4"
    assert row["users"] == [{"user_id": laptop.user_id, "name": "Bartholomew Quill"}]
    assert row["children"] == 1
    path = f"/v1/admin/devices/{laptop.device_id}/manifest"
    streams = administrator.send("GET", path).json()["streams"]
    assert child in {stream["stream"] for stream in streams}


def test_a_child_is_opened_to_a_colleague_and_closed_again(
    still: Server, home: Founded, laptop: Laptop, administrator: Laptop
) -> None:
    child = new_id()
    laptop.push(laptop.new_child(child))
    colleague = still.enrolled(home.service_id)

    def theirs() -> list[str]:
        answer = colleague.send("GET", "/v1/caseload")
        return [row["child_id"] for row in answer.json()["children"]]

    assert theirs() == []
    path = f"/v1/admin/children/{child}/access"
    for given, expected in ((True, [child]), (False, [])):
        body = {"user_id": colleague.user_id, "given": given}
        assert administrator.send("POST", path, json_body=body).status_code == 200
        assert theirs() == expected
    nobody = administrator.send("POST", path, json_body={"user_id": new_id(), "given": True})
    assert nobody.status_code == 404
