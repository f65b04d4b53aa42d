"""How pages look and in which language and zone they speak."""

from dataclasses import replace
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from plantigrade.web.page import Answer, Redirect
from plantigrade.web.visit import RefusedError, Visit
from plantigrade.web.words import languages

TEXT_SIZES: Final = ("", "large", "larger")
THEMES: Final = ("", "light", "dark")
LONGEST: Final = 64


@cache
def zones() -> tuple[str, ...]:
    """Time zones that a person lives in: those of a continent or ocean."""
    return tuple(
        sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    )


def save(visit: Visit) -> Answer:
    """Store text size, theme and language of the account, and the zone of its person."""
    account, library = visit.who, visit.site.library
    language = visit.field("language", LONGEST)
    theme, size = visit.field("theme", LONGEST), visit.field("text_size", LONGEST)
    if language not in ("", *languages()) or theme not in THEMES or size not in TEXT_SIZES:
        raise RefusedError(400)
    zone = visit.field("zone", LONGEST)
    if account.person is not None and zone:
        if zone not in zones():
            raise RefusedError(400)
        person = library.person(account.person)
        if (person.time_zone, person.language) != (zone, language or person.language):
            library.change_person(replace(person, time_zone=zone, language=language or person.language))
            visit.site.people_changed()
    library.accounts.register.set_look(account.name, language, theme, size)
    return Redirect("/settings?done=reading")
