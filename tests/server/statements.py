"""Which statements were sent, and whether each names the service that it is about."""

from __future__ import annotations

import re
from typing import Any

from server import tables

_NAMES = "|".join(sorted((table.name for table in tables.SERVICE_TABLES), key=len, reverse=True))
_TOUCHES = re.compile(rf'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?({_NAMES})"?(?![\w(])', re.IGNORECASE)
# As a condition, or as a column of what is inserted.
_NAMES_SERVICE = re.compile(
    r'service_id"?\s*(?:=|IN\b)|INSERT INTO \w+ \("?service_id"?', re.IGNORECASE
)


class Watched:
    """Statements on behalf of a service, each text once."""

    def __init__(self) -> None:
        self.statements: set[str] = set()

    def note(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Listen to SQLAlchemy's `before_cursor_execute`."""
        if connection.info.get("service_id"):
            self.statements.add(statement)

    def without_service(self) -> list[str]:
        """Those that touch a table of services and don't name the service."""
        return sorted(
            one
            for one in self.statements
            if _TOUCHES.search(one) and not _NAMES_SERVICE.search(one)
        )

    def tables(self) -> set[str]:
        """The tables of services that were touched."""
        return {name for one in self.statements for name in _TOUCHES.findall(one)}
