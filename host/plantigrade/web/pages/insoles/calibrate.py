"""`/insoles/calibrate`: zero, bench loads, body weight, one after the other."""

from typing import Final

from plantigrade.device.calibrate.actions import fit_loads, scaled_by_weight
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.entries import Device, Filter
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Redirect, Shown
from plantigrade.web.pages.insoles.view import known_insoles, view_of
from plantigrade.web.visit import RefusedError, Visit

MOST_BYTES: Final = 4_000_000
"""A file of bench loads has some hundred lines."""
LONGEST_NAME: Final = 64
LEAST_KG: Final = 20.0
MOST_KG: Final = 300.0
RECORDINGS_SHOWN: Final = 10
LAYOUT: Final = 1


def show(visit: Visit, problem: str = "", status: int = 200) -> Answer:
    """The three steps for one insole."""
    serial = visit.query.get("serial") or visit.form.get("serial", "")
    for known in known_insoles(visit) or []:
        one = view_of(known, visit, formats_of(visit))
        if known.state.serial == serial and one.owner is not None:
            break
    else:
        raise RefusedError(404)
    weighable = one.state.person is not None and visit.may(Action.CHANGE, one.state.person)
    values = {
        "one": one,
        "engineer": visit.may(Action.SERVE_INSOLES),
        "walks": _recordings(visit, one.state.person) if weighable else [],
        "owner": one.state.person if weighable else None,
        "problem": problem,
        "weight_kg": visit.form.get("weight_kg", ""),
    }
    return Shown("pages/insoles/calibrate.html", values, status)


def _recordings(visit: Visit, person: str | None) -> list[tuple[str, str]]:
    """The newest recordings of a person: identifier, and when, as text."""
    found = visit.site.library.find(Filter(person=person, limit=RECORDINGS_SHOWN))
    formats = formats_of(visit)
    return [
        (entry.id, formats.moment(entry.start_utc_ns)) for entry in found if entry.start_utc_ns is not None
    ]


def bench(visit: Visit) -> Answer:
    """Curves from a file of bench loads."""
    serial = visit.field("serial", LONGEST_NAME)
    upload = visit.files.get("loads")
    known = next((one for one in known_insoles(visit) or [] if one.state.serial == serial), None)
    if known is None:
        raise RefusedError(404)
    if upload is None:
        return show(visit, visit.words("insoles.calibrate.no-file"), 400)
    try:
        calibration = fit_loads(upload.path, serial, visit.now.date())
    except FileError as error:
        # The person knows the file by the name that it had.
        return show(visit, str(error).replace(str(upload.path), upload.name), 400)
    visit.site.library.set_calibration(calibration, Device(serial, known.state.side, LAYOUT, known.firmware))
    return Redirect("/insoles?done=bench")


def weight(visit: Visit) -> Answer:
    """The scale of both insoles from the weight of the person who wore them."""
    entry = visit.entry(Action.CHANGE, visit.field("recording", LONGEST_NAME))
    try:
        kilograms = visit.number("weight_kg", LEAST_KG, MOST_KG)
        scaled_by_weight(visit.site.library, entry.id, kilograms, None)
    except RefusedError as error:
        return show(visit, error.text, 400)
    except PlantigradeError as error:
        return show(visit, str(error), 409)
    return Redirect("/insoles?done=weight")
