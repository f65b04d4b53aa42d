"""Host and insole prove to each other that they know the insole's key (PROTOCOL.md section 3.3).

Loaded by the first host that asks a locked insole, and stays, as does what vouches for messages afterwards.
"""

import os

from insole.commands import Refusal
from insole_protocol import authentication, ids, messages
from insole_protocol.layout_id import LAYOUT_ID

NO_SERIAL = bytes(8)


def carry_out(insole, session, command):
    """The reply to a host that has not proved who it is, or proves it once more.

    Raises:
        Refusal: this insole has no key, or the command is for hosts that have proved who they are.
        MessageError: the order is wrong, or the host does not know the key.
    """
    if not insole.locked:
        raise Refusal(ids.RESULT_NOT_AVAILABLE, "this insole has no key to prove")
    if command.op == ids.OP_HELLO:
        return _hello(insole, session, command)
    if session.proving is None:
        session.proving = authentication.InsoleSide(insole.identity.device_key)
    if command.op == ids.OP_AUTH_BEGIN:
        host = command.arguments[0]
        session.stream(False)  # counted by who it was; it asks again by who it is
        session.phone = authentication.is_phone(host)
        if session.phone and _is_void(insole.settings.void_phones, authentication.phone_number(host)):
            raise Refusal(ids.RESULT_NOT_ALLOWED, "this phone's keys were made void")
        own = os.urandom(authentication.NONCE_BYTES)
        answer = session.proving.begin(host, command.value, own)
        return messages.build_reply(command.op, command.tag, tail=answer)
    if command.op != ids.OP_AUTH_PROVE:
        raise Refusal(ids.RESULT_NOT_ALLOWED, "this insole is locked: prove who you are first")
    session.guard = session.proving.prove(command.value)
    insole.radio.proved(session.transport)
    return messages.build_reply(command.op, command.tag)


def _is_void(numbers, number):
    """Whether a phone's number is one of those in a row."""
    return any(numbers[at : at + len(number)] == number for at in range(0, len(numbers), len(number)))


def _hello(insole, session, command):
    """What anybody may know: a locked insole, and which commands come next."""
    session.proving = None
    authentication.require_version(*command.arguments)
    session.version = ids.LOCKED_VERSION
    fields = ids.LOCKED_VERSION, ids.SIDE_UNSET, LAYOUT_ID, 0, 0, insole.sampler.period_us, 0, NO_SERIAL
    return messages.build_reply(command.op, command.tag, *fields)
