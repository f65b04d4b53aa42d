"""An update from the first look at an insole to its new firmware at work, or the former one again."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from insole_protocol import ids, replies, update_codes

from plantigrade.bridge.errors import BridgeError, RefusedError
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.session import Session
from plantigrade.device import targets
from plantigrade.device.update import texts
from plantigrade.device.update.errors import UpdateError, UpdateFault
from plantigrade.device.update.progress import Progress, ProgressHandler, Stage, ignore_progress
from plantigrade.device.update.result import MakeLink, Outcome, UpdateResult, Wishes
from plantigrade.device.update.settings import (
    IDLE_TRIES,
    REPLY_S,
    RESTART_S,
    TRIAL_S,
    TRIES,
    VERIFY_S,
)
from plantigrade.device.update.transfer import (
    NotIdleError,
    Transfer,
    fetch_update_status,
    why_refused,
)
from plantigrade.firmware_image.bundle import Bundle, BundleKind
from plantigrade.link.base import LinkError

_NOT_YET = (
    update_codes.STATE_RECEIVING,
    update_codes.STATE_VERIFYING,
    update_codes.STATE_RESTARTING,
)
"""States of an insole that a link came back to before it has restarted."""


@dataclass(frozen=True)
class _Before:
    """An insole before its update."""

    identity: Identity
    boot: int
    next_seq: int
    mode: int
    version: str


async def update_insole(
    make_link: MakeLink,
    bundle: Bundle,
    on_progress: ProgressHandler = ignore_progress,
    wishes: Wishes | None = None,
) -> UpdateResult:
    """Update one insole, and wait until its new firmware is confirmed or was taken back.

    Args:
        make_link: finds it; called again after each broken connection and after its restart.
        bundle: signed, for this insole.
        on_progress: called with each step.
        wishes: see there.

    Raises:
        UpdateError: it runs what it ran before; `fault` says why. What has arrived stays: the next attempt
            goes on from there.
        LinkError: it is out of reach.
    """
    return await _Updating(make_link, bundle, on_progress, wishes or Wishes()).run()


async def update_with_the_fitting(
    make_link: MakeLink,
    candidates: Sequence[Bundle],
    on_progress: ProgressHandler = ignore_progress,
    wishes: Wishes | None = None,
) -> UpdateResult:
    """Update one insole with the first bundle that is for its processor; else as `update_insole`."""
    *others, last = candidates
    for bundle in others:
        try:
            return await update_insole(make_link, bundle, on_progress, wishes)
        except UpdateError as error:
            if error.refusal != update_codes.REFUSAL_ARCHITECTURE:
                raise
    return await update_insole(make_link, last, on_progress, wishes)


class _Updating:
    """One update."""

    def __init__(
        self, make_link: MakeLink, bundle: Bundle, on_progress: ProgressHandler, wishes: Wishes
    ) -> None:
        self._make_link = make_link
        self._bundle = bundle
        self._on_progress = on_progress
        self._wishes = wishes
        self._transfer = Transfer(bundle.to_bytes(), on_progress, wishes.window)
        self._total = len(self._transfer.data)
        self._version = version_of(bundle)
        self._before: _Before | None = None
        self._connections = 0
        self._resumed = False
        self._began = self._sending_since = _now()
        self._sending_s = 0.0

    async def run(self) -> UpdateResult:
        self._on_progress(Progress(Stage.CHECKING, 0, self._total))
        async with targets.conversation(await self._make_link()) as session:
            before = self._before = await self._look(session)
            on_trial = await self._is_on_trial(session)
            if not on_trial and (reason := self._nothing_to_do(before)):
                return self._result(Outcome.NOTHING_TO_DO, before.version, reason, before.next_seq)
            if not on_trial:
                await self._check(session, before)
        self._resumed = on_trial
        if not on_trial:
            await self._send_all(before)
        return await self._await_end(before)

    # Before anything is sent

    async def _look(self, session: Session) -> _Before:
        hello = await session.hello()
        identity = session.insole.identity
        assert identity is not None
        if not identity.capabilities & ids.CAPABILITY_UPDATE:
            raise UpdateError(
                UpdateFault.CANNOT,
                f"{session.insole.name} has firmware {identity.firmware}, which takes no updates; "
                "connect it by USB and use `plantigrade device flash`",
            )
        status = await session.fetch_status()
        text = (
            update_codes.TEXT_VERSION
            if self._bundle.manifest.kind is BundleKind.FILES
            else update_codes.TEXT_MICROPYTHON
        )
        version = (await fetch_update_status(session, text)).text
        return _Before(identity, hello.boot, hello.next_seq, status.mode, version or identity.firmware)

    async def _is_on_trial(self, session: Session) -> bool:
        """Whether this very version is on trial already: an update that was broken off after its restart."""
        status = await fetch_update_status(session)
        if status.state != update_codes.STATE_ON_TRIAL:
            return False
        assert self._before is not None
        if self._before.version == self._version:
            return True
        raise UpdateError(
            UpdateFault.ON_TRIAL,
            f"{session.insole.name} still tries firmware {self._before.version} "
            f"(it waits for: {texts.waits_for(status.waits_for)}); update it when that is confirmed",
        )

    def _nothing_to_do(self, before: _Before) -> str:
        if before.version == self._version and not self._wishes.again:
            return f"it runs {before.version} already"
        return ""

    async def _check(self, session: Session, before: _Before) -> None:
        manifest, name = self._bundle.manifest, session.insole.name
        if _is_older(self._version, before.version) and not self._wishes.older:
            raise UpdateError(
                UpdateFault.OLDER,
                f"{name} runs {before.version}, which is newer than {self._version}; "
                "--older installs it all the same, `plantigrade device rollback` goes back to the former one",
            )
        status = await fetch_update_status(session)
        if manifest.security_counter < status.floor:
            raise UpdateError(
                UpdateFault.FLOOR,
                f"{name} takes no version with a security counter below {status.floor}; "
                f"{self._version} has {manifest.security_counter}",
                update_codes.REFUSAL_FLOOR,
            )

    # Sending

    async def _send_all(self, before: _Before) -> None:
        """Send the bundle over as many connections as it takes, and have it installed."""
        self._sending_since = _now()
        tries = idle_tries = 0
        while True:
            done = self._transfer.done
            try:
                async with targets.conversation(await self._make_link()) as session:
                    self._check_serial(session, before)
                    self._connections += 1
                    await self._send_over(session, before)
                    return
            except NotIdleError as error:
                idle_tries += 1
                if idle_tries > IDLE_TRIES:
                    raise UpdateError(
                        UpdateFault.DISTURBED,
                        f"{error} although it was told so: does `plantigrade run` look after it? "
                        "`plantigrade service pause` leaves it alone",
                    ) from error
            except UpdateError:
                raise
            except LinkError as error:
                tries = 1 if self._transfer.done > done else tries + 1
                if tries > TRIES:
                    raise UpdateError(
                        UpdateFault.LINK,
                        f"it fails again and again ({error}); the insole keeps what has arrived: "
                        "start again to go on",
                    ) from error
                self._on_progress(
                    Progress(Stage.RECONNECTING, self._transfer.done, self._total, text=str(error))
                )
                await asyncio.sleep(self._wishes.reconnect_s)

    async def _send_over(self, session: Session, before: _Before) -> None:
        client = session.command_client
        await client.ask(ids.OP_SET_MODE, ids.MODE_IDLE)
        try:
            await self._transfer.run(session)
            self._sending_s = _now() - self._sending_since
            self._on_progress(Progress(Stage.VERIFYING, self._total, self._total))
            try:
                await client.ask(ids.OP_UPDATE_END, timeout_s=REPLY_S)
            except RefusedError as error:
                raise await why_refused(session, error) from error
            await self._await_switch(session)
        except UpdateError:
            await _set_mode_back(session, before.mode)
            raise

    async def _await_switch(self, session: Session) -> None:
        """Until the insole has checked what it has and restarts; a link that breaks now is its restart."""
        until = _now() + VERIFY_S
        while _now() < until:
            try:
                status = await fetch_update_status(session)
            except LinkError:
                return
            if status.state == update_codes.STATE_REFUSED:
                raise _refused(session, status)
            if status.state != update_codes.STATE_VERIFYING:
                return
            await asyncio.sleep(self._wishes.poll_s)
        raise UpdateError(UpdateFault.REFUSED, f"{session.insole.name} is not done with checking the bundle")

    # After the restart

    async def _await_end(self, before: _Before) -> UpdateResult:
        """Until the new firmware is confirmed, or the former one runs again."""
        self._on_progress(Progress(Stage.RESTARTING, self._total, self._total))
        until = _now() + TRIAL_S
        seen = _now()
        while _now() < until:
            await asyncio.sleep(self._wishes.reconnect_s)
            try:
                async with targets.conversation(await self._make_link()) as session:
                    self._check_serial(session, before)
                    if result := await self._follow_trial(session, before, until):
                        return result
                seen = _now()
            except UpdateError:
                raise
            except LinkError as error:
                if _now() - seen > RESTART_S:
                    raise UpdateError(
                        UpdateFault.NOT_BACK,
                        f"{before.identity.serial} has not come back for {RESTART_S:.0f} s ({error}); "
                        f"when the new firmware does not start it goes back to {before.version} by "
                        "itself: look again with `plantigrade device info`",
                    ) from error
                self._on_progress(Progress(Stage.RESTARTING, self._total, self._total, text=str(error)))
        raise UpdateError(
            UpdateFault.NOT_BACK,
            f"{before.identity.serial} neither confirms its new firmware nor goes back; "
            "`plantigrade device info` shows what it does",
        )

    async def _follow_trial(self, session: Session, before: _Before, until: float) -> UpdateResult | None:
        """The result, once there is one; None when the insole has not restarted yet."""
        restarts_by = _now() + RESTART_S
        while _now() < until:
            after = await self._look(session)
            status = await fetch_update_status(session)
            if status.state == update_codes.STATE_ON_TRIAL:
                waits = texts.waits_for(status.waits_for)
                self._on_progress(Progress(Stage.ON_TRIAL, self._total, self._total, text=waits))
                await asyncio.sleep(self._wishes.trial_poll_s)
            elif status.state == update_codes.STATE_REFUSED:
                raise _refused(session, status)
            elif status.state in _NOT_YET:
                if _now() > restarts_by:
                    raise UpdateError(
                        UpdateFault.NOT_BACK,
                        f"{before.identity.serial} has the new firmware and does not restart for "
                        f"{RESTART_S:.0f} s; `plantigrade device info` shows what it does, and what is there "
                        "stays: update it again",
                    )
                await asyncio.sleep(self._wishes.poll_s)
            elif after.boot == before.boot and not self._resumed:
                return None
            elif status.state == update_codes.STATE_CONFIRMED and self._is_new(after):
                return self._result(Outcome.UPDATED, after.version, "", after.next_seq)
            else:
                back = status.state == update_codes.STATE_ROLLED_BACK
                unknown = f"it runs {after.version} and does not say why"
                reason = texts.went_back(status.refusal) if back else unknown
                return self._result(Outcome.ROLLED_BACK, after.version, reason, after.next_seq)
        return None

    def _is_new(self, after: _Before) -> bool:
        """Whether the version is the bundle's; a virtual board's interpreter has one of its own."""
        return after.version == self._version or self._bundle.manifest.kind is BundleKind.MICROPYTHON

    def _check_serial(self, session: Session, before: _Before) -> None:
        identity = session.insole.identity
        assert identity is not None
        if identity.serial != before.identity.serial:
            raise UpdateError(
                UpdateFault.OTHER_INSOLE,
                f"{session.insole.name} is now insole {identity.serial}, not {before.identity.serial}; "
                "name it by the end of its serial number",
            )

    def _result(self, outcome: Outcome, after: str, reason: str, next_seq: int) -> UpdateResult:
        before = self._before
        assert before is not None
        self._on_progress(Progress(Stage.DONE, self._total, self._total))
        return UpdateResult(
            outcome=outcome,
            serial=before.identity.serial,
            side=before.identity.side,
            before=before.version,
            after=after,
            reason=reason,
            sent_bytes=self._transfer.sent_bytes,
            sending_s=self._sending_s,
            seconds=_now() - self._began,
            connections=self._connections,
            next_seq_before=before.next_seq,
            next_seq_after=next_seq,
        )


def _now() -> float:
    """The event loop's clock, in seconds."""
    return asyncio.get_running_loop().time()


def _refused(session: Session, status: replies.UpdateStatusReply) -> UpdateError:
    reason = texts.refusal(status.refusal, status.text)
    return UpdateError(
        UpdateFault.REFUSED, f"{session.insole.name} refused the bundle: {reason}", status.refusal
    )


def version_of(bundle: Bundle) -> str:
    """What an insole says that it runs once it runs this; of MicroPython it tells the three numbers."""
    manifest = bundle.manifest
    if manifest.kind is BundleKind.FILES:
        return manifest.version
    return ".".join(map(str, manifest.lowest_micropython))


async def _set_mode_back(session: Session, mode: int) -> None:
    """As it was before; an insole that has gone starts in its own mode anyway."""
    try:
        await session.command_client.ask(ids.OP_SET_MODE, mode)
    except BridgeError:
        return
    except LinkError:
        return


def _is_older(version: str, than: str) -> bool:
    """Whether a version is older, by the numbers it begins with; what begins with none has no order.

    >>> _is_older("0.9.0", "0.10.0"), _is_older("0.9.0-lab2", "0.9.0"), _is_older("nightly", "1.0")
    (True, False, False)
    """
    numbers = [re.match(r"\d+(\.\d+)*", text) for text in (version, than)]
    if numbers[0] is None or numbers[1] is None:
        return False
    first, second = ([int(part) for part in found[0].split(".")] for found in numbers if found)
    return first < second
