"""An insole's identity record, read over any link that talks to it."""

from insole_protocol import identity_record as form
from insole_protocol import ids
from insole_protocol.declarations import values_of

from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.session import Session
from plantigrade.device.provision.record import IdentityError, StoredIdentity, parse_record

_MOST_BYTES = form.HEADER_BYTES + form.MAX_BODY_BYTES + form.SIGNATURE_BYTES + form.CRC_BYTES


async def read_identity(session: Session) -> StoredIdentity | None:
    """The record that counts; None where the insole has none, or firmware that does not tell.

    Raises:
        IdentityError: what the insole sends is no record.
        BridgeError, LinkError: it does not answer.
    """
    data = b""
    while True:
        try:
            reply = (await session.command_client.ask(ids.OP_IDENTITY, len(data))).reply
        except RefusedError as error:
            if error.result in (ids.RESULT_UNKNOWN_COMMAND, ids.RESULT_NOT_AVAILABLE):  # older, or safe mode
                return None
            raise
        values = values_of(reply, ids.OP_IDENTITY)
        total, part = values["total_bytes"], values["part"]
        assert isinstance(total, int) and isinstance(part, bytes)
        if not total:
            return None
        if total > _MOST_BYTES or len(data) + len(part) > total:
            raise IdentityError(f"{session.insole.name}: sends an identity record of {total} bytes")
        data += part
        if len(data) == total:
            return parse_record(data)
        if not part:
            raise IdentityError(f"{session.insole.name}: stops in the middle of its identity record")
