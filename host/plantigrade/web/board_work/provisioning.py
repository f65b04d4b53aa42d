"""A board becomes an insole while its page looks on: the steps of provisioning, and how far they are."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from plantigrade.bridge.keyring import keys_at_hand
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.provision import actions, factory_keys
from plantigrade.device.provision.batch import Rows, make_one
from plantigrade.device.provision.batch_file import BatchRow
from plantigrade.device.provision.bench import Bench, LoadsFile, Source
from plantigrade.device.provision.guided import GuidedLoader
from plantigrade.device.provision.making import Line
from plantigrade.device.provision.steps import Made, Progress, Step, StepFailedError
from plantigrade.device.provision.stored_batches import StoredBatch
from plantigrade.firmware_image.board_files import firmware_version
from plantigrade.library.catalogue.insole_keys import LibraryKeyring
from plantigrade.library.catalogue.library import Library
from plantigrade.web.board_work.works import Report

GUIDED: Final = "guided"
FILE: Final = "file"
BENCHES: Final = (GUIDED, FILE, actions.NONE, actions.TWIN)
"""Where calibrations may come from; a path on this computer is not among them."""
STEPS: Final = tuple(Step)


@dataclass(frozen=True)
class Wanted:
    """What an engineer asked for.

    Attributes:
        rows: what boards are to become: one row, or all of a batch.
        batch: whose folder takes the results.
        bench: `GUIDED`, `FILE`, or what `device.provision.actions.source_of` knows.
        loads: a file of measured loads, where `bench` is `FILE`.
        key: secret factory key; None leaves the record unsigned.
        again: make an insole anew that is finished.
    """

    rows: tuple[BatchRow, ...]
    batch: StoredBatch
    bench: str
    loads: bytes = b""
    key: Path | None = None
    again: bool = False


@dataclass(frozen=True)
class ShownStep:
    """A step: its name, "done", "doing", "failed", "left-out" or "waiting", and what it says."""

    name: str
    state: str
    text: str


@dataclass
class Making:
    """A board on its way to an insole.

    Attributes:
        wanted: what it is to become.
        source: of the calibration; None where the design's curves hold, or a file was sent.
        loader: guides the person who puts loads on; None where nobody does.
        progress: how far it is; None before it began.
        made: what became of it.
        failed: the step that it did not pass.
    """

    wanted: Wanted
    source: Source | None
    loader: GuidedLoader | None = None
    progress: Progress | None = None
    made: Made | None = None
    failed: StepFailedError | None = None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; the bench counts by its loads."""
        if self.made is not None:
            return 1.0
        if self.progress is None:
            return 0.0
        at = STEPS.index(self.progress.step)
        within = self.loader.share if self.loader and self.progress.step is Step.BENCH else 0.0
        return (at + within) / len(STEPS)

    def steps(self) -> list[ShownStep]:
        """All steps in their order."""
        texts = {} if self.progress is None else dict(self.progress.texts)
        now = None if self.progress is None else self.progress.step
        failed = None if self.failed is None else self.failed.step
        return [
            ShownStep(step.value, self._state(step, now, failed, texts), texts.get(step, ""))
            for step in STEPS
        ]

    def _state(self, step: Step, now: Step | None, failed: Step | None, texts: dict[Step, str]) -> str:
        if step is failed:
            return "failed"
        if self.made is not None:
            return "done" if step in texts or step in (Step.CONNECT, Step.PAPERS) else "left-out"
        if now is None or STEPS.index(step) > STEPS.index(now):
            return "waiting"
        return "doing" if step is now and failed is None else "done"


def making_of(wanted: Wanted) -> Making:
    """What a page looks at while `make` makes it.

    Raises:
        PlantigradeError: loads come from nowhere.
    """
    if wanted.bench == GUIDED:
        loader = GuidedLoader()
        return Making(wanted, Bench(lambda port, serial: loader), loader)
    return Making(wanted, None if wanted.bench == FILE else actions.source_of(wanted.bench))


async def make(making: Making, board: BoardPort, library: Library, report: Report) -> Made:
    """Make the insole; its row and its papers lie in the folder of its batch afterwards.

    Raises:
        StepFailedError: a step did not pass.
        PlantigradeError: the factory key, or the folder, cannot be used.
    """
    wanted = making.wanted
    keys_at_hand.set(LibraryKeyring(library))
    key = None if wanted.key is None else factory_keys.read_factory_key(wanted.key)
    if key is not None:
        factory_keys.remember_maker(key.public, library.data_dir)
    factory_keys.make_folder(wanted.batch.folder)
    with TemporaryDirectory(prefix="plantigrade-loads-") as folder:
        source = making.source
        if wanted.bench == FILE:
            path = Path(folder) / "loads.csv"
            path.write_bytes(wanted.loads)
            source = LoadsFile(path)
        line = Line(
            output=wanted.batch.folder,
            contents=None,
            firmware=firmware_version(),
            key=key,
            makers=factory_keys.known_makers(library.data_dir),
            bench=source,
            keep_keys=actions.copies_in(library, wanted.batch.folder),
            again=wanted.again,
            say=report,
            watch=lambda progress: setattr(making, "progress", progress),
        )
        try:
            making.made = await make_one(board, line, Rows(wanted.rows, wanted.batch.folder))
        except StepFailedError as error:
            making.failed = error
            raise
        return making.made
