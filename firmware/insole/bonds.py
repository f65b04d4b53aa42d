"""The keys of bonded peers: kept in RAM for the Bluetooth stack's questions, in flash for the next boot.

The stack asks (`get`) and tells (`put`) from its event handler; flash is written by a task,
`save_if_changed`.
"""

from binascii import a2b_base64, b2a_base64

from insole import files

PATH = "/bonds.json"
VERSION = 1
MAX_PER_KIND = 12  # secrets of one kind; each bonded peer has one of each of about two kinds
MAX_KEY_BYTES = 64
MAX_VALUE_BYTES = 256


class Bonds:
    """Secrets by kind and key, oldest first.

    Attributes:
        damaged: the file was there but could not be read; peers must pair again.
    """

    def __init__(self, path=PATH):
        self._path = path
        self._secrets = []  # (kind, key, value)
        self._changed = False
        self.damaged = False
        self._load()

    def _load(self):
        try:
            content = files.read_json(self._path)
            if content is not None:
                self._secrets = [
                    (int(kind), a2b_base64(key), a2b_base64(value)) for kind, key, value in content["secrets"]
                ]
        except (ValueError, KeyError, TypeError):
            self._secrets = []
            self.damaged = True

    def peers(self):
        """How many peers have a long-term key for us (kind 2 in the NimBLE port: keys of the peer's side)."""
        return sum(1 for kind, _, _ in self._secrets if kind == 2)

    def get(self, kind, index, key):
        """The secret with this key or, when key is None, the one at `index` of its kind; None when there is
        none."""
        wanted = None if key is None else bytes(key)
        for stored_kind, stored_key, value in self._secrets:
            if stored_kind != kind:
                continue
            if wanted is None:
                if index == 0:
                    return value
                index -= 1
            elif stored_key == wanted:
                return value
        return None

    def put(self, kind, key, value):
        """Store a secret, or remove it when `value` is empty. Returns whether anything was done."""
        key = bytes(key)
        remaining = [row for row in self._secrets if not (row[0] == kind and row[1] == key)]
        removed = len(remaining) != len(self._secrets)
        if value:
            if len(key) > MAX_KEY_BYTES or len(value) > MAX_VALUE_BYTES:
                return False
            same_kind = [row for row in remaining if row[0] == kind]
            if len(same_kind) >= MAX_PER_KIND:
                remaining.remove(same_kind[0])
            remaining.append((kind, key, bytes(value)))
        elif not removed:
            return False
        self._secrets = remaining
        self._changed = True
        return True

    def clear(self):
        """Forget every peer."""
        self._secrets = []
        self._changed = True

    def save_if_changed(self):
        """Write to flash what the stack has told.

        Raises:
            OSError: flash refused; tried again the next time.
        """
        if self._changed:
            rows = [
                (kind, b2a_base64(key).decode().strip(), b2a_base64(value).decode().strip())
                for kind, key, value in self._secrets
            ]
            files.write_json(self._path, {"version": VERSION, "secrets": rows})
            self._changed = False
