"""The keys of bonded peers: kept in RAM for the Bluetooth stack's questions, in flash for the next boot.

The stack asks (`get`) and tells (`put`) from its event handler, between any two bytecodes of a task; flash is
written by a task, `save_if_changed`. Nothing is ever refused to the stack: a deletion that is refused it asks
for again and for ever, and for a new secret that is refused it gives up the oldest bond, and the next, until
it is taken (NimBLE: ble_sm_chk_repeat_pairing, ble_store_write).
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
        damaged: the file was there but could not be read, or not all of it; those peers must pair again.
        too_long: secrets longer than any of the stack's; their peers must pair again at the next connection.
        paired: a peer has paired since somebody has set it to False.
        guarded: written by an insole with keys (`guarded_bonds`).
    """

    guarded = False

    def __init__(self, path=PATH):
        self._path = path
        self._secrets = []  # (kind, key, value)
        self._changed = False
        self.damaged = False
        self.too_long = 0
        self.paired = False
        self._load()

    def _load(self):
        try:
            content = files.read_json(self._path)
            rows = [] if content is None else list(content["secrets"])
            if content is not None and content.get("min_reader", 1) > VERSION:
                raise ValueError
            if content and content.get("guarded"):
                self.guarded = True
        except (ValueError, KeyError, TypeError):
            self.damaged = True
            return
        for row in rows:
            try:
                kind, key, value = row
                self._secrets.append((int(kind), a2b_base64(key), a2b_base64(value)))
            except (ValueError, TypeError):
                self.damaged = True

    def peers(self):
        """How many peers have a long-term key for us (kind 2 in the NimBLE port: keys of the peer's side)."""
        return sum(1 for kind, _, _ in self._secrets if kind == 2)

    def get(self, kind, index, key):
        """The secret with this key or, when key is None, the one at `index` of its kind; None when there is
        none. Allocates nothing."""
        return find(self._secrets, kind, index, key)

    def put(self, kind, key, value):
        """Store a secret, or remove it when `value` is empty, which allocates nothing. Returns False only for
        a secret to remove that there is not.

        Raises:
            MemoryError: no room for a new secret; what was there is there still.
        """
        if not value:
            return self._remove(kind, key)
        if len(key) > MAX_KEY_BYTES or len(value) > MAX_VALUE_BYTES:
            self.too_long += 1
            return True
        row = (kind, bytes(key), bytes(value))
        self._secrets.append(row)
        drop_all_but(row, self._secrets)
        self._changed = True
        self.paired = self.paired or kind == 2
        return True

    def _remove(self, kind, key):
        secrets = self._secrets
        for i in range(len(secrets)):
            if secrets[i][0] == kind and secrets[i][1] == key:
                del secrets[i]
                self._changed = True
                return True
        return False

    def clear(self):
        """Forget every peer."""
        self._secrets = []
        self._changed = True

    def keep_only(self, address):
        """Forget every peer but the one with this address; NimBLE's keys hold its bytes backwards."""
        backwards = bytes(reversed(address))
        self._secrets = [row for row in self._secrets if row[1][1:7] == backwards]
        self._changed = True

    def changed(self):
        """Whether the stack has told something that is not in flash yet."""
        return self._changed

    def save_if_changed(self):
        """Write to flash what the stack has told; what it tells meanwhile is for the next time.

        Raises:
            OSError, MemoryError: not written; tried again the next time.
        """
        if not self._changed:
            return
        self._changed = False  # before the secrets are read: the stack may tell something new at any moment
        try:
            rows = [
                (kind, b2a_base64(key).decode().strip(), b2a_base64(value).decode().strip())
                for kind, key, value in list(self._secrets)
            ]
            content = {"version": VERSION, "min_reader": 1, "secrets": rows}
            if self.guarded:
                content["guarded"] = 1
            files.keep_json(self._path, content)
        except (OSError, MemoryError):
            self._changed = True
            raise


def find(secrets, kind, index, key):
    """As `Bonds.get`."""
    for row in secrets:
        if row[0] != kind:
            continue
        if key is None:
            if index == 0:
                return row[2]
            index -= 1
        elif row[1] == key:
            return row[2]
    return None


def drop_all_but(new, secrets):
    """Drop what `new`, the last, takes the place of, or the oldest secret of its kind when there are too
    many."""
    oldest = -1
    count = 0
    for i in range(len(secrets) - 1):
        if secrets[i][0] != new[0]:
            continue
        if secrets[i][1] == new[1]:
            del secrets[i]
            return
        if oldest < 0:
            oldest = i
        count += 1
    if count >= MAX_PER_KIND:
        del secrets[oldest]
