"""Seals block records where they are born, without allocating (PROTOCOL.md section 1.5).

AES comes from outside: `aes(key, mode)` or `aes(key, mode, iv)` as MicroPython's `cryptolib` has it, modes 1
(ECB) and 2 (CBC). Counter mode is made of ECB, the tag of CBC: both work on whole buffers, which the chip's
hardware likes, and on buffers that are made once.
"""

from insole_protocol import block, motion_code, sealed_record
from insole_protocol.checksum import Checksum

try:
    from insole_protocol import sealing_loops_viper as _kernels
except (ImportError, SyntaxError, ValueError) as error:  # CPython; no emitter; compiled for another chip
    from insole_protocol import native
    from insole_protocol import sealing_loops as _kernels

    native.note("sealing_loops_viper", error)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Cipher = sealed_record.Cipher
    Aes = Callable[..., Cipher]

ECB = 1
CBC = 2
_loops: "ModuleType" = _kernels
_BLOCK = 16
_STEP = 128  # buffers grow by so much: AES works on whole ones


class _Key:
    """What one key seals with; `last` is what its chain has in it."""

    def __init__(self, keys: sealed_record.RecordKeys, aes: "Aes") -> None:
        self.key_id = keys.key_id
        self.stream = aes(keys.encrypting, ECB)
        self.chain = aes(keys.authenticating, CBC, bytes(_BLOCK))
        self.last = bytearray(_BLOCK)
        self.full_subkey, self.cut_subkey = sealed_record.cmac_subkeys(aes(keys.authenticating, ECB))


class Sealer:
    """Turns records of format 1 into records of format 2, in place.

    Attributes:
        motion: as the argument; another one holds from the next record on.

    Args:
        keys: of the log.
        aes: the cipher's factory.
        checksum: puts checksums behind records.
        motion: code of what the records' motion channels mean.
        max_bytes: the longest sealed record.
        live: keys of the live view; None: those of the log.
    """

    def __init__(
        self,
        keys: sealed_record.RecordKeys,
        aes: "Aes",
        checksum: Checksum,
        motion: int = motion_code.NO_MOTION_CODE,
        max_bytes: int = block.MAX_BYTES,
        live: "sealed_record.RecordKeys | None" = None,
    ) -> None:
        self._checksum = checksum
        self.motion = motion
        self._of_log = self._key = _Key(keys, aes)
        self._of_live = self._of_log if live is None else _Key(live, aes)
        pad = memoryview(bytearray((max_bytes + _STEP - 1) // _STEP * _STEP))
        self._pad = pad
        self._pads = [pad[: (i + 1) * _STEP] for i in range(len(pad) // _STEP)]
        self._copy, self._xor, self._counters = _loops.copy, _loops.xor, _loops.put_counters

    def seal(self, record: "bytearray | memoryview", live: int = 0) -> int:
        """Seal the record at the start of `record`, which has room for it, under the key of the log, or of
        the live view; its length then.

        Raises:
            ValueError: it would be longer than `max_bytes`.
        """
        length = block.length_of(record) + sealed_record.EXTRA_BYTES
        if length > len(self._pad) or length > len(record):
            raise ValueError("too long to be sealed")
        self._key = self._of_live if live else self._of_log
        record[block.VERSION_AT] = sealed_record.VERSION
        record[block.LENGTH_AT] = length & 255
        record[block.LENGTH_AT + 1] = length >> 8
        end = length - sealed_record.KEY_ID_FROM_END
        self._encrypt(record, end - sealed_record.SEALED_AT)
        record[end] = self._key.key_id & 255
        record[end + 1] = self._key.key_id >> 8
        record[end + 2] = self.motion & 255
        record[end + 3] = self.motion >> 8
        self._put_tag(record, length - sealed_record.TAG_FROM_END)
        self._checksum.append(record, length - block.CRC_BYTES)
        return length

    def _encrypt(self, record: "bytearray | memoryview", count: int) -> None:
        pad = self._pads[(count - 1) // _STEP]
        self._counters(pad, record, (count + _BLOCK - 1) // _BLOCK)
        self._key.stream.encrypt(pad, pad)
        self._xor(record, sealed_record.SEALED_AT, pad, count)

    def _put_tag(self, record: "bytearray | memoryview", count: int) -> None:
        """CMAC of the first `count` bytes, behind them: CBC whose last block has a subkey added. What the
        chain has in it from the time before is taken out by adding it to the first block."""
        key = self._key
        blocks = (count + _BLOCK - 1) // _BLOCK
        pad = self._pads[(blocks * _BLOCK - 1) // _STEP]
        self._copy(pad, record, 0, count)
        last_at = (blocks - 1) * _BLOCK
        if count < blocks * _BLOCK:
            pad[count] = 0x80
            i = count + 1
            while i < blocks * _BLOCK:
                pad[i] = 0
                i += 1
        self._xor(pad, last_at, key.cut_subkey if count < blocks * _BLOCK else key.full_subkey, _BLOCK)
        self._xor(pad, 0, key.last, _BLOCK)
        key.chain.encrypt(pad, pad)
        i = 0
        while i < sealed_record.TAG_BYTES:
            record[count + i] = pad[last_at + i]
            i += 1
        self._copy(key.last, pad, len(pad) - _BLOCK, _BLOCK)
