"""A peer has proved itself: what it has told of its bond goes to flash. Loaded for that alone."""

from insole.guarded_bonds import rows_of

MAX_PEERS = 3


def keep(stored, news, kind, address, may_be_new):
    """(what flash is to hold, the oldest first; the key that the peer goes by, None when nothing was told).

    `stored` is what flash holds, `news` what peers have told beside it, `kind` and `address` the peer's.
    `may_be_new`: it may be one that has no bond yet; the oldest goes when there are too many. One that shows
    a changing address has told another with its keys: those of the only newcomer are taken.
    """
    found = rows_of(news, kind, address)
    if not found and may_be_new and len({row[1] for row in news}) == 1:
        found = news
    if not found or not (may_be_new or rows_of(stored, kind, address)):
        return stored, None
    replaced = [row[:2] for row in found]
    stored = [row for row in stored if row[:2] not in replaced] + found
    peers = [row[1] for row in stored if row[0] == 2]
    gone = peers[: max(0, len(peers) - MAX_PEERS)]
    return [row for row in stored if row[1] not in gone], found[0][1]
