"""A whole request that is refused, in the words of the protocol."""

from __future__ import annotations

from app.sync.protocol import Refusal, RefusalCode


class Refused(Exception):
    """Raised wherever it is noticed; the door answers with it.

    What was written before it was raised is kept: raise it before anything was written that must
    not stay (a notice may).

    Attributes:
        status: The HTTP status, 4xx or 503.
        refusal: The body.
    """

    def __init__(
        self,
        status: int,
        code: RefusalCode,
        *,
        expected: int | None = None,
        order: str | None = None,
        epoch: str | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.refusal = Refusal(code=code, expected=expected, order=order, epoch=epoch)
