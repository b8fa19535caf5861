"""Who may do what, to whose: the table that the server is held to, written from its contract.

It was written from what was agreed (issue, protocol), not from the server's code, and nothing here
imports it. Each line is a verb: the door that it goes through, then for each role whose it may be
done to:

- `o` one's own: a child on one's caseload; oneself; one's own device; one's own service.
- `h` handed on: a child who was on one's caseload, is somebody else's now, and whose records still
  lie on the laptop. Nothing more of them is read or taken elsewhere; work that was done is taken
  in.
- `s` somebody else's in the same service.
- `f` another service's: never, for anybody.
- `-` nobody's.

A child is handed on by whoever has the child now, or by a manager or administrator, also where
each practitioner has every child.

Managers and administrators have every child. A reader has what a practitioner has, reads only, and
never what is kept about victims. Only a manager countersigns. Only managers and administrators
erase. People and the service itself are the administrators'; anybody may keep their own details.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROLES: Final = ("practitioner", "manager", "administrator", "reader")

_OF_CHILDREN: Final = """
pull the child                      | POST /v1/pull     | o  | ohs | ohs | o
pull its victims                    | POST /v1/pull     | o  | ohs | ohs | -
pull its conflicts                  | POST /v1/pull     | o  | ohs | ohs | o
pull conflicts about its victims    | POST /v1/pull     | o  | ohs | ohs | -
find it in the caseload             | GET /v1/caseload  | o  | ohs | ohs | o
fetch its attachment                | GET /v1/blobs/{sha256}  | o | ohs | ohs | o
fetch an attachment about a victim  | GET /v1/blobs/{sha256}  | o | ohs | ohs | -
ask for its attachment's size       | HEAD /v1/blobs/{sha256} | o | ohs | ohs | o
create a record                     | POST /v1/push     | oh | ohs | ohs | -
change a record                     | POST /v1/push     | oh | ohs | ohs | -
change the child                    | POST /v1/push     | oh | ohs | ohs | -
take a record out of use            | POST /v1/push     | oh | ohs | ohs | -
take the child out of use           | POST /v1/push     | oh | ohs | ohs | -
create a victim                     | POST /v1/push     | oh | ohs | ohs | -
change a victim                     | POST /v1/push     | oh | ohs | ohs | -
move a record in                    | POST /v1/push     | oh | ohs | ohs | -
move a record out                   | POST /v1/push     | o  | ohs | ohs | -
merge it into one's own             | POST /v1/push     | o  | ohs | ohs | -
merge one's own into it             | POST /v1/push     | oh | ohs | ohs | -
allocate it                         | POST /v1/push     | o  | ohs | ohs | -
settle a conflict                   | POST /v1/push     | oh | ohs | ohs | -
settle a conflict about a victim    | POST /v1/push     | oh | ohs | ohs | -
name its attachment                 | POST /v1/push     | oh | ohs | ohs | -
name its attachment elsewhere       | POST /v1/push     | -  | -   | -   | -
countersign an assessment           | POST /v1/push     | -  | ohs | -   | -
return an assessment                | POST /v1/push     | -  | ohs | -   | -
sign an assessment off by its date  | POST /v1/push     | -  | ohs | -   | -
countersign an oversight            | POST /v1/push     | -  | ohs | -   | -
erase the child                     | POST /v1/push     | -  | ohs | ohs | -
erase a record alone                | POST /v1/push     | -  | -   | -   | -
open it to a colleague              | POST /v1/admin/children/{child_id}/access | - | ohs | ohs | -
close it to its worker              | POST /v1/admin/children/{child_id}/access | - | ohs | ohs | -
"""

_OF_PEOPLE: Final = """
ask what the server knows           | GET /v1/hello     | o | o  | o  | o
take a token for a person           | POST /v1/token    | o | o  | o  | o
send as a device                    | POST /v1/push     | o | o  | o  | o
ask as a device                     | POST /v1/pull     | o | o  | o  | o
send in a person's name             | POST /v1/push     | o | o  | o  | -
register a child                    | POST /v1/push     | o | o  | o  | -
send an attachment                  | PATCH /v1/blobs/{sha256} | o | o | o | -
change a person's name              | POST /v1/push     | o | o  | os | o
give a person a role                | POST /v1/push     | - | -  | os | -
end a person's account              | POST /v1/push     | - | -  | s  | -
add a person                        | POST /v1/push     | - | -  | o  | -
change the service                  | POST /v1/push     | - | -  | o  | -
add a form of the service           | POST /v1/push     | - | o  | o  | -
change a form of the service        | POST /v1/push     | - | o  | o  | -
add a word of the service           | POST /v1/push     | o | o  | o  | -
change a word of the service        | POST /v1/push     | - | o  | o  | -
describe a device                   | POST /v1/push     | o | o  | os | o
make a code                         | POST /v1/admin/codes   | - | - | o | -
list the devices                    | GET /v1/admin/devices  | - | o | o | -
take a device out                   | POST /v1/admin/devices/{device_id}/revoke  | - | - | s | -
list what lay on a device           | GET /v1/admin/devices/{device_id}/manifest | - | os | os | -
"""

HANDING_ON: Final = "allocate it"

# Which of these are tried of whom, where that isn't oneself, somebody else and another service's.
_TRIED: Final = {
    "register a child": "o",
    "send an attachment": "o",
    "ask what the server knows": "o",
    # Whoever ends their own account, or takes out the laptop in hand, has nothing to try next.
    "end a person's account": "sf",
    "take a device out": "sf",
    "add a person": "o",
    "change the service": "of",
    "add a form of the service": "o",
    "change a form of the service": "of",
    "add a word of the service": "o",
    "change a word of the service": "of",
    "make a code": "o",
    "list the devices": "o",
}

# Doors for which no role is asked.
WITHOUT_A_ROLE: Final = frozenset({"POST /v1/enrol", "GET /health", "GET /ready", "GET /metrics"})


@dataclass(frozen=True)
class Line:
    """One verb.

    Attributes:
        door: Method and path, as OpenAPI has it.
        may: By role, the letters of those whom it may be done to.
        tried: The letters of those whom it is tried on.
    """

    verb: str
    door: str
    may: dict[str, str]
    tried: str

    def allows(self, role: str, whose: str, *, every_child: bool = False) -> bool:
        """Whether the verb may have its effect.

        Args:
            every_child: The service gives each practitioner every child; readers have what
                practitioners have.
        """
        letters = self.may[role]
        if every_child and self.verb != HANDING_ON and "h" in self.tried and "o" in letters:
            letters = "ohs"
        return whose in letters


def lines_of(table: str, tried: str) -> tuple[Line, ...]:
    """The lines of a table."""
    found = []
    for line in table.strip().splitlines():
        verb, door, *letters = (part.strip() for part in line.split("|"))
        may = dict(zip(ROLES, letters, strict=True))
        found.append(Line(verb, door, may, _TRIED.get(verb, tried)))
    return tuple(found)


OF_CHILDREN: Final = lines_of(_OF_CHILDREN, "ohsf")
OF_PEOPLE: Final = lines_of(_OF_PEOPLE, "osf")
