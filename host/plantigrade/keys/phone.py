"""Keys for a phone: enough to watch and to fetch, nothing more, and void without any other key changing.

The phone gets a host key of its own (PROTOCOL.md 3.3) and what is made of the live view's key; neither the
device key nor the log key can be computed from them. Which phones were given keys is in the audit log.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from insole_protocol import authentication, ids, sealed_record, settings
from insole_protocol.replies import SettingReply

from plantigrade.bridge.session import Session
from plantigrade.files.atomic_write import new_file
from plantigrade.keys.errors import KeysError
from plantigrade.library.catalogue.insole_key_revocation import REVOKE, REVOKED
from plantigrade.library.catalogue.insole_keys import InsoleKeys
from plantigrade.library.catalogue.library import Library

SCHEMA: Final = "plantigrade.phone-keys/1"
GIVEN: Final = "give keys to a phone"
VOIDED: Final = "make a phone's keys void"
_VOID_KEY: Final = next(row.key for row in settings.TABLE if row.name == "void_phones")
MOST_INSOLES: Final = 16
"""That the page takes (docs/reference/insole-keys.md)."""
_PHONE: Final = 1 << 62
_NUMBER_BITS: Final = 32


@dataclass(frozen=True)
class GivenPhone:
    """A phone that was given keys of an insole.

    Attributes:
        number: of the phone, eight hexadecimal digits.
        serial: of the insole.
        at: when.
        is_void: the insole was told to refuse it since, or has new keys.
    """

    number: str
    serial: str
    at: datetime
    is_void: bool


def new_phone() -> int:
    """The identifier of a phone that nobody has yet."""
    return _PHONE | secrets.randbits(_NUMBER_BITS)


def keys_for(phone: int, insoles: Sequence[InsoleKeys]) -> dict[str, Any]:
    """What a phone is given, as `plantigrade.phone-keys/1`.

    >>> keys = keys_for(1 << 62 | 7, [InsoleKeys("0000246F287A3F01", bytes(range(32)), (bytes(range(32)),))])
    >>> keys["phone"], sorted(keys["insoles"][0])
    ('4000000000000007', ['host', 'live', 'serial'])

    Raises:
        KeysError: an insole has no keys: it is open to whoever pairs, and a phone needs none. Or they are
            more than a phone takes.
    """
    if len(insoles) > MOST_INSOLES:
        raise KeysError(
            f"a phone takes the keys of {MOST_INSOLES} insoles at most, {len(insoles)} were named"
        )
    host = phone.to_bytes(authentication.HOST_BYTES, "little")
    found: list[dict[str, Any]] = []
    for one in insoles:
        if one.device is None or not one.logs:
            raise KeysError(f"insole {one.serial} is not locked: a phone needs no keys for it")
        live = sealed_record.RecordKeys(sealed_record.live_key(one.logs[0]))
        found.append(
            {
                "serial": one.serial,
                "host": authentication.host_key(one.device, host).hex(),
                "live": {
                    "key_id": live.key_id,
                    "encrypting": live.encrypting.hex(),
                    "authenticating": live.authenticating.hex(),
                },
            }
        )
    return {"schema": SCHEMA, "phone": f"{phone:016x}", "insoles": found}


def link_of(page: str, keys: dict[str, Any]) -> str:
    """The address that opens the page with the keys behind the #, which browsers send to nobody.

    >>> link_of("https://clinic.example/phone/", {})
    'https://clinic.example/phone/#keys=e30'
    """
    data = json.dumps(keys, separators=(",", ":")).encode()
    return f"{page.rstrip('/')}/#keys={urlsafe_b64encode(data).decode().rstrip('=')}"


def write_keys(keys: dict[str, Any], path: Path) -> None:
    """Write the file that the page takes in; its owner alone reads it.

    Raises:
        FileError: it cannot be written.
    """
    with new_file(path) as draft:
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(keys) + "\n", encoding="utf-8")


def given_phones(library: Library) -> list[GivenPhone]:
    """Which phones were given keys, the latest last."""
    found: list[GivenPhone] = []
    for entry in library.audit():
        if entry.action == GIVEN:
            found.append(GivenPhone(entry.detail, entry.subject, entry.at_utc, is_void=False))
        elif entry.action == VOIDED:
            meant = (entry.detail, entry.subject)
            found = [_void_if(one, (one.number, one.serial) == meant) for one in found]
        elif entry.action == REVOKE and entry.detail == REVOKED:
            found = [_void_if(one, one.serial == entry.subject) for one in found]
    return found


def _void_if(one: GivenPhone, is_meant: bool) -> GivenPhone:
    return replace(one, is_void=one.is_void or is_meant)


async def make_void(session: Session, number: str) -> tuple[str, ...]:
    """Have an insole refuse a phone from now on; all numbers that it refuses then.

    Args:
        session: with the insole, after hello; this host has proved who it is.
        number: of the phone.

    Raises:
        KeysError: four phones are void there already.
        BridgeError, LinkError: it refuses, is silent or has gone.
    """
    numbers = await _void_numbers(session)
    if number in numbers:
        return tuple(numbers)
    if len(numbers) >= settings.MAX_VOID_PHONES:
        raise KeysError(
            f"this insole refuses {len(numbers)} phones already and has no room for more: `plantigrade keys "
            "revoke` gives it new keys, which makes those of every phone void"
        )
    numbers.append(number)
    await session.command_client.ask(ids.OP_SET_SETTING, _VOID_KEY, value="".join(numbers).encode())
    return tuple(numbers)


async def forget_void(session: Session) -> None:
    """Free the places of phones that an insole refuses: it has new keys, and those phones have none of them.

    Raises:
        BridgeError, LinkError: as in `make_void`; firmware that knows no phones refuses.
    """
    if await _void_numbers(session):
        await session.command_client.ask(ids.OP_SET_SETTING, _VOID_KEY, value=b"")


async def _void_numbers(session: Session) -> list[str]:
    reply = SettingReply((await session.command_client.ask(ids.OP_GET_SETTING, _VOID_KEY)).reply)
    text = reply.value.decode("ascii", "replace")
    digits = settings.PHONE_DIGITS
    return [text[at : at + digits] for at in range(0, len(text), digits)]
