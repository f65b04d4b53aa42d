"""A locked insole and this host prove to each other that they know its key (PROTOCOL.md section 3.3)."""

import secrets

from insole_protocol import authentication, ids
from insole_protocol.keyed_hash import same

from plantigrade.bridge.command_client import CommandClient
from plantigrade.bridge.errors import LockedError
from plantigrade.bridge.keyring import Keyring


async def prove(command_client: CommandClient, keyring: Keyring, name: str) -> str:
    """Prove and be shown; the serial number of the insole. Its messages are guarded from then on.

    Raises:
        LockedError: none of our keys is this insole's, or it is not the insole that it says it is.
        BridgeError, LinkError: it refuses, is silent or has gone.
    """
    nonce = secrets.token_bytes(authentication.NONCE_BYTES)
    answer = (await command_client.ask(ids.OP_AUTH_BEGIN, keyring.host, value=nonce)).reply.tail
    if len(answer) != authentication.NONCE_BYTES + authentication.PROOF_BYTES:
        raise LockedError(f"{name} failed to prove that it is one of our insoles")
    other, shown = answer[: authentication.NONCE_BYTES], answer[authentication.NONCE_BYTES :]
    serial, of_host = _key_that_shows(keyring, nonce, other, shown, name)
    command_client.guard = authentication.Guard(
        authentication.session_key(of_host, nonce, other), authentication.BY_HOST, authentication.BY_INSOLE
    )
    value = authentication.proof(of_host, authentication.BY_HOST, nonce, other)
    await command_client.ask(ids.OP_AUTH_PROVE, value=value)
    return serial


def _key_that_shows(
    keyring: Keyring, nonce: bytes, other: bytes, shown: bytes, name: str
) -> tuple[str, bytes]:
    keys = [(serial, key) for serial, those in keyring.device_keys().items() for key in those]
    host = keyring.host.to_bytes(authentication.HOST_BYTES, "little")
    for serial, key in keys:
        of_host = authentication.host_key(key, host)
        if same(authentication.proof(of_host, authentication.BY_INSOLE, nonce, other), shown):
            return serial, of_host
    known = f"none of the {len(keys)} keys here is its own" if keys else "no key of an insole is here"
    raise LockedError(
        f"{name} is locked, and {known}: take its key from the library that it was provisioned with "
        "(`plantigrade keys move`), or from its recovery card (`plantigrade keys recover`)"
    )
