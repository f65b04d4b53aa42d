"""A locked insole in safe mode: hosts prove that they have its key, as in normal mode (PROTOCOL.md 3.3)."""

import os

from insole_protocol import authentication, errors, ids, messages

HELLO_BYTES = 4
_BEFORE_PROOF = (ids.OP_HELLO, ids.OP_AUTH_BEGIN, ids.OP_AUTH_PROVE)


class Lock:
    """Keeps strangers from the commands of an insole that has a device key."""

    version = ids.LOCKED_VERSION

    def __init__(self, device_key):
        self._device_key = device_key

    def opened(self, peer, message):
        """The command in a message; a plain HELLO begins anew.

        Raises:
            NotGenuineError: nobody vouches for it, or its sender has not proved who it is.
        """
        if peer.guard is not None and not (len(message) == HELLO_BYTES and message[0] == ids.OP_HELLO):
            return peer.guard.open(ids.CHANNEL_CONTROL, message)
        if message[0] not in _BEFORE_PROOF:
            raise errors.NotGenuineError("this insole is locked: prove who you are first")
        if message[0] == ids.OP_HELLO:
            peer.guard = peer.proving = peer.transfer = None
            del peer.outgoing[1 if peer.encoder else 0 :]
        return message

    def carry_out(self, peer, command):
        """The reply to AUTH_BEGIN or AUTH_PROVE."""
        if peer.proving is None:
            peer.proving = authentication.InsoleSide(self._device_key)
        if command.op == ids.OP_AUTH_BEGIN:
            own = os.urandom(authentication.NONCE_BYTES)
            answer = peer.proving.begin(command.arguments[0], command.value, own)
            return messages.build_reply(command.op, command.tag, tail=answer)
        peer.guard = peer.proving.prove(command.value)
        return messages.build_reply(command.op, command.tag)


class Open:
    """Of an insole without a key."""

    version = ids.OPEN_VERSION

    def opened(self, _peer, message):
        """The command as it came."""
        return message

    def carry_out(self, _peer, _command):
        """There is nothing to prove."""


def make():
    """The lock of this insole."""
    from insole.insole_keys import InsoleKeys

    key = InsoleKeys().device
    return Lock(key) if key else Open()
