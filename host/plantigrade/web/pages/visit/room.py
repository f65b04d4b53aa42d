"""What the service does for a visit: insoles in the room, zero, recordings of steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from plantigrade.library.catalogue.record.visits import VisitChangedError
from plantigrade.library.person.visits import PersonVisit, StepKind
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.people.visit_steps import begun, check_begin, prepared, settled, stopped, title_of
from plantigrade.service.wearing.judge import NoWearingError
from plantigrade.web.site import NoServiceError, Site
from plantigrade.web.visit import Visit

ZERO_LIVE_MIN: Final = 2.0
"""Live mode for zeroing: three seconds of frames, and time to connect."""


@dataclass(frozen=True)
class InRoom:
    """An insole that the bridge hears.

    Attributes:
        serial: of it.
        side: "left", "right" or "unset".
        connected: whether its frames come now.
        battery_pct: None where unknown.
        is_own: of the person of the visit.
        is_free: of nobody.
        faults: as text.
    """

    serial: str
    side: str
    connected: bool
    battery_pct: int | None
    is_own: bool
    is_free: bool
    faults: tuple[str, ...]


def insoles_in_room(site: Site, person: str) -> tuple[InRoom, ...] | None:
    """Insoles of the person, and those of nobody; None where no service runs beside the pages. Insoles of
    others are not named."""
    try:
        status = site.status()
    except NoServiceError:
        return None
    if status is None:
        return None
    found = [_in_room(one, person) for one in status.insoles if one.person in (person, None) and one.serial]
    return tuple(sorted(found, key=lambda one: (not one.is_own, one.side, one.serial)))


def _in_room(one: InsoleState, person: str) -> InRoom:
    return InRoom(
        one.serial,
        one.side,
        one.link is LinkState.CONNECTED,
        one.battery_pct,
        one.person == person,
        one.person is None,
        one.faults,
    )


def take_insoles(visit: Visit) -> int:
    """The free insoles in the room are the person's from now on; how many.

    Raises:
        LibraryError: one is somebody else's after all.
    """
    record = visit.site.library.record(visit.subject)
    free = [one for one in insoles_in_room(visit.site, visit.subject) or () if one.is_free]
    for one in free:
        record.insoles.assign(one.serial, visit.now)
    visit.site.people_changed()
    return len(free)


def zero(visit: Visit, stored: PersonVisit, version: int) -> None:
    """Zero the insoles in the room, at once, and note that this was done.

    Raises:
        NoServiceError: no service runs.
        ServiceError, ZeroError: an insole sends nothing, or something presses on it.
    """
    serials = [one.serial for one in insoles_in_room(visit.site, visit.subject) or ()]

    async def zeroed(assembly: Assembly) -> None:
        assembly.service.request_live(ZERO_LIVE_MIN)
        await assembly.care.zero_all(serials)

    if not serials:
        raise NoWearingError(visit.words("visit.error.no-insoles"))
    visit.site.awaited(zeroed)
    change(visit, stored, version, lambda one: prepared(one, visit.now.astimezone(UTC)))


def start(visit: Visit, stored: PersonVisit, version: int, kind: StepKind, seconds: float) -> None:
    """Begin a step with its recording.

    Raises:
        NoServiceError: no service runs.
        StepError, ServiceError, NoWearingError: it cannot be done now.
        VisitChangedError: another window was quicker; its recording goes on.
    """
    now = visit.now.astimezone(UTC)
    check_begin(settled(stored, now), kind, seconds)
    if stored.version != version:
        raise VisitChangedError(visit.words("visit.error.changed"))
    title = title_of(stored, kind)
    visit.site.in_loop(lambda assembly: assembly.service.start_recording(title, seconds))
    try:
        change(visit, stored, version, lambda one: begun(settled(one, now), kind, seconds, now, title))
    except VisitChangedError:
        visit.site.in_loop(lambda assembly: assembly.service.stop_recording())
        raise


def stop(visit: Visit, stored: PersonVisit, version: int) -> None:
    """End the step under way before its time.

    Raises:
        StepError: none is under way.
    """
    now = visit.now.astimezone(UTC)
    change(visit, stored, version, lambda one: stopped(settled(one, now), now))
    try:
        visit.site.in_loop(lambda assembly: assembly.service.stop_recording())
    except (NoWearingError, NoServiceError):  # its time was over at this very moment, or the service was
        return


def change(
    visit: Visit, stored: PersonVisit, version: int, how: Callable[[PersonVisit], PersonVisit]
) -> PersonVisit:
    """Change the visit, if this window has the newest before the eyes."""
    return visit.site.library.record(visit.subject).visits.change(stored.id, how, version)
