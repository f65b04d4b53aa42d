"""What the page of provisioning shows: the work, the place that is loaded, a batch and what became of it."""

from dataclasses import dataclass
from typing import Any, Final

from insole_protocol import layout_id
from insole_protocol.layout import SENSOR_NAMES

from plantigrade.device import targets
from plantigrade.device.provision import result_file, settings
from plantigrade.device.provision.actions import TWIN
from plantigrade.device.provision.batch import Rows
from plantigrade.device.provision.making import PAPERS
from plantigrade.device.provision.record import SIDES
from plantigrade.device.provision.stored_batches import StoredBatch, batch_of, signing_keys, stored_batches
from plantigrade.web.board_work.provisioning import BENCHES, Making
from plantigrade.web.board_work.works import Work, WorkState, works_of
from plantigrade.web.drawing.insole import draw_insole
from plantigrade.web.page import Shown
from plantigrade.web.visit import RefusedError, Visit

KIND: Final = "provision"


@dataclass(frozen=True)
class BatchLine:
    """A row of a batch beside what became of it.

    Attributes:
        serial: of its board; "" before one was given to it.
        side, size, label: what it is to become, or is.
        result: "made", "failed", or "open".
        step: that it did not pass.
        problem: why not.
        papers: names of those that are there.
    """

    serial: str
    side: str
    size: str
    label: str
    result: str
    step: str = ""
    problem: str = ""
    papers: tuple[str, ...] = ()


def show(visit: Visit, problem: str = "", status: int = 200, wrong: tuple[str, ...] = ()) -> Shown:
    """The page; `?work=` says how far a board is, `?batch=` opens a batch.

    Args:
        visit: who asks.
        problem: for people, lines.
        status: of the answer.
        wrong: columns of the form that cannot be used.
    """
    work = _work(visit)
    making = work.about if work is not None and isinstance(work.about, Making) else None
    batch = _batch(visit) if making is None else making.wanted.batch
    ports = targets.ports()
    data_dir = visit.site.library.data_dir
    values: dict[str, Any] = {
        "about": None,
        "problem": problem.splitlines(),
        "wrong": wrong,
        "typed": visit.form,
        "ports": ports,
        "benches": [one for one in BENCHES if one != TWIN or any(virtual for _, virtual in ports)],
        "sides": SIDES,
        "sizes": _sizes(),
        "keys": tuple(signing_keys(data_dir)),
        "layout": layout_id.LAYOUT_ID,
        "batches": [one.code for one in stored_batches(data_dir)],
        "batch": batch,
        "lines": _lines(batch),
        "has_list": batch is not None and bool(batch.rows()),
        "work": work,
        "title": "" if making is None or work is None else _title(visit, work, making),
        **_of_work(work, making),
    }
    return Shown("pages/provision/provision.html", values, status)


def _work(visit: Visit) -> Work | None:
    """The work of the address; without one that which is under way, for its page may have been closed."""
    works, account = works_of(visit.site.library), visit.who.name
    named = visit.query.get("work") or visit.form.get("work", "")
    if named:
        return works.find(named, account)
    return works.running(account, KIND)


def _batch(visit: Visit) -> StoredBatch | None:
    code = visit.query.get("batch") or visit.form.get("of_batch", "")
    if not code:
        return None
    batch = batch_of(visit.site.library.data_dir, code)
    if batch is None or not batch.folder.is_dir():
        raise RefusedError(404)
    return batch


def _sizes() -> list[str]:
    count = round((settings.LARGEST_EU - settings.SMALLEST_EU) / settings.SIZE_STEP)
    return [f"{settings.SMALLEST_EU + number * settings.SIZE_STEP:g}" for number in range(count + 1)]


def _of_work(work: Work | None, making: Making | None) -> dict[str, Any]:
    """How far the board is, what its person is to do now, and what was read last."""
    if work is None or making is None:
        return {"making": None, "question": None}
    loader, progress = making.loader, making.progress
    question = None if loader is None or work.state is not WorkState.RUNNING else loader.question
    place = None if question is None else question.place
    side = SIDES[0] if progress is None or progress.row is None else progress.row.side
    states = {} if loader is None else {SENSOR_NAMES[one.place]: "good" for one in loader.seen_so_far}
    if place is not None:
        states[SENSOR_NAMES[place]] = "now"
    return {
        "making": making,
        "share": round(100 * making.share),
        "steps": making.steps(),
        "serial": "" if progress is None else progress.serial,
        "side": side,
        "question": question,
        "place": None if place is None else SENSOR_NAMES[place],
        "places": SENSOR_NAMES,
        "drawing": draw_insole(side, states),
        "loads": () if loader is None else loader.loads_n,
        "seen": {} if loader is None else {(one.place, one.force_n): one.rise for one in loader.seen_so_far},
        "last": loader.seen_so_far[-1] if loader is not None and loader.seen_so_far else None,
        "row": None if making.made is None else result_file.row_of(making.made),
        "papers": PAPERS,
    }


def _title(visit: Visit, work: Work, making: Making) -> str:
    words = visit.words
    if making.failed is not None:
        return words("provision.work.failed", step=words(f"provision.step.{making.failed.step.value}"))
    return words(f"provision.work.{'not-begun' if work.state is WorkState.FAILED else work.state.value}")


def _lines(batch: StoredBatch | None) -> list[BatchLine]:
    """Rows of the list in their order, then insoles that were made without a row."""
    if batch is None:
        return []
    results = {row["serial"]: row for row in batch.results()}
    lines: list[BatchLine] = []
    for row in Rows(batch.rows(), batch.folder).all():
        found = results.pop(row.serial, None)
        if found is None:
            lines.append(BatchLine(row.serial, row.side, f"{row.size_eu:g}", row.label, "open"))
        else:
            lines.append(_line(batch, found))
    return lines + [_line(batch, row) for row in results.values()]


def _line(batch: StoredBatch, row: result_file.Row) -> BatchLine:
    papers = tuple(name for name in PAPERS if batch.paper(row["serial"], name) is not None)
    named = {name: row[name] for name in ("serial", "side", "size", "label", "result", "step", "problem")}
    return BatchLine(**named, papers=papers)
