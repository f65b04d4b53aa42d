"""Both ends prove that they know the insole's key, and vouch for each message afterwards (PROTOCOL.md 3.3).

    K_device   32 bytes that the insole and its library have; never sent
    K_host     HMAC-SHA256(K_device, "plantigrade host 2" | host): a host may be given this one alone
    K_session  HMAC-SHA256(K_host, "plantigrade session 2" | host nonce | insole nonce)

A proof is the first half of HMAC-SHA256(K_host, who proves | both nonces). A guarded message is followed by
its number, u32, which rises by one or more, and the first 8 bytes of
HMAC-SHA256(K_session, direction | channel | number | message).
"""

import struct

from insole_protocol import ids
from insole_protocol.errors import MessageError, MessageLengthError, ProtocolVersionError
from insole_protocol.keyed_hash import KeyedHash, hmac_sha256, same

NONCE_BYTES = 16
PROOF_BYTES = 16
HOST_BYTES = 8
NUMBER_BYTES = 4
TAG_BYTES = 8
PROOF_PURPOSE = b"plantigrade proof 2"
SESSION_PURPOSE = b"plantigrade session 2"
BY_HOST = b"h"
BY_INSOLE = b"i"
MAX_NUMBER = 0xFFFFFFFF


class NotGenuineError(MessageError):
    """Nobody vouches for a message: changed, sent twice, or sent by somebody without the key."""

    name = "not_genuine"
    result = ids.RESULT_NOT_ALLOWED


def host_key(device_key: bytes, host: bytes) -> bytes:
    """K_host of the host with this identifier of 8 bytes."""
    return hmac_sha256(device_key, b"plantigrade host 2" + host)


def proof(of_host: bytes, by: bytes, host_nonce: bytes, insole_nonce: bytes) -> bytes:
    """What shows that `by`, BY_HOST or BY_INSOLE, knows K_host.

    >>> key = host_key(bytes(range(32)), bytes(8))
    >>> proof(key, BY_HOST, bytes(16), bytes(16)) == proof(key, BY_INSOLE, bytes(16), bytes(16))
    False
    """
    return hmac_sha256(of_host, PROOF_PURPOSE + by + host_nonce + insole_nonce)[:PROOF_BYTES]


def session_key(of_host: bytes, host_nonce: bytes, insole_nonce: bytes) -> bytes:
    """K_session of a connection."""
    return hmac_sha256(of_host, SESSION_PURPOSE + host_nonce + insole_nonce)


def is_phone(host: int) -> bool:
    """Whether a host's identifier is a phone's: its two highest bits are 01. Those of libraries are 00 or 10.

    >>> is_phone(0x4000000012345678), is_phone(0x8000000012345678), is_phone(0)
    (True, False, False)
    """
    return host >> 62 == 1


def phone_number(host: int) -> str:
    """By what a phone is named among those whose keys are void: the eight last digits of its identifier.

    >>> phone_number(0x4000000012345678)
    '12345678'
    """
    return "%08x" % (host & 0xFFFFFFFF)


def require_version(lowest: int, highest: int) -> None:
    """Refuse a host that cannot prove anything.

    Raises:
        ProtocolVersionError: it does not speak the version of locked insoles; the text says what to do.
    """
    if not lowest <= ids.LOCKED_VERSION <= highest:
        raise ProtocolVersionError(
            "this insole is locked and speaks version %d: update the host's program" % ids.LOCKED_VERSION
        )


class Guard:
    """Vouches for the messages of one connection, and refuses those for which the other end does not.

    >>> host, insole = Guard(bytes(32), BY_HOST, BY_INSOLE), Guard(bytes(32), BY_INSOLE, BY_HOST)
    >>> message = host.closed(2, b"hello")
    >>> bytes(insole.open(2, message))
    b'hello'
    >>> insole.open(2, message)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    NotGenuineError: message 1 came before

    Args:
        key: K_session.
        own, other: BY_HOST and BY_INSOLE, or the other way round.
    """

    def __init__(self, key: bytes, own: bytes, other: bytes) -> None:
        self._hash = KeyedHash(key)
        self._own = own
        self._other = other
        self._sent = 0
        self._taken = 0

    def close(self, channel: int, buffer: "bytearray | memoryview", length: int) -> int:
        """Put number and tag behind the first `length` bytes, in place; the length then.

        Raises:
            NotGenuineError: no numbers are left; connect anew.
        """
        if self._sent == MAX_NUMBER:
            raise NotGenuineError("a connection has 2**32 messages at most")
        self._sent += 1
        struct.pack_into("<I", buffer, length, self._sent)
        tag = self._tag(self._own, channel, self._sent, memoryview(buffer)[:length])
        buffer[length + NUMBER_BYTES : length + ids.GUARD_BYTES] = tag
        return length + ids.GUARD_BYTES

    def closed(self, channel: int, message: bytes) -> bytes:
        """A guarded message."""
        buffer = bytearray(len(message) + ids.GUARD_BYTES)
        buffer[: len(message)] = message
        self.close(channel, buffer, len(message))
        return bytes(buffer)

    def open(self, channel: int, message: "bytes | bytearray | memoryview") -> memoryview:
        """The message without number and tag.

        Raises:
            NotGenuineError: the other end does not vouch for it, or it came before.
        """
        length = len(message) - ids.GUARD_BYTES
        if length < 0:
            raise NotGenuineError("%d bytes, which nobody vouches for" % len(message))
        (number,) = struct.unpack_from("<I", message, length)
        body = memoryview(message)[:length]
        tag = self._tag(self._other, channel, number, body)
        if not same(tag, memoryview(message)[length + NUMBER_BYTES :]):
            raise NotGenuineError("a message that nobody vouches for")
        if number <= self._taken:
            raise NotGenuineError("message %d came before" % number)
        self._taken = number
        return body

    def _tag(self, by: bytes, channel: int, number: int, message: memoryview) -> bytes:
        return self._hash.of(by + struct.pack("<BI", channel, number), message)[:TAG_BYTES]


class InsoleSide:
    """The insole's part of one proof.

    >>> key, nonce, own = bytes(range(32)), bytes(16), bytes(range(16))
    >>> insole = InsoleSide(key)
    >>> answer = insole.begin(7, nonce, own)
    >>> of_host = host_key(key, (7).to_bytes(8, "little"))
    >>> answer == own + proof(of_host, BY_INSOLE, nonce, own)
    True
    >>> guard = insole.prove(proof(of_host, BY_HOST, nonce, own))
    """

    def __init__(self, device_key: bytes) -> None:
        self._device_key = device_key
        self._begun: "tuple[bytes, bytes, bytes] | None" = None

    def begin(self, host: int, nonce: bytes, own: bytes) -> bytes:
        """The answer to AUTH_BEGIN; `own` are 16 random bytes that were never used before.

        Raises:
            MessageLengthError: the host's nonce has not 16 bytes.
        """
        self._begun = None
        if len(nonce) != NONCE_BYTES:
            raise MessageLengthError("a nonce has %d bytes" % NONCE_BYTES)
        of_host = host_key(self._device_key, host.to_bytes(HOST_BYTES, "little"))
        self._begun = of_host, nonce, own
        return own + proof(of_host, BY_INSOLE, nonce, own)

    def prove(self, value: bytes) -> Guard:
        """What vouches from now on, after AUTH_PROVE; one try for each AUTH_BEGIN.

        Raises:
            NotGenuineError: the host does not know the key, or has not begun.
        """
        if self._begun is None:
            raise NotGenuineError("AUTH_BEGIN comes first")
        of_host, nonce, own = self._begun
        self._begun = None
        if not same(value, proof(of_host, BY_HOST, nonce, own)):
            raise NotGenuineError("this is not the key of this insole")
        return Guard(session_key(of_host, nonce, own), BY_INSOLE, BY_HOST)
