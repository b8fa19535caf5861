"""The server over HTTPS, as `wire.Wire`: nothing it answers is believed before it was checked.

Certificates are those that the operating system trusts, so that a council's own authority works.
No redirect is followed, answers are capped in bytes before and after they are unpacked, and what
isn't the protocol's JSON is never read as such: a guest network's sign-in page says 200, too.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
import truststore
from pydantic import BaseModel, ValidationError

from app.core.clock import Clock
from app.core.errors import KnownError
from app.core.i18n import _
from app.sync.device_key import DeviceKey
from app.sync.protocol import (
    MOST_RESPONSE_BYTES,
    BlobState,
    Caseload,
    CodeMade,
    CodeRequest,
    DeviceList,
    Enrol,
    Enrolled,
    Hello,
    Manifest,
    Pull,
    Pulled,
    Push,
    Pushed,
    Refusal,
    Revoked,
    RevokeRequest,
    Token,
    TokenRequest,
)
from app.sync.sign_in_faults import SignInNeeded
from app.sync.wire import (
    BadAnswer,
    NetworkOff,
    NotTrusted,
    Offline,
    Refused,
    ServerBusy,
    SignInPage,
)

A = TypeVar("A", bound=BaseModel)

CONNECT_SECONDS: Final = 10.0
# Between two pieces of an answer. The whole of it may take longer, within `WHOLE_SECONDS`.
READ_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 300.0
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# A token is asked for anew this long before it ends.
_EARLY: Final = timedelta(seconds=30)
_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"


class BadAddress(KnownError):
    """The address of the server can't be used."""

    def __init__(self) -> None:
        super().__init__(
            _("That is not the address of a central server."),
            _("It begins with https:// – ask your administrator for it."),
        )


class Who(NamedTuple):
    """Whom a token is asked for."""

    service_id: str
    device_id: str
    user_id: str


class _Answered(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


def address_of(text: str) -> str:
    """An address as it was typed, without what doesn't belong to it.

    Raises:
        BadAddress: It isn't one. Only a server on this very computer may do without TLS.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise BadAddress from error
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not secure or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadAddress
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


class Transport:
    """One server, one device. Not for two threads at once.

    Args:
        address: As `address_of` gives it.
        who: None before the device is enrolled.
        id_token: Gives the token of the service's sign-in, where it has one; None where the server
            has seen it already; raises SignInNeeded where nobody is signed in.
        not_signed_in: Told that the server doesn't believe that token, or any more.
        signed_in_for: Told for how many seconds the server remembers the sign-in.
        allowed: Whether the network may be used; asked before each request.
        client: For tests.
    """

    def __init__(
        self,
        address: str,
        key: DeviceKey,
        who: Who | None,
        *,
        clock: Clock,
        id_token: Callable[[], str | None] | None = None,
        not_signed_in: Callable[[], object] = lambda: None,
        signed_in_for: Callable[[int], object] = lambda _seconds: None,
        allowed: Callable[[], bool] = lambda: True,
        client: httpx.Client | None = None,
    ) -> None:
        self._address = address
        self._key = key
        self._who = who
        self._clock = clock
        self._id_token = id_token
        self._not_signed_in = not_signed_in
        self._signed_in_for = signed_in_for
        self._allowed = allowed
        self._client = client or make_client(address)
        # Kept in memory only.
        self._token: str | None = None
        self._token_until = datetime.min.replace(tzinfo=UTC)
        self._nonce: str | None = None
        # How far the server's clock is ahead of this laptop's.
        self._ahead = timedelta()

    def close(self) -> None:
        """Let go of connections and of the token."""
        self._token = None
        self._client.close()

    # -- what can be asked --------------------------------------------------------------------

    def sign_on(self) -> None:
        """Ask for a token now, only to know whether the server lets this person in.

        Raises:
            SignInNeeded: The server doesn't believe the sign-in. Refused: It lets nobody in, or
                (403 `not_allowed`) somebody else signed in.
        """
        self._token = None
        self._fresh_token()

    def enrol(self, message: Enrol) -> Enrolled:
        """Ask to belong to the service."""
        return self._json("POST", "/v1/enrol", message, Enrolled, with_token=False)

    def hello(self) -> Hello:
        """See `wire.Wire`."""
        return self._json("GET", "/v1/hello", None, Hello)

    def push(self, message: Push) -> Pushed:
        """See `wire.Wire`."""
        return self._json("POST", "/v1/push", message, Pushed)

    def pull(self, message: Pull) -> Pulled:
        """See `wire.Wire`."""
        return self._json("POST", "/v1/pull", message, Pulled)

    def caseload(self) -> Caseload:
        """See `wire.Wire`."""
        return self._json("GET", "/v1/caseload", None, Caseload)

    def blob_state(self, sha256: str) -> BlobState:
        """See `wire.Wire`."""
        answered = self._ask("HEAD", f"/v1/blobs/{sha256}", None)
        try:
            length = answered.headers.get("upload-length")
            return BlobState(
                sha256=sha256,
                offset=int(answered.headers["upload-offset"]),
                size=None if length is None else int(length),
                complete=answered.headers.get("upload-complete") == "?1",
            )
        except (KeyError, ValueError) as error:
            raise BadAnswer("blob state") from error

    def blob_append(self, sha256: str, *, offset: int, size: int, chunk: bytes) -> BlobState:
        """See `wire.Wire`."""
        answered = self._ask(
            "PATCH",
            f"/v1/blobs/{sha256}",
            chunk,
            headers={
                "content-type": _BYTES,
                "upload-offset": str(offset),
                "upload-length": str(size),
            },
        )
        return _checked(BlobState, answered)

    def blob_read(self, sha256: str, size: int) -> bytes | None:
        """See `wire.Wire`."""
        try:
            answered = self._ask("GET", f"/v1/blobs/{sha256}", None, most=size + 1)
        except Refused as refused:
            if refused.status == httpx.codes.NOT_FOUND:
                return None
            raise
        return answered.body

    # -- what an administrator asks -----------------------------------------------------------

    def make_code(self, message: CodeRequest) -> CodeMade:
        """A one-time code, with which one person lets one laptop in."""
        return self._json("POST", "/v1/admin/codes", message, CodeMade)

    def devices(self) -> DeviceList:
        """Every laptop of the service."""
        return self._json("GET", "/v1/admin/devices", None, DeviceList)

    def revoke(self, device_id: str, message: RevokeRequest) -> Revoked:
        """Take a laptop out: it is refused from its next request on."""
        return self._json("POST", f"/v1/admin/devices/{device_id}/revoke", message, Revoked)

    def manifest(self, device_id: str) -> Manifest:
        """Which streams lay on a laptop when it last asked."""
        return self._json("GET", f"/v1/admin/devices/{device_id}/manifest", None, Manifest)

    # -- how it is asked ----------------------------------------------------------------------

    def _json(
        self,
        method: str,
        path: str,
        message: BaseModel | None,
        answer: type[A],
        *,
        with_token: bool = True,
    ) -> A:
        body = None
        if message is not None:
            body = message.model_dump_json(exclude_defaults=True).encode("utf-8")
        return _checked(answer, self._ask(method, path, body, with_token=with_token))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str] | None = None,
        with_token: bool = True,
        most: int = MOST_RESPONSE_BYTES,
    ) -> _Answered:
        """One request; once more where only the proof's time, its nonce or the token was old."""
        again = 2
        while True:
            token = self._fresh_token() if with_token else None
            asked = {"accept-encoding": "gzip", **(headers or {})}
            if body is not None:
                asked.setdefault("content-type", _JSON)
            url = f"{self._address}{path}"
            asked["dpop"] = self._key.proof(
                method, url, now=self._clock.now() + self._ahead, token=token, nonce=self._nonce
            )
            if token is not None:
                asked["authorization"] = f"DPoP {token}"
            answered = self._send(method, url, body, asked, most)
            try:
                _raise_for(answered, method)
            except Refused as refused:
                again -= 1
                if again and self._can_mend(refused, answered):
                    continue
                raise
            return answered

    def _can_mend(self, refused: Refused, answered: _Answered) -> bool:
        code = refused.refusal.code
        nonce = answered.headers.get("dpop-nonce")
        if nonce is not None and nonce != self._nonce:
            self._nonce = nonce
            return True
        if code in ("token_expired", "not_signed_in") and self._token is not None:
            self._token = None
            return True
        if code == "proof_invalid":
            return self._take_server_time(answered)
        return False

    def _take_server_time(self, answered: _Answered) -> bool:
        """Learn the server's time where this laptop's clock is wrong; whether that was so."""
        try:
            moment = parsedate_to_datetime(answered.headers.get("date", ""))
        except (TypeError, ValueError):
            return False
        ahead = moment.astimezone(UTC) - self._clock.now()
        if abs(ahead - self._ahead) < timedelta(seconds=5):
            return False
        self._ahead = ahead
        return True

    def _fresh_token(self) -> str:
        now = self._clock.now()
        if self._token is not None and now < self._token_until:
            return self._token
        if self._who is None:
            raise BadAnswer("nobody")
        asked = TokenRequest(
            device_id=self._who.device_id,
            service_id=self._who.service_id,
            user_id=self._who.user_id,
            id_token=self._id_token() if self._id_token is not None else None,
        )
        try:
            token = self._json("POST", "/v1/token", asked, Token, with_token=False)
        except Refused as refused:
            if self._id_token is None or refused.refusal.code != "not_signed_in":
                raise
            self._not_signed_in()
            raise SignInNeeded from refused
        if not token.access_token.isascii():
            raise BadAnswer("token")
        if token.signed_in_for is not None:
            self._signed_in_for(token.signed_in_for)
        self._token = token.access_token
        self._token_until = now + timedelta(seconds=token.expires_in) - _EARLY
        return self._token

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], most: int
    ) -> _Answered:
        if not self._allowed():
            raise NetworkOff
        try:
            with self._client.stream(
                method, url, content=body, headers=dict(headers), follow_redirects=False
            ) as response:
                return _Answered(response.status_code, response.headers, _read(response, most))
        except httpx.HTTPError as error:
            if is_about_trust(error):
                raise NotTrusted from error
            raise Offline from error


def make_client(address: str) -> httpx.Client:
    """A client that trusts what the operating system trusts."""
    here = urlsplit(address).hostname in LOOPBACK
    return httpx.Client(
        verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        # A proxy that the council set up is used, but never to reach this very computer.
        trust_env=not here,
    )


def _read(response: httpx.Response, most: int) -> bytes:
    """The body of an answer, unpacked, at most so many bytes.

    Raises:
        BadAnswer: It is larger, or packed in a way that nobody asked for, or broken.
    """
    packed = response.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise BadAnswer("encoding")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed == "gzip" else None
    pieces: list[bytes] = []
    came = size = 0
    began = time.monotonic()
    for piece in response.iter_raw():
        came += len(piece)
        try:
            # One byte more than is let in shows that there is more, without unpacking it.
            plain = unpack.decompress(piece, most - size + 1) if unpack else piece
        except zlib.error as error:
            raise BadAnswer("gzip") from error
        size += len(plain)
        pieces.append(plain)
        if came > most or size > most:
            raise BadAnswer("too large")
        if time.monotonic() - began > WHOLE_SECONDS:
            raise Offline
    if unpack is not None and not unpack.eof and came:
        # Cut short on its way.
        raise Offline
    return b"".join(pieces)


def _raise_for(answered: _Answered, method: str) -> None:
    """Sort out what isn't an answer of the server's."""
    kind = answered.headers.get("content-type", "").partition(";")[0].strip().lower()
    status = answered.status
    if 300 <= status < 400 or kind == "text/html" or status == 511:
        raise SignInPage
    if status == 429 or status >= 500:
        raise ServerBusy
    if status >= 400:
        if method == "HEAD":
            raise Refused(status, Refusal(code="not_found" if status == 404 else "not_allowed"))
        if kind != _JSON:
            raise SignInPage
        raise Refused(status, _checked(Refusal, answered))
    if status not in (200, 201, 204) or (method != "HEAD" and kind not in (_JSON, _BYTES)):
        raise SignInPage


def _checked(model: type[A], answered: _Answered) -> A:
    try:
        return model.model_validate_json(answered.body)
    except ValidationError:
        # Without its text, which may hold values.
        raise BadAnswer(model.__name__) from None


def is_about_trust(error: BaseException) -> bool:
    """Whether a request failed because whoever answers can't prove to be who they should be."""
    seen: list[Any] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        if isinstance(cause, ssl.SSLCertVerificationError | ssl.SSLError):
            return True
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(error)
