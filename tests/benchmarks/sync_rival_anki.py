"""Anki's side of `sync_rivals`: told what to do line by line, it answers with seconds.

It runs in an environment that holds Anki and nothing of Waymark.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

collection: Any = importlib.import_module("anki.collection")


class Client:
    """Two copies of one collection, of which the first has notes that the server has not."""

    def begin(self, said: dict[str, str]) -> float:
        """Make both, level with the server, then give the first its notes."""
        folder = Path(said["folder"])
        self.ash = collection.Collection(str(folder / f"{said['name']}-ash.anki2"))
        self.robin = collection.Collection(str(folder / f"{said['name']}-robin.anki2"))
        self.auth = self.ash.sync_login(said["name"], "word", said["direct"])
        for copy, upload in ((self.ash, True), (self.robin, False)):
            copy.close_for_full_sync()
            copy.full_upload_or_download(auth=self.auth, server_usn=None, upload=upload)
            copy.reopen(after_full_sync=True)
        kind = self.ash.models.by_name("Basic")
        asked = []
        for id_, fields in json.loads(Path(said["records"]).read_text("utf-8")).items():
            note = self.ash.new_note(kind)
            note.fields = [id_, json.dumps(fields)]
            asked.append(collection.AddNoteRequest(note, 1))
        self.ash.add_notes(asked)
        self.auth.endpoint = said["address"] + "/"
        return 0.0

    def push(self, _said: dict[str, str]) -> float:
        """Sync the first."""
        return self._sync(self.ash)

    def pull(self, _said: dict[str, str]) -> float:
        """Sync the second."""
        return self._sync(self.robin)

    def _sync(self, copy: Any) -> float:
        began = time.perf_counter()
        told = copy.sync_collection(self.auth, False)
        took = time.perf_counter() - began
        if told.required != told.NO_CHANGES and told.required != told.NORMAL_SYNC:
            raise SystemExit(f"Anki wants a full sync: {told}")
        return took

    def write(self, said: dict[str, str]) -> float:
        """Write down what the second holds."""
        held = {}
        for id_, fields in self.robin.db.all("SELECT sfld, flds FROM notes"):
            held[str(id_)] = json.loads(fields.split("\x1f", 1)[1])
        Path(said["file"]).write_text(json.dumps(held), "utf-8")
        return 0.0

    def end(self, _said: dict[str, str]) -> float:
        """Close both."""
        self.ash.close()
        self.robin.close()
        return 0.0


if __name__ == "__main__":
    client = Client()
    for line in sys.stdin:
        told = json.loads(line)
        seconds = getattr(client, told["do"])(told)
        sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")
        sys.stdout.flush()
