"""Bonds of an insole that was given keys: what a peer stores or deletes counts once it has proved itself.

Until then the stack alone is told of it, and when the peer goes the stack is told again what flash holds. So
a stranger who claims the owner's address and pairs anew, or breaks that off, costs nobody a bond; and still
nothing is refused to the stack (see `bonds`).
"""

from micropython import const

from insole import forget
from insole.bonds import MAX_KEY_BYTES, MAX_VALUE_BYTES, PATH, Bonds, drop_all_but, find

GENUINE = 2  # of `trust`
_OF_PEERS = const(2)  # and below: kinds of NimBLE's; others are the radio's own, as the key to its addresses


class GuardedBonds(Bonds):
    """As `Bonds`, which holds what flash is to hold."""

    def __init__(self, path=PATH):
        super().__init__(path)
        self._in_stack = list(self._secrets)  # what the stack knows
        if not self.guarded:
            self.guarded = self._changed = True

    def get(self, kind, index, key):
        """As `Bonds.get`."""
        return find(self._in_stack, kind, index, key)

    def put(self, kind, key, value):
        """As `Bonds.put`; in flash only what is the radio's own."""
        known = self._in_stack
        if not value:
            for i in range(len(known)):
                if known[i][0] == kind and known[i][1] == key:
                    del known[i]
                    return True
            return False
        if len(key) > MAX_KEY_BYTES or len(value) > MAX_VALUE_BYTES:
            self.too_long += 1
            return True
        row = (kind, bytes(key), bytes(value))
        known.append(row)
        drop_all_but(row, known)
        if kind > _OF_PEERS:
            self._secrets.append(row)
            drop_all_but(row, self._secrets)
            self._changed = True
        return True

    def trust(self, kind, address):
        """What flash knows of the peer with this address: 0 nothing; 1 a bond; `GENUINE` a bond, and the keys
        that the stack has are those of it, and no others: who is encrypted then is who has bonded."""
        stored = rows_of(self._secrets, kind, address)
        known = rows_of(self._in_stack, kind, address)
        if not stored:
            return 0
        return GENUINE if known and not _without(known, stored) else 1

    def news(self):
        """What peers have told that is not in flash."""
        return _without(self._in_stack, self._secrets)

    def keep(self, kind, address, may_be_new):
        """A peer has proved itself: what it has told counts from now on. The key that it goes by, None when
        there was nothing. See `bond_keeping`.

        Raises:
            MemoryError: nothing was done.
        """
        from insole import bond_keeping

        stored, key = bond_keeping.keep(self._secrets, self.news(), kind, address, may_be_new)
        forget("bond_keeping")
        if key:
            gone = _without(self._secrets, stored)
            self._secrets = stored
            self._in_stack = _without(self._in_stack, gone)
            self._changed = self.paired = True
        return key

    def restore(self, newcomer_stays=False):
        """A peer is gone: the stack is told what flash holds; with `newcomer_stays` beside that what another
        peer, which is still there, has told."""
        news = self.news() if newcomer_stays else ()
        self._in_stack = list(self._secrets)
        for row in news:
            self._in_stack.append(row)
            drop_all_but(row, self._in_stack)

    def clear(self):
        """As `Bonds.clear`."""
        super().clear()
        self.restore()

    def keep_only(self, address):
        """As `Bonds.keep_only`."""
        super().keep_only(address)
        self.restore()


def rows_of(rows, kind, address):
    """Secrets of the peer with this address; NimBLE's keys are the type of an identity address and its bytes
    backwards."""
    backwards = bytes(reversed(address))
    return [row for row in rows if row[1][1:] == backwards and row[1][0] & 1 == kind & 1]


def _without(rows, others):
    return [row for row in rows if row not in others]
