"""Going back to the former firmware, wiping, forgetting: the commands, and waiting until they are done."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from insole_protocol import ids, replies, update_codes

from plantigrade.bridge.errors import BridgeError, RefusedError
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.session import Session
from plantigrade.device import targets
from plantigrade.device.changes.settings import RESTART_S, WIPE_S
from plantigrade.device.update import texts
from plantigrade.device.update.result import MakeLink
from plantigrade.device.update.settings import RECONNECT_S, REPLY_S
from plantigrade.device.update.transfer import fetch_update_status
from plantigrade.link.base import LinkError

ERASED = (
    "the log with all that was recorded",
    "the hosts that it is paired with",
    "keys",
    "every setting but the side",
    "reports of crashes and the list of events",
)
"""What a wipe erases, for whoever has to say yes."""


class ChangeError(BridgeError):
    """An insole is still what it was."""


@dataclass(frozen=True)
class WipePlan:
    """What a wipe would erase.

    Attributes:
        serial, side: of the insole.
        frames_not_fetched: slots in its log that nobody has acknowledged; None where it has no log.
    """

    serial: str
    side: str
    frames_not_fetched: int | None


@dataclass(frozen=True)
class RolledBack:
    """An insole that runs its former firmware again.

    Attributes:
        serial, side: of the insole.
        before, after: versions.
    """

    serial: str
    side: str
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        """For `--json` and pages."""
        return asdict(self)


async def plan_wipe(session: Session) -> WipePlan:
    """What would be erased.

    Raises:
        ChangeError: this firmware cannot be wiped over a link.
    """
    identity = require_update(session, "be wiped")
    try:
        log = await session.fetch_log_info()
    except RefusedError:
        return WipePlan(identity.serial, identity.side, None)
    return WipePlan(identity.serial, identity.side, max(0, log.next_seq - log.acknowledged_seq))


async def wipe(make_link: MakeLink, serial: str, reconnect_s: float = RECONNECT_S) -> bool:
    """Wipe the insole with this serial; whether its clean state was seen afterwards.

    Over Bluetooth it is not: the pairing is erased with the rest, so that this host must pair again.

    Raises:
        ChangeError: another insole answers, it refuses, or it is not clean when it is back.
        LinkError: it is out of reach.
    """
    async with targets.conversation(await make_link()) as session:
        identity = require_update(session, "be wiped")
        if identity.serial != serial.upper():
            raise ChangeError(
                f"{session.insole.name} is insole {identity.serial}, not {serial}: nothing was erased"
            )
        confirmation = int.from_bytes(bytes.fromhex(identity.serial)[-4:], "little")
        boot = session.insole.boot
        await session.command_client.ask(ids.OP_WIPE, confirmation)
        over_usb = targets.is_port(session.insole.name)
    if not over_usb:
        return False

    async def is_clean(session: Session) -> bool:
        if session.insole.boot == boot:
            return False
        log = await session.fetch_log_info()
        label = (await targets.read_settings(session)).get("label")
        if log.used_pages > 1 or label:
            raise ChangeError(f"{serial} has restarted and is not clean; `plantigrade device log` says why")
        return True

    return await _once_back(make_link, serial, is_clean, WIPE_S, reconnect_s)


async def rollback(make_link: MakeLink, reconnect_s: float = RECONNECT_S) -> RolledBack:
    """Go back to the firmware in the other slot, and wait until it runs.

    Raises:
        ChangeError: there is none, or the insole does not come back.
        LinkError: it is out of reach.
    """
    async with targets.conversation(await make_link()) as session:
        identity = require_update(session, "go back to a former firmware")
        before = (await fetch_update_status(session, update_codes.TEXT_VERSION)).text or identity.firmware
        boot = session.insole.boot
        mode = (await session.fetch_status()).mode
        await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_IDLE)
        try:
            await session.command_client.ask(ids.OP_ROLLBACK, timeout_s=REPLY_S)
        except RefusedError as error:
            status = await fetch_update_status(session)
            await session.command_client.ask(ids.OP_SET_MODE, mode)
            reason = texts.refusal(status.refusal, status.text) if status.refusal else str(error)
            raise ChangeError(f"{session.insole.name} does not go back: {reason}") from error
    found: list[str] = []

    async def runs_again(session: Session) -> bool:
        if session.insole.boot == boot:
            return False
        found.append((await fetch_update_status(session, update_codes.TEXT_VERSION)).text)
        return True

    await _once_back(make_link, identity.serial, runs_again, RESTART_S, reconnect_s)
    return RolledBack(identity.serial, identity.side, before, found[-1])


async def forget_hosts(session: Session) -> int:
    """Have an insole forget every host that it is paired with, but this one; how many.

    Raises:
        ChangeError: this firmware cannot.
    """
    require_update(session, "be told to forget hosts")
    answer = await session.command_client.ask(ids.OP_FORGET)
    return replies.ForgetReply(answer.reply).forgotten


def require_update(session: Session, purpose: str) -> Identity:
    """The insole's identity, when its firmware has the commands for this.

    Raises:
        ChangeError: it has not.
    """
    identity = session.insole.identity
    assert identity is not None, "hello comes first"
    if not identity.capabilities & ids.CAPABILITY_UPDATE:
        raise ChangeError(
            f"{session.insole.name} has firmware {identity.firmware}, which cannot {purpose} over a link; "
            "connect it by USB and use `plantigrade device flash`"
        )
    return identity


async def _once_back(
    make_link: MakeLink,
    serial: str,
    is_done: "Callable[[Session], Any]",
    limit_s: float,
    reconnect_s: float,
) -> bool:
    """Look for a restarted insole until `is_done(session)`; True then.

    Raises:
        ChangeError: it does not come back in time.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + limit_s
    last: LinkError | None = None
    while loop.time() < until:
        await asyncio.sleep(reconnect_s)
        try:
            async with targets.conversation(await make_link()) as session:
                identity = session.insole.identity
                if identity is not None and identity.serial == serial and await is_done(session):
                    return True
        except ChangeError:
            raise
        except LinkError as error:
            last = error
    raise ChangeError(
        f"{serial} has not come back within {limit_s:.0f} s ({last or 'it did not restart'}); "
        "look again with `plantigrade device info`"
    )
