"""A locked insole in safe mode: hosts prove that they have its key, as in normal mode (PROTOCOL.md 3.3)."""

import os

import micropython
from insole_protocol import authentication, ids, messages, stuffing

NEVER = -1  # of `kbd_intr`: no byte interrupts
_BEFORE_PROOF = (ids.OP_HELLO, ids.OP_AUTH_BEGIN, ids.OP_AUTH_PROVE)


class Lock:
    """Keeps strangers from the commands of an insole that has a device key, which is `device_key`."""

    def __init__(self, device_key):
        self.device_key = device_key

    def choose_version(self, lowest, highest):
        """The one of locked insoles, where the host speaks it."""
        authentication.require_version(lowest, highest)
        return ids.LOCKED_VERSION

    def opened(self, peer, message):
        """The command in a message; a plain HELLO begins anew.

        Raises:
            NotGenuineError: nobody vouches for it, or its sender has not proved who it is.
        """
        if peer.guard is not None and not (
            len(message) == ids.PLAIN_HELLO_BYTES and message[0] == ids.OP_HELLO
        ):
            return peer.guard.open(ids.CHANNEL_CONTROL, message)
        if message[0] not in _BEFORE_PROOF:
            raise authentication.NotGenuineError("this insole is locked: prove who you are first")
        if message[0] == ids.OP_HELLO:
            peer.guard = peer.proving = peer.transfer = None
            del peer.outgoing[1 if peer.encoder else 0 :]
        return message

    def carry_out(self, peer, command):
        """The reply to AUTH_BEGIN, AUTH_PROVE or SERVICE."""
        if command.op == ids.OP_SERVICE:
            micropython.kbd_intr(stuffing.CTRL_C if command.arguments[0] else NEVER)
            return messages.build_reply(command.op, command.tag, command.arguments[0])
        if peer.proving is None:
            peer.proving = authentication.InsoleSide(self.device_key)
        if command.op == ids.OP_AUTH_BEGIN:
            if authentication.is_phone(command.arguments[0]):
                raise authentication.NotGenuineError("in safe mode an insole serves no phone")
            own = os.urandom(authentication.NONCE_BYTES)
            answer = peer.proving.begin(command.arguments[0], command.value, own)
            return messages.build_reply(command.op, command.tag, tail=answer)
        peer.guard = peer.proving.prove(command.value)
        return messages.build_reply(command.op, command.tag)
