"""`/insoles/provision`: a flashed board becomes an insole with a name, step by step."""

from datetime import date
from pathlib import Path
from typing import Final

from plantigrade.device import targets
from plantigrade.device.flash.esptool import require_esptool
from plantigrade.device.flash.ports import BoardPort, find_board
from plantigrade.device.provision import result_file
from plantigrade.device.provision.actions import TWIN
from plantigrade.device.provision.batch_file import BatchRow, Problem, check_row, default_code
from plantigrade.device.provision.steps import Outcome
from plantigrade.device.provision.stored_batches import StoredBatch, batch_of, signing_keys, store_list
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.web.accounts.rights import Action
from plantigrade.web.board_work.provisioning import BENCHES, FILE, Making, Wanted, make, making_of
from plantigrade.web.board_work.works import Do, Progress, Report, works_of
from plantigrade.web.page import Answer, Download, Form, Page, Part, Redirect
from plantigrade.web.pages.provision.shown import KIND, show
from plantigrade.web.visit import RefusedError, Visit

PATH: Final = "/insoles/provision"
MOST_BYTES: Final = 4_000_000
"""A file of bench loads, or a batch, has some hundred lines."""
LONGEST: Final = 200
SHORT_S: Final = 0.5
"""What fails at once is said at once."""
READ_S: Final = 3.0
"""A load is read within a second; then the next one is shown at once."""
_COLUMNS: Final = ("serial", "side", "size", "batch", "label")
_MEDIA_TYPES: Final = {".svg": "image/svg+xml", ".pdf": "application/pdf", ".json": "application/json"}


def one(visit: Visit) -> Answer:
    """Make one board what the form says."""
    problems: list[Problem] = []
    values = {name: visit.field(name, LONGEST) for name in _COLUMNS}
    row = check_row(values, 0, f"{date.today():%Y-%m-%d}", problems)
    if row is None:
        wrong = tuple(problem.column for problem in problems)
        return show(visit, "\n".join(visit.words(f"provision.wrong.{name}") for name in wrong), 409, wrong)
    batch = batch_of(visit.site.library.data_dir, row.batch)
    assert batch is not None  # the row was checked
    return _begin(visit, (row,), batch)


def next_of_batch(visit: Visit) -> Answer:
    """Make the board at a port what the list of a batch says of it: its own row, or the next free one."""
    batch = batch_of(visit.site.library.data_dir, visit.field("of_batch", LONGEST))
    rows = () if batch is None else batch.rows()
    if batch is None or not rows:
        raise RefusedError(404)
    return _begin(visit, rows, batch)


def _begin(visit: Visit, rows: tuple[BatchRow, ...], batch: StoredBatch) -> Answer:
    library = visit.site.library
    port, bench, key = (visit.field(name, LONGEST) for name in ("port", "bench", "key"))
    upload, keys, ports = visit.files.get("loads"), signing_keys(library.data_dir), dict(targets.ports())
    if bench not in BENCHES or (key and key not in keys):
        raise RefusedError(400)
    if port not in ports:
        return show(visit, visit.words("flash.problem.port"), 409)
    if bench == FILE and (upload is None or not upload.size):
        return show(visit, visit.words("provision.problem.no-loads"), 409)
    if bench == TWIN and not ports[port]:
        return show(visit, visit.words("provision.problem.not-virtual"), 409)
    loads = b"" if upload is None else upload.path.read_bytes()
    again = visit.field("again", 8) == "yes"
    try:
        require_esptool()
        making = making_of(Wanted(rows, batch, bench, loads, keys.get(key), again))
        doing = _doing(visit, making, find_board(port))
        work = works_of(library).start(visit.who.name, KIND, doing, making)
    except PlantigradeError as error:
        return show(visit, str(error), 409)
    work.ended.wait(SHORT_S)
    return Redirect(f"{PATH}?work={work.id}")


def _doing(visit: Visit, making: Making, board: BoardPort) -> Do:
    words, library = visit.words, visit.site.library

    async def do(report: Report, _progress: Progress) -> str:
        made = await make(making, board, library, report)
        key = "provision.done" if made.outcome is Outcome.MADE else "provision.unchanged"
        return words(key, serial=made.identity.serial, seconds=round(made.seconds))

    return do


def answer(visit: Visit) -> Answer:
    """The load is where the page says."""
    work, making = _made_here(visit)
    number = visit.integer("number", 1, 10_000)
    if making.loader is not None and making.loader.answer(number):
        making.loader.wait_for_question(READ_S)
    return Redirect(f"{PATH}?work={work}")


def stop(visit: Visit) -> Answer:
    """End the bench; the insole stays as it was."""
    work, making = _made_here(visit)
    if making.loader is not None:
        making.loader.give_up()
        making.loader.wait_until_over(READ_S)
    return Redirect(f"{PATH}?work={work}")


def _made_here(visit: Visit) -> tuple[str, Making]:
    """The work of a form.

    Raises:
        RefusedError: 404, it is not this account's, or gone.
    """
    work = works_of(visit.site.library).find(visit.field("work", LONGEST), visit.who.name)
    if work is None or not isinstance(work.about, Making):
        raise RefusedError(404)
    return work.id, work.about


def batch(visit: Visit) -> Answer:
    """Take the list of a batch; its boards are made afterwards, one after the other."""
    upload = visit.files.get("list")
    if upload is None or not upload.size:
        return show(visit, visit.words("provision.problem.no-list"), 409)
    stored = batch_of(visit.site.library.data_dir, default_code(Path(upload.name)))
    assert stored is not None  # made from any name
    try:
        store_list(stored, upload.path)
    except FileError as error:
        # The person knows the file by the name that it had.
        return show(visit, str(error).replace(str(upload.path), upload.name), 409)
    return Redirect(f"{PATH}?batch={stored.code}")


def paper(visit: Visit) -> Answer:
    """A paper of an insole: label, card or report."""
    path = _stored(visit).paper(visit.parts["serial"], visit.parts["paper"])
    if path is None:
        raise RefusedError(404)
    name = f"{visit.parts['serial']}-{path.name}"
    return Download(name, path.read_bytes(), _MEDIA_TYPES[path.suffix])


def result(visit: Visit) -> Answer:
    """What became of the boards of a batch."""
    stored = _stored(visit)
    path = stored.folder / result_file.NAME
    if not path.is_file():
        raise RefusedError(404)
    return Download(f"{stored.code}-{path.name}", path.read_bytes(), "text/csv; charset=utf-8")


def _stored(visit: Visit) -> StoredBatch:
    """The batch of the address.

    Raises:
        RefusedError: 404, there is none.
    """
    stored = batch_of(visit.site.library.data_dir, visit.parts["batch"])
    if stored is None:
        raise RefusedError(404)
    return stored


PAGE: Final = Page(
    "provision",
    PATH,
    Action.SERVE_INSOLES,
    show,
    forms=(
        Form("one", one, Action.SERVE_INSOLES, MOST_BYTES),
        Form("next", next_of_batch, Action.SERVE_INSOLES, MOST_BYTES),
        Form("batch", batch, Action.SERVE_INSOLES, MOST_BYTES),
        Form("answer", answer, Action.SERVE_INSOLES),
        Form("stop", stop, Action.SERVE_INSOLES),
    ),
    parts=(
        Part(f"{PATH}/{{batch}}/{{serial}}/{{paper}}", paper, Action.SERVE_INSOLES),
        Part(f"{PATH}/{{batch}}/batch-result.csv", result, Action.SERVE_INSOLES),
    ),
)
