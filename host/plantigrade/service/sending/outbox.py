"""Sends what is due, one piece after the other; whatever happens, it goes on where it was.

Everything is said by the database: which recordings are to go, how far each is, when it is tried again. So
the outbox survives restarts, and two of them do no harm: the clinic takes each byte once.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.sending import settings as waits
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import TO_ASK, UNDER_WAY, Clinic, Sending, SendingState
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.parcels.errors import ParcelError
from plantigrade.service.sending.link import (
    AwayError,
    ClinicLink,
    EndedError,
    MovedError,
    Receipt,
    RefusedError,
    new_client,
)
from plantigrade.service.sending.parcel_files import ParcelFiles
from plantigrade.service.sending.settings import LOOK_S, SendingSettings

_MOST_MOVES = 20
"""Answers one after the other by which the clinic has another number of bytes."""
_SPREAD = 0.4
"""Homes whose clinic was away do not come back all at once: each waits by up to this share less."""
_RECEIPT_STATES = {state.value for state in (*TO_ASK, SendingState.OPENED)}
"""States that a clinic can name; those before are ours to know."""


class Outbox:
    """Sends recordings to clinics.

    Args:
        library: open.
        settings: how to send.
        client: makes the requests; None: a new one.
        now: the time.
        pause: waits some seconds; raises to stop.
        clock_s: measures how long a piece took.
        chance: between 0 and 1, once. All waits of one outbox are shorter by the same share, so each is at
            most as long as the clinic has been away: an outage costs no more than its own length again.
    """

    def __init__(
        self,
        library: Library,
        settings: SendingSettings = SendingSettings(),  # noqa: B008 (frozen)
        client: httpx2.Client | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] = time.sleep,
        clock_s: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._library, self._settings = library, settings
        self._client = client or new_client()
        self._now, self._pause, self._clock_s = now, pause, clock_s
        self._share = 1 - _SPREAD * chance()
        self._clinics, self._sendings = ClinicRegister(library), SendingRegister(library.store)
        self._files = ParcelFiles(library)
        self._away_until: dict[int, datetime] = {}
        self._failures: dict[int, int] = {}

    def round(self) -> float:
        """Do all that is due now; after how many seconds there may be more.

        Raises:
            LibraryError: the database fails; nothing is lost.
        """
        wanted = set[int]()
        for clinic in self._clinics.all():
            if clinic.acknowledged_utc is None:
                self._serve(clinic)
            wanted |= {one.id for one in self._sendings.of_clinic(clinic) if one.state in UNDER_WAY}
        self._files.tidy(wanted)
        return self._until_next()

    def _until_next(self) -> float:
        now, next_s = self._now(), LOOK_S
        for clinic in self._clinics.all():
            if clinic.acknowledged_utc is None and (due := self._sendings.next_utc(clinic)) is not None:
                due = max(due, self._away_until.get(clinic.id, due))
                next_s = min(next_s, max(1.0, (due - now).total_seconds()))
        return next_s

    def _serve(self, clinic: Clinic) -> None:
        now = self._now()
        if clinic.ended_utc is None and not self._clinics.may_send(clinic, now):
            self._clinics.end(
                clinic.id, erase=True, now=now
            )  # withdrawn elsewhere, as on the page of consents
            clinic = self._clinics.get(clinic.id)
        if clinic.ended_utc is None:
            self._sendings.plan(clinic, now)
        else:
            for number in self._sendings.forget_unsent(clinic):
                self._files.remove(number)
        if now < self._away_until.get(clinic.id, now):
            return
        link = ClinicLink(self._client, clinic.address, clinic.credential)
        try:
            if clinic.ended_utc is None:
                self._send_all(clinic, link)
                self._ask(clinic, link)
                if clinic.problem:
                    self._clinics.note(clinic.id, "")
            else:
                link.leave(clinic.erase)
                self._clinics.acknowledged(clinic.id, now)
            self._failures.pop(clinic.id, None)
        except (AwayError, EndedError, RefusedError) as error:
            self._step_back(clinic, error)

    def _step_back(self, clinic: Clinic, error: PlantigradeError) -> None:
        """Leave a clinic alone for a while."""
        failures = self._failures.get(clinic.id, 0)
        self._failures[clinic.id] = failures + 1
        wait = waits.LONGEST_WAIT if isinstance(error, EndedError) else self._wait(failures)
        if isinstance(error, AwayError) and error.wait_s:
            wait = max(wait, timedelta(seconds=error.wait_s))
        self._away_until[clinic.id] = self._now() + wait
        if clinic.problem != str(error):
            self._clinics.note(clinic.id, str(error))

    def _wait(self, failures: int) -> timedelta:
        """Twice as long after each failure, up to the longest wait, and shorter by this home's share."""
        return self._share * min(waits.FIRST_WAIT * 2 ** min(failures, 16), waits.LONGEST_WAIT)

    def _send_all(self, clinic: Clinic, link: ClinicLink) -> None:
        while (sending := self._sendings.due(clinic, self._now())) is not None:
            if not self._clinics.may_send(clinic, self._now()):
                return  # the next round tells the clinic
            try:
                if self._sendings.is_wanted(sending):
                    self._send(sending, clinic, link)
                else:
                    self._drop(sending, link)
            except (FileError, ParcelError) as error:
                self._sendings.fail(sending, str(error), self._now() + waits.LOCAL_WAIT)
            except RefusedError as error:
                self._files.remove(sending.id)
                self._sendings.set(sending, state=SendingState.QUARANTINED.value, problem=str(error))
            except AwayError as error:
                self._sendings.fail(sending, str(error), self._now() + self._wait(sending.attempts))
                raise

    def _drop(self, sending: Sending, link: ClinicLink) -> None:
        """It is not to go any more, and what is there of it is of no use."""
        if sending.parcel_id:
            link.drop(sending.parcel_id)
        self._files.remove(sending.id)
        self._sendings.forget(sending)

    def _send(self, sending: Sending, clinic: Clinic, link: ClinicLink) -> None:
        """One recording, to its last byte."""
        if not (sending.parcel_id and self._files.is_there(sending)):
            parcel_id, digest, length = self._files.make(sending, clinic, self._now())
            sending = self._sendings.set(
                sending,
                parcel_id=parcel_id,
                pieces_sha256=digest,
                bytes=length,
                sent_bytes=0,
                state=SendingState.SENDING.value,
            )
        offset, moves = link.begin(sending.parcel_id, sending.bytes), 0
        while offset < sending.bytes:
            begun_s = self._clock_s()
            data = self._files.read(sending, offset, self._settings.piece_bytes)
            try:
                offset, moves = link.send(sending.parcel_id, offset, data), 0
            except MovedError as error:
                if (moves := moves + 1) > _MOST_MOVES:
                    raise AwayError(f"the clinic loses what was sent: {error}") from error
                offset = link.begin(sending.parcel_id, sending.bytes)
                continue
            sending = self._sendings.set(sending, sent_bytes=offset, attempts=0, problem="")
            if offset < sending.bytes and not self._may_go_on(sending, clinic):
                return
            took_s = self._clock_s() - begun_s
            self._pause(self._settings.pause_s(len(data), took_s))
        now = self._now()
        self._sendings.set(
            sending,
            state=SendingState.RECEIVED.value,
            sent_bytes=sending.bytes,
            received_utc=now,
            next_utc=now + waits.FIRST_WAIT,
            problem="",
        )

    def _may_go_on(self, sending: Sending, clinic: Clinic) -> bool:
        """Whether the person still wants it, in the middle of a recording."""
        return self._clinics.may_send(clinic, self._now()) and self._sendings.is_wanted(sending)

    def _ask(self, clinic: Clinic, link: ClinicLink) -> None:
        """Ask for receipts that are due."""
        for sending in self._sendings.to_ask(clinic, self._now()):
            self._take(sending, link.receipt(sending.parcel_id))

    def _take(self, sending: Sending, receipt: Receipt | None) -> None:
        now = self._now()
        if receipt is None or receipt.state == "receiving":
            # A clinic that was restored from a back-up may have lost it: it goes once more.
            self._sendings.set(sending, state=SendingState.WAITING.value, parcel_id="", next_utc=now)
            return
        waited = (now - sending.made_utc) / 4
        next_utc = now + min(max(waits.FIRST_WAIT, waited), waits.ASK_AGAIN)
        if receipt.state in ("filed", "opened") and receipt.pieces_sha256 != sending.pieces_sha256:
            problem = "the clinic has another content than was sent; ask its people"
            self._sendings.set(sending, problem=problem, next_utc=now + waits.ASK_AGAIN)
            return
        if receipt.state not in _RECEIPT_STATES:
            self._sendings.set(sending, next_utc=next_utc)
            return
        if receipt.state != SendingState.RECEIVED.value:
            self._files.remove(sending.id)
        self._sendings.set(
            sending,
            state=receipt.state,
            problem=receipt.problem,
            filed_utc=receipt.filed_utc,
            opened_utc=receipt.opened_utc,
            opened_by=receipt.opened_by,
            next_utc=next_utc,
        )
