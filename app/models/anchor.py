"""The head of the change log, kept outside the store.

SQLCipher does not notice an old page, or a whole old file, put back. So the number of entries and
the hash of the last one are kept outside at every lock and compared at every unlock.

Where: in the operating system's keyring, which is the better place, because a copy of the disk
from another day doesn't bring it back. Where the system has no keyring, in a small file in the
settings folder. That file is sealed with a key made from the data key, so nobody without the
passphrase can make one up; but whoever can put back an old store can put back the old file that
went with it, and then nothing is noticed on this laptop (the server, at sync, is the other
witness). `Keeper.place` says which of the two it is, so that the screens can say so too.

No way into a casebook depends on either: without an anchor it opens, and says that nothing vouches
for its age.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.core.paths import settings_folder
from app.models import durable
from app.models.change_log import Head
from app.models.kdf import subkey
from app.models.key_file import canonical

SERVICE: Final = "Waymark casebook"
FOLDER_NAME: Final = "anchors"
_MAX_BYTES: Final = 1024
_PURPOSE: Final = "waymark anchor"


class Keeper:
    """Keeps the anchor of one casebook."""

    def __init__(self, store_id: str, data_key: bytes) -> None:
        self._store_id = store_id
        self._seal_key = subkey(data_key, _PURPOSE)
        # A hash, so that the name of the file can be no path.
        self._name = sha256(store_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def place(self) -> Literal["keyring", "file"]:
        """Where the anchor is kept on this laptop."""
        return "keyring" if _has_keyring() else "file"

    def read(self) -> Head | None:
        """The anchor; None when none is kept or it isn't ours. The higher of the two places."""
        found = [self._unsealed(self._from_file())]
        if _has_keyring():
            found.append(self._unsealed(self._from_keyring()))
        kept = [anchor for anchor in found if anchor is not None]
        return max(kept, key=lambda anchor: anchor.entries, default=None)

    def keep(self, anchor: Head) -> None:
        """Keep `anchor` in place of the one before.

        Raises:
            KnownError: Neither keyring nor settings folder takes it.
        """
        text = self._sealed(anchor)
        if _has_keyring():
            import keyring
            from keyring.errors import KeyringError

            try:
                keyring.set_password(SERVICE, self._name, text)
            except KeyringError:
                log.casebook.warning("the keyring did not take the anchor; it is kept in a file")
            else:
                self._file.unlink(missing_ok=True)
                return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            durable.replace_file(self._file, text.encode("ascii"))
        except OSError:
            raise KnownError(
                _("Waymark could not note the state of the casebook on this laptop."),
                _("The records are saved. Check that the disk has room."),
            ) from None

    def forget(self) -> None:
        """Drop the anchor, after a restore: an older store is what was wanted."""
        self._file.unlink(missing_ok=True)
        if _has_keyring() and self._from_keyring() is not None:
            import keyring
            from keyring.errors import KeyringError

            try:
                keyring.delete_password(SERVICE, self._name)
            except KeyringError:
                log.casebook.warning("the keyring did not drop the anchor")

    @property
    def _file(self) -> Path:
        return settings_folder() / FOLDER_NAME / (self._name + ".json")

    def _from_keyring(self) -> str | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, self._name)
        except KeyringError:
            log.casebook.warning("the keyring could not be read")
            return None

    def _from_file(self) -> str | None:
        try:
            with self._file.open("rb") as source:
                return source.read(_MAX_BYTES).decode("ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def _seal(self, anchor: Head) -> str:
        content = canonical([self._store_id, anchor.entries, anchor.hash])
        return hmac.new(self._seal_key, content, sha256).hexdigest()

    def _sealed(self, anchor: Head) -> str:
        return json.dumps(
            {"entries": anchor.entries, "hash": anchor.hash, "seal": self._seal(anchor)}
        )

    def _unsealed(self, text: str | None) -> Head | None:
        if text is None:
            return None
        try:
            content = json.loads(text)
            anchor = Head(int(content["entries"]), str(content["hash"]))
            seal = str(content["seal"])
        except (ValueError, KeyError, TypeError):
            log.casebook.warning("an anchor could not be read")
            return None
        if not hmac.compare_digest(seal.encode(), self._seal(anchor).encode()):
            log.casebook.warning("an anchor does not carry the seal of its casebook")
            return None
        return anchor


def _has_keyring() -> bool:
    # Looking for the system's keyring takes a tenth of a second, so not before it is needed.
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    return not isinstance(backend, fail.Keyring | null.Keyring)
