"""How each verb of the table is tried, and whether it had its effect, judged by the answer.

A read had its effect when the answer holds a word that stands nowhere but in what was asked for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, Final

import httpx

from app.core.ids import new_id
from tests.server.isolation.ground import Actor, Ground, Home, Subject
from tests.server.store.world import Person

_DONE: Final = {"applied", "merged", "conflict"}

OfChild = Callable[[Ground, Actor, Subject], bool]
OfPerson = Callable[[Ground, Actor, str], bool]


def pushed(actor: Actor, *operations: dict[str, Any], **changes: Any) -> bool:
    """Whether the last of these operations had its effect."""
    answer = actor.laptop.push(*operations, **changes)
    if answer.status_code != 200:
        actor.laptop.device_seq -= len(operations)
        assert 400 <= answer.status_code < 500, answer.text
        return False
    return bool(answer.json()["results"][-1]["status"] in _DONE)


def written(kind: str, type_: str, of: str, child_id: str, **more: Any) -> OfChild:
    """A verb that sends one operation on `of` (an attribute of the subject; "" for a new id)."""

    def tried(_: Ground, actor: Actor, subject: Subject) -> bool:
        values = {
            name: value(actor, subject) if callable(value) else value
            for name, value in more.items()
        }
        operation = actor.laptop.operation(
            kind=kind,
            type=type_,
            id=getattr(subject, of) if of else new_id(),
            child_id=getattr(subject, child_id),
            base_rev=9,
            **values,
        )
        return pushed(actor, operation)

    return tried


def _own(actor: Actor) -> Subject:
    """A child of the actor's own, to move and merge with."""
    assert actor.own is not None
    return actor.own


def _in_child(_: Actor, subject: Subject) -> dict[str, Any]:
    return {"child_id": subject.child, "note": "new"}


def move_in(_: Ground, actor: Actor, subject: Subject) -> bool:
    own = _own(actor)
    operation = actor.laptop.operation(
        kind="move",
        type="offence",
        id=own.record,
        child_id=own.child,
        base_rev=9,
        set={"child_id": subject.child},
    )
    return pushed(actor, operation)


def move_out(_: Ground, actor: Actor, subject: Subject) -> bool:
    operation = actor.laptop.operation(
        kind="move",
        type="offence",
        id=subject.record,
        child_id=subject.child,
        base_rev=9,
        set={"child_id": _own(actor).child},
    )
    return pushed(actor, operation)


def _merge(actor: Actor, from_: Subject, into: Subject) -> bool:
    """What a laptop sends when two records are one child: the mark, and the records moved."""
    group = new_id()
    mark = actor.laptop.operation(
        kind="merge",
        group=group,
        type="child",
        id=from_.child,
        child_id=from_.child,
        base_rev=9,
        set={"merged_into": into.child},
    )
    move = actor.laptop.operation(
        kind="move",
        group=group,
        type="offence",
        id=from_.record,
        child_id=from_.child,
        base_rev=9,
        set={"child_id": into.child},
    )
    return pushed(actor, mark, move)


def merge_into_own(_: Ground, actor: Actor, subject: Subject) -> bool:
    return _merge(actor, subject, _own(actor))


def merge_own_into(_: Ground, actor: Actor, subject: Subject) -> bool:
    return _merge(actor, _own(actor), subject)


def name_elsewhere(_: Ground, actor: Actor, subject: Subject) -> bool:
    own = _own(actor)
    operation = actor.laptop.operation(
        kind="update",
        type="offence",
        id=own.record,
        child_id=own.child,
        base_rev=9,
        set={"drawing": {"sha256": subject.blob, "size": 64}},
    )
    return pushed(actor, operation)


def pulled(told: str) -> OfChild:
    """A pull of the child's stream; `told` names what must, or must not, stand in the answer."""

    def tried(_: Ground, actor: Actor, subject: Subject) -> bool:
        answer = actor.laptop.pull(*dict.fromkeys((*actor.streams, subject.child)))
        assert answer.status_code == 200, answer.text
        if told == "told":
            named = {change["id"] for change in answer.json()["changes"]}
            assert (subject.child in named) == (subject.told in answer.text)
        return bool(getattr(subject, told) in answer.text)

    return tried


def in_caseload(_: Ground, actor: Actor, subject: Subject) -> bool:
    return subject.told in actor.laptop.send("GET", "/v1/caseload").text


def fetched(which: str) -> OfChild:
    def tried(_: Ground, actor: Actor, subject: Subject) -> bool:
        answer = actor.laptop.send("GET", f"/v1/blobs/{getattr(subject, which)}")
        return bool(answer.content == getattr(subject, which + "_told"))

    return tried


def sized(_: Ground, actor: Actor, subject: Subject) -> bool:
    headers = actor.laptop.send("HEAD", f"/v1/blobs/{subject.blob}").headers
    return headers["upload-complete"] == "?1" and headers["upload-length"] == "64"


def access(*, given: bool) -> OfChild:
    def tried(_: Ground, actor: Actor, subject: Subject) -> bool:
        user = actor.home.second_desk.people[0].id if given else subject.worker
        path = f"/v1/admin/children/{subject.child}/access"
        body = {"user_id": user, "given": given}
        return _answered(actor.laptop.send("POST", path, json_body=body))

    return tried


def _answered(answer: httpx.Response) -> bool:
    assert answer.status_code < 500, answer.text
    return answer.status_code == 200


def _state(value: str) -> dict[str, Any]:
    return {"set": {"state": value}}


ON_CHILDREN: Final[dict[str, OfChild]] = {
    "pull the child": pulled("told"),
    "pull its victims": pulled("victim_told"),
    "pull its conflicts": pulled("conflict_told"),
    "pull conflicts about its victims": pulled("victim_conflict_told"),
    "find it in the caseload": in_caseload,
    "fetch its attachment": fetched("blob"),
    "fetch an attachment about a victim": fetched("victim_blob"),
    "ask for its attachment's size": sized,
    "create a record": written("create", "offence", "", "child", set=_in_child),
    "change a record": written("update", "offence", "record", "child", set={"note": "other"}),
    "change the child": written("update", "child", "child", "child", set={"given_name": "x"}),
    "take a record out of use": written(
        "remove", "offence", "record", "child", set={"removed_at": "2026-11-23T09:00:00Z"}
    ),
    "take the child out of use": written(
        "remove", "child", "child", "child", set={"removed_at": "2026-11-23T09:00:00Z"}
    ),
    "create a victim": written("create", "victim", "", "child", set=_in_child),
    "change a victim": written("update", "victim", "victim", "child", set={"name": "other"}),
    "move a record in": move_in,
    "move a record out": move_out,
    "merge it into one's own": merge_into_own,
    "merge one's own into it": merge_own_into,
    "allocate it": written(
        "update",
        "child",
        "child",
        "child",
        set=lambda actor, _: {"allocated_to": actor.home.second_desk.people[0].id},
    ),
    "settle a conflict": written(
        "update",
        "offence",
        "record",
        "child",
        set={"note": "both"},
        resolves=lambda _, subject: [subject.conflict],
    ),
    "settle a conflict about a victim": written(
        "update",
        "victim",
        "victim",
        "child",
        set={"phone": "both"},
        resolves=lambda _, subject: [subject.victim_conflict],
    ),
    "name its attachment": written(
        "create",
        "report",
        "",
        "child",
        set=lambda _, subject: {
            "child_id": subject.child,
            "drawing": {"sha256": subject.blob, "size": 64},
        },
    ),
    "name its attachment elsewhere": name_elsewhere,
    "countersign an assessment": written(
        "update", "form_record", "form", "child", **_state("countersigned")
    ),
    "return an assessment": written("update", "form_record", "form", "child", **_state("returned")),
    "sign an assessment off by its date": written(
        "update", "form_record", "form", "child", set={"countersigned_at": "2026-11-23"}
    ),
    "countersign an oversight": written(
        "update", "oversight", "oversight", "child", **_state("countersigned")
    ),
    "erase the child": written("erase", "child", "child", "child"),
    "erase a record alone": written("erase", "offence", "record", "child"),
    "open it to a colleague": access(given=True),
    "close it to its worker": access(given=False),
}

# What must lie there for a verb, beside the child's records.
WANTED: Final[dict[str, frozenset[str]]] = {
    "settle a conflict": frozenset({"conflict"}),
    "settle a conflict about a victim": frozenset({"conflict"}),
    "name its attachment": frozenset({"blob"}),
    "name its attachment elsewhere": frozenset({"blob"}),
}
# Verbs that only look: what they find may be shared by all that try.
LOOKS: Final = frozenset(
    verb for verb in ON_CHILDREN if verb.startswith(("pull", "find", "fetch", "ask"))
)


# -- people, devices and the service itself ------------------------------------------------------


def _home(ground: Ground, actor: Actor, whose: str) -> Home:
    return ground.strangers if whose == "f" else actor.home


def _person(ground: Ground, actor: Actor, whose: str) -> Person:
    if whose == "o":
        return Person(actor.laptop.user_id, actor.role)  # type: ignore[arg-type]
    return ground.person(_home(ground, actor, whose))


def on_person(**fields: Any) -> OfPerson:
    """A verb that writes into the record of a person."""

    def tried(ground: Ground, actor: Actor, whose: str) -> bool:
        user = _person(ground, actor, whose).id
        if whose == "o" and user not in _RECORDED:
            named = {"name": "Ottilie Marsh", "role": actor.role}
            administrator = actor.home.laptop(actor.home.person("administrator"))
            administrator.op("create", "user", user, set=named)
            administrator.push()
            _RECORDED.add(user)
        values = {name: str(value).format(new=new_id()) for name, value in fields.items()}
        before = ground.digest()
        operation = actor.laptop.operation(
            kind="update", type="user", id=user, base_rev=9, set=values
        )
        return _as_told(ground, before, pushed(actor, operation))

    return tried


_RECORDED: set[str] = set()


def _as_told(ground: Ground, before: str, done: bool) -> bool:
    """What was done, where the database agrees with the answer."""
    assert (ground.digest() != before) == done, f"the answer says {done}"
    return done


def give_role(ground: Ground, actor: Actor, whose: str) -> bool:
    # One's own stays what it is: only whether it may be written is asked.
    other = {"practitioner": "manager", "manager": "practitioner"}.get(actor.role, "manager")
    if whose == "o" and actor.role == "administrator":
        return on_person(role="administrator", phone="{new}")(ground, actor, whose)
    return on_person(role=other if whose == "o" else "manager")(ground, actor, whose)


def take_token(ground: Ground, actor: Actor, whose: str) -> bool:
    user = _person(ground, actor, whose)
    before = ground.digest()
    service = _home(ground, actor, whose).service_id
    answer = actor.laptop.ask_for_token(user_id=user.id, service_id=service)
    assert ground.digest() == before
    return _answered(answer)


def send_as_device(ground: Ground, actor: Actor, whose: str) -> bool:
    device = _device(ground, actor, whose)
    before = ground.digest()
    answer = actor.laptop.push(actor.laptop.operation(), device_id=device)
    if answer.status_code != 200:
        actor.laptop.device_seq -= 1
    assert ground.digest() == before
    return _answered(answer)


def ask_as_device(ground: Ground, actor: Actor, whose: str) -> bool:
    device = _device(ground, actor, whose)
    before = ground.digest()
    answer = actor.laptop.pull(*actor.streams, device_id=device)
    assert answer.status_code == 200 or ground.digest() == before
    return _answered(answer)


def _device(ground: Ground, actor: Actor, whose: str) -> str:
    if whose == "o":
        return actor.laptop.device_id
    home = _home(ground, actor, whose)
    return home.laptop(home.person()).id


def send_for_person(ground: Ground, actor: Actor, whose: str) -> bool:
    person = _person(ground, actor, whose)
    return _plain(
        ground,
        actor,
        kind="update",
        type="offence",
        id=actor.shared["o"].record,
        child_id=actor.shared["o"].child,
        set={"note": new_id()},
        actor=person.id,
    )


def register(ground: Ground, actor: Actor, _: str) -> bool:
    child = new_id()
    fields = {"given_name": "Tansy", "family_name": child}
    return _plain(ground, actor, kind="create", type="child", id=child, child_id=child, set=fields)


def _plain(ground: Ground, by: Actor, **operation: Any) -> bool:
    before = ground.digest()
    done = pushed(by, by.laptop.operation(base_rev=99, **operation))
    return _as_told(ground, before, done)


def send_attachment(ground: Ground, actor: Actor, _: str) -> bool:
    content = os.urandom(32)
    before = ground.digest()
    answer = actor.laptop.send(
        "PATCH",
        f"/v1/blobs/{hashlib.sha256(content).hexdigest()}",
        content=content,
        headers={"upload-offset": "0", "upload-length": "32"},
    )
    return _as_told(ground, before, _answered(answer))


def add_person(ground: Ground, actor: Actor, _: str) -> bool:
    named = {"name": "Percival Thrale", "role": "administrator"}
    return _plain(ground, actor, kind="create", type="user", id=new_id(), set=named)


def change_service(ground: Ground, actor: Actor, whose: str) -> bool:
    home = _home(ground, actor, whose)
    kind = "update" if whose == "f" else "create"
    fields = {"name": new_id()}
    return _plain(ground, actor, kind=kind, type="service", id=home.service_id, set=fields)


def add_form(ground: Ground, actor: Actor, _: str) -> bool:
    fields = {"form_id": "extra", "title": "Extra"}
    return _plain(ground, actor, kind="create", type="service_form", id=new_id(), set=fields)


def change_form(ground: Ground, actor: Actor, whose: str) -> bool:
    form = _home(ground, actor, whose).form
    fields = {"title": new_id()}
    return _plain(ground, actor, kind="update", type="service_form", id=form, set=fields)


def add_word(ground: Ground, actor: Actor, _: str) -> bool:
    fields = {"word": new_id(), "language": "en"}
    return _plain(ground, actor, kind="create", type="service_word", id=new_id(), set=fields)


def change_word(ground: Ground, actor: Actor, whose: str) -> bool:
    word = _home(ground, actor, whose).word
    fields = {"word": new_id()}
    return _plain(ground, actor, kind="update", type="service_word", id=word, set=fields)


def describe_device(ground: Ground, actor: Actor, whose: str) -> bool:
    device = _device(ground, actor, whose)
    kind = "update" if whose == "f" else "create"
    return _plain(ground, actor, kind=kind, type="device", id=device, set={"name": new_id()})


def make_code(ground: Ground, actor: Actor, _: str) -> bool:
    before = ground.digest()
    body = {"user_name": "Percival Thrale", "role": "reader"}
    answer = actor.laptop.send("POST", "/v1/admin/codes", json_body=body)
    return _as_told(ground, before, _answered(answer))


def _looked(path: str) -> OfPerson:
    def tried(ground: Ground, actor: Actor, whose: str) -> bool:
        device = _device(ground, actor, whose)
        before = ground.digest()
        answer = actor.laptop.send("GET", path.format(device=device))
        assert ground.digest() == before
        return _answered(answer)

    return tried


def take_out(ground: Ground, actor: Actor, whose: str) -> bool:
    device = _device(ground, actor, whose)
    before = ground.digest()
    path = f"/v1/admin/devices/{device}/revoke"
    answer = actor.laptop.send("POST", path, json_body={"mode": "wipe"})
    return _as_told(ground, before, _answered(answer))


ON_PEOPLE: Final[dict[str, OfPerson]] = {
    "ask what the server knows": _looked("/v1/hello"),
    "take a token for a person": take_token,
    "send as a device": send_as_device,
    "ask as a device": ask_as_device,
    "send in a person's name": send_for_person,
    "register a child": register,
    "send an attachment": send_attachment,
    "change a person's name": on_person(name="Name {new}"),
    "give a person a role": give_role,
    "end a person's account": on_person(ended_at="2026-11-23T09:00:00Z"),
    "add a person": add_person,
    "change the service": change_service,
    "add a form of the service": add_form,
    "change a form of the service": change_form,
    "add a word of the service": add_word,
    "change a word of the service": change_word,
    "describe a device": describe_device,
    "make a code": make_code,
    "list the devices": _looked("/v1/admin/devices"),
    "take a device out": take_out,
    "list what lay on a device": _looked("/v1/admin/devices/{device}/manifest"),
}
