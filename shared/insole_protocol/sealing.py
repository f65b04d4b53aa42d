"""Seals block records where they are born, without allocating (PROTOCOL.md section 1.5).

AES comes from outside: `aes(key, mode)` or `aes(key, mode, iv)` as MicroPython's `cryptolib` has it, modes 1
(ECB) and 2 (CBC). Counter mode is made of ECB, the tag of CBC: both work on whole buffers, which the chip's
hardware likes, and on buffers that are made once.
"""

from insole_protocol import block, sealed_record
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


class Sealer:
    """Turns records of format 1 into records of format 2, in place.

    Args:
        keys: of the log.
        aes: the cipher's factory.
        checksum: puts checksums behind records.
        motion: code of what the records' motion channels mean.
        max_bytes: the longest sealed record.
    """

    def __init__(
        self,
        keys: sealed_record.RecordKeys,
        aes: "Aes",
        checksum: Checksum,
        motion: int = sealed_record.NO_MOTION_CODE,
        max_bytes: int = block.MAX_BYTES,
    ) -> None:
        self._checksum = checksum
        self._key_id = keys.key_id
        self._motion = motion
        self._stream = aes(keys.encrypting, ECB)
        self._chain = aes(keys.authenticating, CBC, bytes(_BLOCK))
        self._last = bytearray(_BLOCK)  # what the chain has in it
        pad = memoryview(bytearray((max_bytes + _STEP - 1) // _STEP * _STEP))
        self._pad = pad
        self._pads = [pad[: (i + 1) * _STEP] for i in range(len(pad) // _STEP)]
        self._full_subkey, self._cut_subkey = sealed_record.cmac_subkeys(aes(keys.authenticating, ECB))
        self._copy, self._xor, self._counters = _loops.copy, _loops.xor, _loops.put_counters

    def seal(self, record: "bytearray | memoryview") -> int:
        """Seal the record at the start of `record`, which has room for it; its length then.

        Raises:
            ValueError: it would be longer than `max_bytes`.
        """
        length = block.length_of(record) + sealed_record.EXTRA_BYTES
        if length > len(self._pad) or length > len(record):
            raise ValueError("too long to be sealed")
        record[block.VERSION_AT] = sealed_record.VERSION
        record[block.LENGTH_AT] = length & 255
        record[block.LENGTH_AT + 1] = length >> 8
        end = length - sealed_record.KEY_ID_FROM_END
        self._encrypt(record, end - sealed_record.SEALED_AT)
        record[end] = self._key_id & 255
        record[end + 1] = self._key_id >> 8
        record[end + 2] = self._motion & 255
        record[end + 3] = self._motion >> 8
        self._put_tag(record, length - sealed_record.TAG_FROM_END)
        self._checksum.append(record, length - block.CRC_BYTES)
        return length

    def _encrypt(self, record: "bytearray | memoryview", count: int) -> None:
        pad = self._pads[(count - 1) // _STEP]
        self._counters(pad, record, (count + _BLOCK - 1) // _BLOCK)
        self._stream.encrypt(pad, pad)
        self._xor(record, sealed_record.SEALED_AT, pad, count)

    def _put_tag(self, record: "bytearray | memoryview", count: int) -> None:
        """CMAC of the first `count` bytes, behind them: CBC whose last block has a subkey added. What the
        chain has in it from the time before is taken out by adding it to the first block."""
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
        self._xor(pad, last_at, self._cut_subkey if count < blocks * _BLOCK else self._full_subkey, _BLOCK)
        self._xor(pad, 0, self._last, _BLOCK)
        self._chain.encrypt(pad, pad)
        i = 0
        while i < sealed_record.TAG_BYTES:
            record[count + i] = pad[last_at + i]
            i += 1
        self._copy(self._last, pad, len(pad) - _BLOCK, _BLOCK)
