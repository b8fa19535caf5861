"""A device gets in by a one-time code, once, in time, into the service that the code is of."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.ids import new_id
from server.database import scoped
from server.enrolment import hash_of
from tests.server.conftest import Server
from tests.server.laptop import Laptop


def code_of(answer: object) -> str:
    return answer.json()["code"]  # type: ignore[attr-defined,no-any-return]


def test_a_code_lets_a_device_into_its_service_as_its_person(still: Server) -> None:
    home = still.new_service("Larchwood", area="Larch Vale")
    laptop = still.laptop()
    enrolled = laptop.enrol(still.new_code(home.service_id, "manager"))
    assert enrolled["service_id"] == home.service_id
    assert enrolled["service_name"] == "Larchwood"
    assert enrolled["area"] == "Larch Vale"
    assert enrolled["user_name"] == "Bartholomew Quill"
    assert enrolled["role"] == "manager"
    assert set(enrolled["order_key"]) == {"kty", "crv", "x", "y"}
    hello = laptop.hello()
    assert hello.status_code == 200, hello.text
    assert hello.json()["epoch"] == enrolled["epoch"]
    assert hello.json()["role"] == "manager"


def test_a_code_is_good_for_fifteen_minutes(still: Server, clock: FixedClock) -> None:
    home = still.new_service()
    code, other = still.new_code(home.service_id), still.new_code(home.service_id)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert still.laptop().ask_to_enrol(code).status_code == 200
    clock.advance(timedelta(seconds=1))
    late = still.laptop().ask_to_enrol(other)
    assert (late.status_code, code_of(late)) == (403, "code_expired")


def test_a_code_is_good_once(still: Server) -> None:
    home = still.new_service()
    code = still.new_code(home.service_id)
    still.laptop().enrol(code)
    again = still.laptop().ask_to_enrol(code)
    assert (again.status_code, code_of(again)) == (403, "code_unknown")


def test_the_same_device_may_ask_again_when_the_answer_was_lost(still: Server) -> None:
    home = still.new_service()
    code = still.new_code(home.service_id)
    laptop = still.laptop()
    first, second = laptop.ask_to_enrol(code), laptop.ask_to_enrol(code)
    assert second.status_code == 200
    assert first.json() == second.json()


def test_a_code_may_be_typed_in_any_way(still: Server) -> None:
    home = still.new_service()
    code = still.new_code(home.service_id).lower().replace("0", "o").replace("1", "l")
    assert still.laptop().ask_to_enrol(f" {code.replace('-', ' ')} ").status_code == 200


def test_of_a_code_only_the_hash_is_kept(still: Server) -> None:
    home = still.new_service()
    code = still.new_code(home.service_id)
    with scoped(still.parts.engine, home.service_id) as connection:
        row = connection.execute(
            text("SELECT * FROM enrolment_code WHERE service_id = :s"), {"s": home.service_id}
        ).one()
    assert hash_of(code) in row
    kept = repr(tuple(bytes(part) if isinstance(part, memoryview) else part for part in row))
    assert code not in kept and code.replace("-", "") not in kept
    assert "Quill" not in kept


def test_wrong_codes_are_counted_and_then_refused_unread(still: Server, clock: FixedClock) -> None:
    home = still.new_service()
    right = still.new_code(home.service_id)
    for _ in range(still.parts.settings.most_failed_tries):
        wrong = still.laptop().ask_to_enrol("0000-0000-0000")
        assert (wrong.status_code, code_of(wrong)) == (403, "code_unknown")
    too_often = still.laptop().ask_to_enrol(right)
    assert (too_often.status_code, code_of(too_often)) == (429, "busy")
    assert int(too_often.headers["retry-after"]) > 0
    clock.advance(timedelta(minutes=15))
    fresh = still.new_code(home.service_id)
    assert still.laptop().ask_to_enrol(fresh).status_code == 200


def test_a_code_of_another_service_is_refused_to_a_casebook_that_belongs_to_one(
    still: Server,
) -> None:
    code = still.new_code(still.new_service().service_id)
    answer = still.laptop().ask_to_enrol(code, service_id=new_id())
    assert (answer.status_code, code_of(answer)) == (403, "wrong_service")


def test_a_code_of_somebody_else_is_refused(still: Server) -> None:
    code = still.new_code(still.new_service().service_id)
    answer = still.laptop().ask_to_enrol(code, user_id=new_id())
    assert (answer.status_code, code_of(answer)) == (403, "not_allowed")


def test_the_key_in_the_body_must_be_the_one_that_signed(still: Server) -> None:
    code = still.new_code(still.new_service().service_id)
    laptop = still.laptop()
    answer = laptop.ask_to_enrol(code, device_key=Laptop().jwk)
    assert (answer.status_code, code_of(answer)) == (401, "proof_invalid")


def test_a_device_id_can_not_be_taken_over_with_another_key(still: Server) -> None:
    home = still.new_service()
    first, thief = still.enrolled(home.service_id), still.laptop()
    thief.device_id = first.device_id
    answer = thief.ask_to_enrol(still.new_code(home.service_id))
    assert (answer.status_code, code_of(answer)) == (403, "not_allowed")
    assert first.hello().status_code == 200


def test_a_second_person_joins_a_laptop_with_a_code_of_their_own(still: Server) -> None:
    home = still.new_service()
    laptop = still.enrolled(home.service_id)
    first = laptop.user_id
    laptop.enrol(still.new_code(home.service_id, "manager"))
    assert laptop.user_id != first
    assert laptop.hello().json()["role"] == "manager"
    laptop.user_id = first
    laptop.sign_on()
    assert laptop.hello().json()["role"] == "practitioner"


def test_an_existing_casebook_keeps_its_service_and_administrator(still: Server) -> None:
    service_id, user_id = new_id(), new_id()
    home = still.new_service(service_id=service_id, user_id=user_id)
    laptop = still.laptop()
    code = still.new_code(home.service_id, "administrator", user_id)
    answer = laptop.ask_to_enrol(code, service_id=service_id, user_id=user_id)
    assert answer.status_code == 200
    assert (answer.json()["service_id"], answer.json()["user_id"]) == (service_id, user_id)
    assert answer.json()["user_name"] == "Maud Fennimore"
