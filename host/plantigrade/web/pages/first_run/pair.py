"""The pair that the first run is about: what is found of it, whose it is, whether it was zeroed."""

from dataclasses import dataclass
from typing import Final

from plantigrade.library.catalogue.details import calibration_of
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.web.visit import Visit

SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class PairFound:
    """What is known of a pair.

    Attributes:
        insoles: of both feet, by side, as far as they are found.
        others: insoles that say no side.
        connected: sides that are connected now.
        own: sides whose insole is this person's.
        zeroed: sides whose insole has a calibration here.
        is_running: whether the bridge runs.
    """

    insoles: dict[str, InsoleState]
    others: tuple[InsoleState, ...]
    connected: frozenset[str]
    own: frozenset[str]
    zeroed: frozenset[str]
    is_running: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether both feet are connected."""
        return len(self.connected) == len(SIDES)

    @property
    def is_own(self) -> bool:
        """Whether both insoles are the person's."""
        return len(self.own) == len(SIDES)


def pair_of(visit: Visit) -> PairFound:
    """The pair of the person it is about: insoles that are the person's, else those that are nobody's."""
    library, code = visit.site.library, visit.subject
    status = visit.site.status()
    serials = {one.serial for one in library.record(code).insoles.periods() if one.to_utc is None}
    found: dict[str, InsoleState] = {}
    others: list[InsoleState] = []
    candidates = () if status is None else status.insoles
    for insole in sorted(candidates, key=lambda one: not _is_of(one.serial, serials)):
        own = _is_of(insole.serial, serials)
        if not insole.serial or (insole.person not in (None, code) and not own):
            continue
        if insole.side not in SIDES:
            others.append(insole)
        else:
            found.setdefault(insole.side, insole)
    return PairFound(
        insoles=found,
        others=tuple(others),
        connected=frozenset(side for side, one in found.items() if one.link is LinkState.CONNECTED),
        own=frozenset(side for side, one in found.items() if _is_of(one.serial, serials)),
        zeroed=frozenset(
            side for side, one in found.items() if calibration_of(library, one.serial) is not None
        ),
        is_running=status is not None,
    )


def _is_of(serial: str, serials: set[str]) -> bool:
    return bool(serial) and any(serial.endswith(one) or one.endswith(serial) for one in serials)
