"""What `plantigrade device info` says of an insole's identity record."""

from collections.abc import Iterable
from typing import Any

from plantigrade.bridge.session import Session
from plantigrade.device.provision.over_link import read_identity
from plantigrade.device.provision.record import IdentityError, Origin, StoredIdentity
from plantigrade.firmware_image.signing import PublicKey

SENTENCES = {
    Origin.GENUINE: "genuine: signed by a factory that this computer knows",
    Origin.UNKNOWN_MAKER: "signed by a key that this computer does not know",
    Origin.UNSIGNED: "unsigned: nothing proves who made it",
    Origin.ALTERED: "ALTERED: changed after it was signed, or the record of another insole",
}


async def identity_section(session: Session, keys: Iterable[PublicKey]) -> dict[str, Any] | None:
    """The record that an insole has, for people and JSON; None where firmware or insole has none.

    Raises:
        BridgeError, LinkError: the insole does not answer.
    """
    assert session.insole.identity is not None
    try:
        stored = await read_identity(session)
    except IdentityError as error:
        return {"origin": Origin.ALTERED.value, "note": str(error)}
    if stored is None:
        return None
    return section_of(stored, session.insole.identity.serial, session.insole.identity.side, keys)


def section_of(stored: StoredIdentity, serial: str, side: str, keys: Iterable[PublicKey]) -> dict[str, Any]:
    """The record `stored` of the insole that calls itself `serial` and says that it is `side`."""
    identity = stored.identity
    origin = stored.origin(serial, keys)
    section: dict[str, Any] = {"origin": origin.value, "meaning": SENTENCES[origin]}
    if stored.key_id:
        section["key"] = stored.key_id
    if identity.serial != serial:
        section["serial"] = identity.serial
    section |= {
        "side_at_birth": identity.side,
        "size_eu": identity.size_eu,
        "batch": identity.batch,
        "made_on": identity.made_on,
        "board": identity.board,
        "label": identity.label,
        "firmware_at_birth": identity.firmware,
        "firmware_sha256": identity.firmware_sha256,
        "micropython": identity.micropython,
        "micropython_sha256": identity.micropython_sha256,
        "calibrated": "design" if identity.calibration is None else identity.calibration.made_on,
        "number": stored.sequence,
    }
    if warning := swap_warning(identity.side, side):
        section["warning"] = warning
    return section


def swap_warning(made: str, says: str) -> str:
    """What is to be said where an insole is set to another side than it was made for; "" where it is not.

    >>> swap_warning("left", "left"), swap_warning("left", "unset")
    ('', '')
    """
    if says == made or says == "unset":
        return ""
    return (
        f"made as a {made} insole, set to {says}: if its parts were not changed on purpose, "
        "`plantigrade device set side unset` makes it what it was"
    )
