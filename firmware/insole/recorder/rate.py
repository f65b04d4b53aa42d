"""When the foot is still, fewer samples say as much: which rate a chunk of slots deserves, in integers.

Conservative on purpose. A chunk is stored at a reduced rate only if it, its look-ahead and the chunks
before it were
still, so the first movement, with LOOKAHEAD_SLOTS before it, is always stored at the full rate.
"""

from array import array

from insole_protocol import ids

CHANNELS = 16
CHUNK_SLOTS = 80  # slots that are judged together
LOOKAHEAD_SLOTS = (
    10  # slots after the chunk that must be still too; what comes before a step is stored at full rate
)
STILL_CHUNKS = (
    4  # so many still chunks in a row (3.2 s) before the rate falls: longer than any stance or swing
)

STILL_COUNTS = 40  # a channel may move so far in a still chunk ...
STILL_SHARE = 4  # ... plus its level / 2**STILL_SHARE (standing sways)
LOADED_COUNTS = 1600  # the sum of all channels above rest from which the foot bears weight
NOT_WORN_COUNTS = 160  # below this the insole is empty ...
NOT_WORN_CHUNKS = 750  # ... and after 10 min of that it is not worn

STANDING_SLOTS = 10  # slots a frame while standing: 10 Hz, enough for sway
UNLOADED_SLOTS = 80  # sitting, lying, not worn: one mean frame a chunk


class RateGovernor:
    """Judges chunk after chunk; `wear` is the state for the status flags of the chunk judged last.

    Args:
        rest: counts of each channel without load, as calibration or self-test found them.
    """

    def __init__(self, rest=None):
        self.rest = rest if rest is not None else array("H", (0 for _ in range(CHANNELS)))
        self.wear = ids.WEAR_UNKNOWN
        self._still = 0
        self._empty = 0
        self._sum = 0

    def judge(self, ring, first, count, lookahead):
        """Slots a frame for the `count` rows from `first` on; 1 is the full rate. Allocates nothing.

        Args:
            ring: flat array of 16-channel rows, used as a ring.
            first: row where the chunk begins.
            count: rows of the chunk.
            lookahead: rows after it that are in the ring already and are judged with it.
        """
        if self._moves(ring, first, count + lookahead):
            self._still = self._empty = 0
            self.wear = ids.WEAR_WALKING if self._sum >= LOADED_COUNTS else ids.WEAR_UNKNOWN
            return 1
        self._still += 1
        self._empty = self._empty + 1 if self._sum < NOT_WORN_COUNTS else 0
        if self._still < STILL_CHUNKS or count != CHUNK_SLOTS:
            return 1
        if self._sum >= LOADED_COUNTS:
            self.wear = ids.WEAR_STANDING
            return STANDING_SLOTS
        self.wear = ids.WEAR_NOT_WORN if self._empty >= NOT_WORN_CHUNKS else ids.WEAR_UNLOADED
        return UNLOADED_SLOTS

    def _moves(self, ring, first, rows):
        """Whether any channel leaves its band; the sum of the channels' highest levels goes to _sum."""
        capacity = len(ring) // CHANNELS
        moves = False
        total = 0
        for channel in range(CHANNELS):
            low = 65535
            high = 0
            row = first % capacity
            for _ in range(rows):
                value = ring[row * CHANNELS + channel]
                if value < low:
                    low = value
                if value > high:
                    high = value
                row += 1
                if row == capacity:
                    row = 0
            level = high - self.rest[channel]
            if level > 0:
                total += level
            else:
                level = 0
            if high - low > STILL_COUNTS + (level >> STILL_SHARE):
                moves = True
        self._sum = total
        return moves
