"""Where a notification waits for the air: in the controller, and before that in blocks of the host's pool.

NimBLE builds each notification from a block for its header and one or two for the value, and gives them back
once the controller has taken the packet. The answer to a peer's request is built from the same pool, before
the request is carried out.
"""

FIRST_BLOCK_BYTES = 219  # of a value: 256 less the headers of block and packet, and room for those before it


def blocks_of(length):
    """Blocks that a notification of `length` bytes takes."""
    return 2 if length <= FIRST_BLOCK_BYTES else 3


class RadioBuffers:
    """Attributes: `in_controller`, packets there; `free_blocks` of the pool.

    Args:
        places: packets that the controller holds.
        blocks: of the pool.
    """

    def __init__(self, places, blocks):
        self._places = places
        self._blocks = blocks
        self.clear()

    def clear(self):
        """Nothing waits any more."""
        self.in_controller = 0
        self.free_blocks = self._blocks
        self._waiting = []  # blocks of each notification that the controller has no room for, oldest first

    def waiting(self):
        """Notifications that are not on the air yet."""
        return self.in_controller + len(self._waiting)

    def take(self, length):
        """Hand over one notification; whether there was room."""
        blocks = blocks_of(length)
        if blocks > self.free_blocks:
            return False
        if self.in_controller < self._places:
            self.in_controller += 1
        else:
            self.free_blocks -= blocks
            self._waiting.append(blocks)
        return True

    def sent(self):
        """The oldest packet went over the air; the next takes its place."""
        if self._waiting:
            self.free_blocks += self._waiting.pop(0)
        elif self.in_controller:
            self.in_controller -= 1

    def can_answer(self):
        """Whether a block is left for the answer to a request."""
        return self.free_blocks > 0
