"""Taking all data along, and erasing them."""

from typing import Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.accounts.rights import Action
from plantigrade.web.jobs.jobs import Job, JobState, TooManyJobsError, jobs_of
from plantigrade.web.jobs.work import PersonOrder
from plantigrade.web.page import Answer, Download, Redirect, Shown
from plantigrade.web.visit import RefusedError, Visit

LONGEST: Final = 80


def order(visit: Visit) -> Answer:
    """Begin to put all data into one file."""
    try:
        job = jobs_of(visit.site.library).add(visit.who.name, visit.subject, PersonOrder(visit.subject))
    except TooManyJobsError as error:
        raise RefusedError(429, visit.words("error.429-text", seconds=round(error.seconds))) from error
    return Redirect(f"/settings/export?job={job.id}")


def show(visit: Visit) -> Answer:
    """How far it is."""
    job = _job(visit, visit.query.get("job", ""))
    values = {"job": job, "going_on": not job.ended.is_set(), "done": job.state is JobState.DONE}
    return Shown("pages/settings/export.html", values)


def take(visit: Visit) -> Answer:
    """The file."""
    job = _job(visit, visit.parts["job"])
    if job.state is not JobState.DONE:
        raise RefusedError(404)
    return Download(job.made.file, job.chunks(), "application/zip")


def _job(visit: Visit, name: str) -> Job:
    job = jobs_of(visit.site.library).find(name, visit.who.name)
    if job is None or not isinstance(job.order, PersonOrder) or not visit.may(Action.EXPORT, job.person):
        raise RefusedError(404)
    return job


def erase(visit: Visit) -> Answer:
    """Erase the person with everything, once the code was typed.

    Raises:
        RefusedError: 400, another code was typed; 409, nobody else could look after this computer.
    """
    person = visit.subject
    if visit.field("confirm", LONGEST) != person:
        raise RefusedError(400, visit.words("settings.erase.other-code", person=person))
    library = visit.site.library
    accounts = [one for one in library.accounts.register.all() if not one.disabled]
    others = [one for one in accounts if one.person != person]
    if others and not any(Role.OWNER in one.roles for one in others):
        raise RefusedError(409, visit.words("settings.erase.last-owner"))
    library.erase_person(person)
    return Redirect("/sign-in")
