"""What a laptop and the central server say to each other: the messages, their limits, their words.

Both sides import this module and nothing here knows how either keeps its data. Every message is
checked as a whole before any of it is used.

**Fields.** A record travels as a flat mapping of field to value. A column is a field by its name;
a document (a form's answers) is taken apart so that two people who answer different questions
never collide (`app.models.documents.leaves`):

- `answers.home_settled`: one answer;
- `answers.people/<row id>`: a row of a repeat, `{"row": true}`, or null when it was taken out;
- `answers.people/<row id>/who`: an answer within a row;
- `answers.people/@order`: the order of rows, only where it is not that of their ids.

Bytes (a report's pages, a drawing) travel as a *blob*, by their hash: the field holds
`{"sha256": …, "size": …}` and the bytes go up before the operation that names them.

**Operations** are the entries of the device's change log in their order, every one: those that
write records and those that only say what was done (a consultation, an unlock), so that the
server's audit trail has no gap either. An operation whose values were lawfully erased since has
an empty `set`.

**Streams.** One per child, named by the child's id, and `SERVICE_STREAM` for what belongs to the
service. A stream counts its changes from 1 in the order in which they were committed.

**Limits** are the server's to enforce and the laptop's to keep; a laptop refuses the same of an
answer, because a server can be hostile too.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

PROTOCOL: Final = 1
# The version of the records' fields: counts the store's numbered migrations that changed any.
# A laptop says its own; a server keeps fields that it doesn't know, and so does a laptop.
OLDEST_PROTOCOL: Final = 1

SERVICE_STREAM: Final = "service"

MOST_OPERATIONS: Final = 500
# A group is atomic and may exceed the number above, alone in its request.
MOST_OPERATIONS_OF_A_GROUP: Final = 5_000
MOST_REQUEST_BYTES: Final = 1024 * 1024
MOST_GROUP_BYTES: Final = 8 * 1024 * 1024
MOST_RESPONSE_BYTES: Final = 16 * 1024 * 1024
MOST_DEPTH: Final = 24
MOST_FIELDS: Final = 5_000
MOST_FIELD_NAME: Final = 400
MOST_STREAMS: Final = 2_000
MOST_CHANGES: Final = 1_000
BLOB_CHUNK_BYTES: Final = 512 * 1024
MOST_BLOB_BYTES: Final = 64 * 1024 * 1024

# A pull that takes away more than this many records, and more than this share of those held here,
# is held until a person has said yes.
MANY_REMOVALS: Final = 20
MANY_REMOVALS_SHARE: Final = 0.05

# The engine behind pydantic takes `$` for the very end of a text, never before a line break.
Id = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Stream = Annotated[
    str,
    StringConstraints(
        pattern=r"^(service|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
    ),
]
TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,59}$")]
KindName = TypeName
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=MOST_FIELD_NAME)]
Fields = dict[FieldName, Any]

# Whether an operation, or each, had its effect. *duplicate* comes only with the result stored when
# it first arrived, see `OperationResult.status`.
Status = Literal["applied", "merged", "conflict", "recorded", "rejected"]

# Why an operation was rejected. A laptop shows each in its own words and keeps what was written.
RejectionCode = Literal[
    "not_allowed",  # the person who made it may not do that
    "not_your_child",  # the child isn't on the caseload of the person who made it
    "unknown_actor",  # the actor never signed in on this device
    "blob_missing",  # it names bytes that were not sent yet: send them, then try again
    "already_exists",  # it creates what is there already, otherwise
    "unknown_record",  # it changes what the server never had
    "erased",  # the record was lawfully erased
    "malformed",  # a value can't be kept
    "group_rejected",  # another operation of the same group was rejected
]

# Why a whole request was refused.
RefusalCode = Literal[
    "not_signed_in",
    "token_expired",
    "proof_invalid",
    "proof_replayed",
    "device_unknown",
    "device_revoked",
    "lease_ended",
    "not_allowed",
    "code_unknown",
    "code_expired",
    "wrong_service",
    "epoch_changed",
    "sequence_gap",
    "sequence_reused",
    "too_large",
    "malformed",
    "not_found",
    "program_too_old",
    "busy",
]


class Message(BaseModel):
    """The root of all messages. Requests refuse what they don't know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(BaseModel):
    """The root of what the server answers. A laptop passes over what a newer server adds."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


Moment = Annotated[AwareDatetime, Field(strict=False)]


# -- refusals ------------------------------------------------------------------------------------


class Refusal(Answer):
    """Why a whole request was refused, as the body of a 4xx answer.

    Attributes:
        expected: With `sequence_gap`: the `device_seq` that the server waits for.
        order: With `device_revoked`: a signed order (compact JWS), see `app.sync.orders`.
        epoch: With `epoch_changed`: the epoch that the server is in now.
    """

    code: RefusalCode
    expected: int | None = None
    order: str | None = None
    epoch: str | None = None


# -- push ----------------------------------------------------------------------------------------


class Operation(Message):
    """One entry of a device's change log.

    Attributes:
        device_seq: Its gapless count on the device, from 1.
        group: Operations of one group are next to each other and have effect together or not.
        kind: One of `app.models.change_log.KINDS`; a server records kinds that it doesn't know.
        type, id, child_id: The record; the child that it belongs to, or is.
        base_rev: The server's revision of the record that the device rested on when it was made.
        set: Fields as they were written. base: As they stood before.
        whole: It closes the record, and `set` holds all of what is closed (`merge.SEALED`).
        resolves: Ids of conflicts that this operation settles.
        made_at: By the device's clock, for people to read. Nothing is ordered by it.
        entry, own_hash: The entry's place in the chain of its store, and its link.
    """

    op_id: Id
    device_seq: Annotated[int, Field(ge=1)]
    group: Id
    kind: KindName
    type: TypeName | None = None
    id: Id | None = None
    child_id: Id | None = None
    base_rev: Annotated[int, Field(ge=0)] = 0
    set: Annotated[Fields, Field(max_length=MOST_FIELDS)] = {}
    base: Annotated[Fields, Field(max_length=MOST_FIELDS)] = {}
    reason: str | None = None
    recipient: str | None = None
    detail: dict[str, Any] | None = None
    whole: bool = False
    resolves: tuple[Id, ...] = ()
    actor: Id
    made_at: Moment
    entry: Annotated[int, Field(ge=1)]
    own_hash: Sha256


class Push(Message):
    """Operations in the order of their `device_seq`, next to one another."""

    protocol: int
    schema_version: int
    device_id: Id
    epoch: Id
    operations: Annotated[
        tuple[Operation, ...], Field(min_length=1, max_length=MOST_OPERATIONS_OF_A_GROUP)
    ]


class OperationResult(Answer):
    """What became of one operation.

    Attributes:
        status: *applied*: as it was written. *merged*: beside what others wrote to other fields.
            *conflict*: some field was written by another too; both values are kept (see
            `conflicts`) and the rest had effect. *recorded*: it writes no record. *rejected*: no
            effect, see `code`.
        duplicate: The operation had arrived before; this is what became of it then.
        rev: The record's revision at the server afterwards.
    """

    op_id: str
    device_seq: int
    status: Status
    duplicate: bool = False
    rev: int | None = None
    code: RejectionCode | None = None
    conflicts: tuple[str, ...] = ()


class Pushed(Answer):
    """What became of a push.

    Attributes:
        acked: The highest `device_seq` that the server keeps for good, of this device.
    """

    epoch: str
    acked: int
    server_time: Moment
    results: tuple[OperationResult, ...]


# -- pull ----------------------------------------------------------------------------------------


class Cursor(Message):
    """How far a device has come in a stream; 0: it holds nothing of it."""

    stream: Stream
    after: Annotated[int, Field(ge=0)]


class Pull(Message):
    """What changed in these streams since.

    Attributes:
        cursors: Every stream that the device holds or wants, so that the server knows what lies
            on it. A stream that the device no longer holds is not among them.
        limit: The most changes in one answer.
    """

    protocol: int
    schema_version: int
    device_id: Id
    epoch: Id
    cursors: Annotated[tuple[Cursor, ...], Field(max_length=MOST_STREAMS)]
    limit: Annotated[int, Field(ge=1, le=MOST_CHANGES)] = 500


class RecordChange(Answer):
    """A record as the server holds it now.

    Attributes:
        seq: Its place in the stream.
        op: *upsert*: here are its fields. *same*: the server holds what this device sent, at
            `rev`; no fields are given. *gone*: it left this stream (it was moved to another
            child). *erase*: it was lawfully erased.
        fields: All fields that are not empty.
        actor, made_at: Who wrote it last, and when by the clock of the device that did.
    """

    stream: str
    seq: int
    op: Literal["upsert", "same", "gone", "erase"]
    type: str
    id: str
    child_id: str | None = None
    rev: int
    fields: dict[str, Any] = {}
    actor: str | None = None
    made_at: Moment | None = None


class ConflictItem(Answer):
    """Two values of one field, of which the record can hold one.

    Attributes:
        base: What both started from. theirs: What the server held when `mine` arrived.
        current: What counts until a person decides: `theirs`, or the more severe of two levels.
        resolved_by: Who decided; None while it is open.
    """

    id: str
    stream: str
    type: str
    record_id: str
    child_id: str | None
    field: str
    base: Any = None
    theirs: Any = None
    theirs_actor: str | None = None
    theirs_made_at: Moment | None = None
    mine: Any = None
    mine_actor: str | None = None
    mine_made_at: Moment | None = None
    current: Any = None
    safety: bool = False
    resolved_by: str | None = None
    resolved_at: Moment | None = None


class StreamState(Answer):
    """Where a stream stands at the server.

    Attributes:
        head: The last change. next: Ask after this one. more: Whether there is more to ask for.
        count, digest: How many records of it this person may see, and the sum of their
            `record_digest`, as 32 hexadecimal digits. Only once nothing more is to come.
        held: False: the device may not hold this stream (any more) and must let go of it.
        restricted: False: of this stream the device may hold no records of restricted types
            (`merge.RESTRICTED`), and must let go of those that it has.
        lease_until: Until when the device may hold it without asking again.
    """

    stream: str
    head: int
    next: int
    more: bool
    count: int | None = None
    digest: str | None = None
    held: bool = True
    restricted: bool = True
    lease_until: Moment | None = None


class Notice(Answer):
    """Something that a person must be told.

    Attributes:
        kind: *late_work*: work on a child arrived from somebody who no longer has the child.
            *same_child*: two records seem to be one child; `child_id` and `other_id`.
            *sequence_reused*: another copy of a casebook sent work under this device's numbers.
            *quality_check*: a report was issued before its quality check.
    """

    id: str
    kind: str
    child_id: str | None = None
    other_id: str | None = None
    device_id: str | None = None
    actor: str | None = None
    at: Moment | None = None


class Pulled(Answer):
    """A page of changes. It is checked as a whole and applied with its cursors, or not at all."""

    epoch: str
    server_time: Moment
    changes: tuple[RecordChange, ...] = ()
    conflicts: tuple[ConflictItem, ...] = ()
    streams: tuple[StreamState, ...] = ()
    notices: tuple[Notice, ...] = ()


# -- what a device is told of itself and of the caseload -----------------------------------------


class Hello(Answer):
    """What the server knows of a device: asked first in every sync.

    Attributes:
        acked: The last of its operations that the server has.
        anchor_entry, anchor_hash: The last entry of its chain that the server has seen; an entry
            that reads otherwise on the laptop was tampered with.
        schema_newest: The newest version of the records' fields that any laptop sent.
        lease_until: Until when the device may work without asking again.
    """

    epoch: str
    service_id: str
    service_name: str
    device_id: str
    user_id: str
    role: str
    acked: int
    anchor_entry: int = 0
    anchor_hash: str = ""
    protocol_newest: int = PROTOCOL
    protocol_oldest: int = OLDEST_PROTOCOL
    lease_until: Moment
    server_time: Moment


class CaseloadChild(Answer):
    """A child whom the person may take along."""

    child_id: str
    name: str
    date_of_birth: str | None = None
    allocated_to: str | None = None
    assigned: bool = False
    merged_into: str | None = None


class Caseload(Answer):
    """The children whom the person may take along on this laptop."""

    children: tuple[CaseloadChild, ...]


# -- enrolment and tokens ------------------------------------------------------------------------


class Enrol(Message):
    """A device's request to belong to a service. Signed with the key that it names.

    Attributes:
        code: The one-time code of the administrator.
        device_key: The public key as a JWK (P-256); it is the key that signs the proof.
        service_id, user_id: Of a casebook that exists already; both None for a new one, which
            takes what the answer says.
    """

    protocol: int
    code: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    device_id: Id
    device_name: Annotated[str, StringConstraints(max_length=200)]
    platform: Annotated[str, StringConstraints(max_length=100)] = ""
    device_key: dict[str, str]
    service_id: Id | None = None
    user_id: Id | None = None
    replaces: Id | None = None


class Enrolled(Answer):
    """A device belongs to a service now.

    Attributes:
        order_key: The public key (JWK) whose signature an order to wipe must bear. Pinned.
        organisation_key: The public key (X25519, base64) that a casebook's escrow slot seals to;
            None where the service holds none.
        sign_in: Where people sign in (issuer of OpenID Connect); None: the passphrase is enough.
    """

    epoch: str
    service_id: str
    service_name: str
    area: str
    user_id: str
    user_name: str
    role: str
    device_id: str
    order_key: dict[str, str]
    organisation_key: str | None = None
    sign_in: str | None = None
    sign_in_client: str | None = None
    lease_until: Moment


class TokenRequest(Message):
    """Asks for a token. Signed with the device's key.

    Attributes:
        id_token: From the service's sign-in, where it has one.
    """

    device_id: Id
    service_id: Id
    user_id: Id
    id_token: str | None = None


class Token(Answer):
    """A token for one person on one device, bound to the device's key.

    Attributes:
        expires_in: Seconds. signed_in_for: for how many seconds more no new sign-in is needed on
            this device; None: for as long as the id_token counts, or where there is no sign-in.
    """

    access_token: str
    token_type: Literal["DPoP"] = "DPoP"
    expires_in: int
    signed_in_for: int | None = None


# -- administration ------------------------------------------------------------------------------

RoleName = Literal["practitioner", "manager", "administrator", "reader"]


class CodeRequest(Message):
    """Asks for a one-time code.

    Attributes:
        user_id: A person who has an account keeps its name and role; None: somebody new.
    """

    user_id: Id | None = None
    user_name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    role: RoleName


class CodeMade(Answer):
    """A code, shown once."""

    code: str
    user_id: str
    user_name: str
    role: RoleName
    expires_at: Moment


class DeviceUser(Answer):
    """Somebody who signed in on a device."""

    user_id: str
    name: str


class DeviceSeen(Answer):
    """A device, as an administrator sees it."""

    device_id: str
    name: str
    platform: str
    users: tuple[DeviceUser, ...]
    enrolled_at: Moment
    last_seen: Moment | None
    lease_until: Moment
    revoked_at: Moment | None
    revoke_mode: str | None
    replaces: str | None
    acked: int
    children: int


class DeviceList(Answer):
    """Every device of the service, those seen last first."""

    devices: tuple[DeviceSeen, ...]


class RevokeRequest(Message):
    """Takes a device out.

    Attributes:
        mode: *wipe*: the casebook is destroyed; *rescue*: unsent work is sealed to the service
            first; *none*: it is refused and nothing else."""

    mode: Literal["wipe", "rescue", "none"]


class Revoked(Answer):
    """A device was taken out; its next request is refused."""

    device_id: str
    mode: Literal["wipe", "rescue", "none"]
    revoked_at: Moment


class AccessRequest(Message):
    """Opens a child to a person, or closes it."""

    user_id: Id
    given: bool


class AccessSet(Answer):
    """How it is now."""

    child_id: str
    user_id: str
    given: bool


class ManifestStream(Answer):
    """A stream that lay on the device when it last asked."""

    stream: str
    cursor: int
    at: Moment


class Manifest(Answer):
    """What lay on a device when it last asked."""

    device_id: str
    streams: tuple[ManifestStream, ...]


# -- blobs ---------------------------------------------------------------------------------------


class BlobState(Answer):
    """How much of a blob the server has. Upload goes on from `offset`."""

    sha256: str
    offset: int
    size: int | None = None
    complete: bool


# -- digests -------------------------------------------------------------------------------------

DIGEST_MODULUS: Final = 1 << 128


def record_digest(record_id: str, rev: int) -> int:
    """One record's part of its stream's digest, below `DIGEST_MODULUS`.

    A sum of these does not depend on order, and either side can keep it up to date by taking one
    away and adding another.
    """
    return int.from_bytes(sha256(f"{record_id}:{rev}".encode("ascii")).digest()[:16], "big")


def digest_text(total: int) -> str:
    """A sum of `record_digest` as 32 hexadecimal digits."""
    return f"{total % DIGEST_MODULUS:032x}"


def depth_of(value: Any) -> int:
    """How deep a JSON value is nested; 0 for a plain one. Never recurses."""
    deepest, waiting = 0, [(value, 0)] if isinstance(value, _NESTS) else []
    while waiting:
        part, depth = waiting.pop()
        if part:
            deepest = max(deepest, depth + 1)
            within = part.values() if isinstance(part, dict) else part
            waiting += [(inner, depth + 1) for inner in within if isinstance(inner, _NESTS)]
    return deepest


_NESTS: Final = (dict, list, tuple)
