"""Which insoles a library knows."""

from plantigrade.library.catalogue.library import Library


def known_serials(library: Library) -> set[str]:
    """Serial numbers of the insoles that are somebody's or have recorded before."""
    assigned = {
        period.serial
        for person in library.people()
        for period in library.record(person.code).insoles.periods()
        if period.to_utc is None
    }
    return assigned | {device.serial for device in library.devices()}
