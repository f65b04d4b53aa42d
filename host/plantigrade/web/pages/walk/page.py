"""`/walks/ID`: what stood out, what can I do? For clinicians: how was it, how sure?"""

from typing import Final

from plantigrade.library.receiving.parcels import note_opened
from plantigrade.web.accounts.rights import Action
from plantigrade.web.page import Answer, Form, Page, Part
from plantigrade.web.pages.walk import changes, files
from plantigrade.web.pages.walk.shown import shown
from plantigrade.web.visit import Visit

PATH: Final = "/walks/{id}"


def show(visit: Visit) -> Answer:
    """The page; the home that sent the recording is told when somebody else than the wearer opened it."""
    entry = visit.entry()
    if visit.who.person != entry.person:
        note_opened(visit.site.library.store, entry.id, visit.who.name)
    return shown(visit)


PAGE: Final = Page(
    "walk",
    PATH,
    Action.SEE,
    show,
    forms=(
        Form("rename", changes.rename, Action.CHANGE),
        Form("note", changes.note, Action.CHANGE),
        Form("tag", changes.tag, Action.CHANGE),
        Form("untag", changes.untag, Action.CHANGE),
        Form("delete", changes.delete, Action.ERASE),
        Form("restore", changes.restore, Action.ERASE),
    ),
    parts=(
        Part(f"{PATH}.csv", files.as_csv, Action.SEE),
        Part(f"{PATH}.pdf", files.report, Action.EXPORT),
        Part(f"{PATH}/chart", files.chart, Action.SEE),
    ),
    as_json=files.as_json,
)
