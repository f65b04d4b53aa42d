"""Finds the newest page of the log at boot without reading the whole device.

Page number s lies at index s modulo the number of pages, so the pages from index 0 to the newest one belong
to one turn of the ring (`s // pages`) and all others to the turn before, or are blank. The newest page is
where the turn changes: evenly spread probes, then a binary search. Unreadable pages are stepped over.
"""

PROBES = 64
LOOKAHEAD = 16  # so many unreadable pages in a row cannot mislead the search


def find_head(page_seq_at, pages):
    """Number of the newest page, -1 for an empty log.

    Args:
        page_seq_at: function of an index: the number of the page there, -1 if there is no valid header.
        pages: how many pages the device has.
    """

    def first_valid(index, limit):
        for j in range(index, min(index + LOOKAHEAD, limit)):
            seq = page_seq_at(j)
            if seq >= 0:
                return seq
        return -1

    newest = first_valid(0, pages)
    step = max(1, pages // PROBES)
    for index in range(0, pages, step):
        newest = max(newest, page_seq_at(index))
    if newest < 0:
        return -1
    turn = newest // pages
    low = newest % pages
    while True:
        high = pages
        while high - low > 1:
            middle = (low + high) // 2
            seq = first_valid(middle, high)
            if seq >= 0 and seq // pages == turn:
                low = seq % pages
            else:
                high = middle
        # A page that refused its erase still carries the turn before: look beyond it.
        seq = max((page_seq_at(j) for j in range(low + 1, min(low + LOOKAHEAD, pages))), default=-1)
        if seq // pages != turn:
            return turn * pages + low
        low = seq % pages
