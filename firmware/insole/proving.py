"""Host and insole prove to each other that they know the insole's key (PROTOCOL.md section 3.3).

Loaded by the first host that asks a locked insole, and stays, as does what vouches for messages afterwards.
"""

import os

from insole.commands import Refusal
from insole_protocol import authentication, ids, messages


def carry_out(insole, session, command):
    """The reply to AUTH_BEGIN or AUTH_PROVE.

    Raises:
        Refusal: this insole has no key.
        MessageError: the order is wrong, or the host does not know the key.
    """
    if not insole.locked:
        raise Refusal(ids.RESULT_NOT_AVAILABLE, "this insole has no key to prove")
    if session.proving is None:
        session.proving = authentication.InsoleSide(insole.identity.device_key)
    if command.op == ids.OP_AUTH_BEGIN:
        own = os.urandom(authentication.NONCE_BYTES)
        answer = session.proving.begin(command.arguments[0], command.value, own)
        return messages.build_reply(command.op, command.tag, tail=answer)
    session.guard = session.proving.prove(command.value)
    insole.proved(session.transport)
    return messages.build_reply(command.op, command.tag)
