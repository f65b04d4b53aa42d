"""What `plantigrade device update` does: which insoles, which bundle, a bar, a report."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from plantigrade.device import targets
from plantigrade.device.known import known_serials
from plantigrade.device.update.progress import Progress, ProgressHandler, Stage
from plantigrade.device.update.result import MakeLink, Outcome, UpdateResult, Wishes
from plantigrade.device.update.updating import update_with_the_fitting
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image import bundle as bundles
from plantigrade.firmware_image import release, signing
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.firmware_image.esp_image import read_micropython
from plantigrade.json_output import write_json
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import LinkError

CHIP, TWIN = "xtensawin", "x64"


class NotUpdatedError(PlantigradeError):
    """At least one insole does not run what it should."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes:
        target: as for `targets.find`; None for the one on USB.
        everyone: all insoles that the library of `data` knows, instead.
        data: folder of the recordings.
        bundle: file; None for the firmware that comes with this version.
        micropython: file of a bundle, or of the twin's image.
        wishes: see there.
        json_file: for the report.
    """

    target: str | None
    everyone: bool
    data: Path
    bundle: Path | None
    micropython: Path | None
    wishes: Wishes
    json_file: Path | None


def update(request: Request) -> None:
    """Update one insole, or all that are known, and say what came of it.

    Raises:
        NotUpdatedError: an insole runs something else than it should.
        UpdateError, LinkError, BundleError, FileError: the one insole was not updated, and why.
    """
    candidates = _candidates(request)
    if not request.everyone:
        results = [asyncio.run(_one(request.target, candidates, request.wishes))]
        _report(results, {}, request.json_file)
        return _raise_for(results, {})
    results, failures = list[UpdateResult](), dict[str, str]()
    with Library(request.data) as library:
        serials = sorted(known_serials(library))
    if not serials:
        raise NotUpdatedError(
            f"no insole is known in {request.data}; name one, as `plantigrade scan` shows it"
        )
    for serial in serials:
        try:
            results.append(asyncio.run(_one(serial, candidates, request.wishes)))
        except LinkError as error:
            failures[serial] = str(error)
    _report(results, failures, request.json_file)
    return _raise_for(results, failures)


def _candidates(request: Request) -> Sequence[Bundle]:
    """The bundle, or one for each processor where nobody has named a file."""
    if request.bundle is not None:
        return [bundles.read(request.bundle)]
    if request.micropython is not None:
        return [_micropython(request.micropython)]
    return carried_bundles()


def carried_bundles() -> Sequence[Bundle]:
    """The firmware that comes with this version, for each processor that an insole in reach may have."""
    kinds = [TWIN, CHIP] if targets.twin_runs() else [CHIP]
    return [release.carried_bundle(kind) for kind in kinds]


def _micropython(path: Path) -> Bundle:
    if path.suffix == bundles.SUFFIX:
        return bundles.read(path)
    try:
        image = read_micropython(path.read_bytes(), path.name)
    except OSError as error:
        raise NotUpdatedError(f"{path}: cannot be read: {error.strerror}") from error
    if not image.is_virtual:
        raise NotUpdatedError(
            f"{path} is not signed: `plantigrade firmware build --micropython {path.name}` makes a bundle "
            "of it, `plantigrade firmware sign` signs that"
        )
    unsigned = release.micropython_bundle(image)
    return signing.sign(unsigned, signing.test_private_key(), signing.test_keys())


async def _one(target: str | None, candidates: Sequence[Bundle], wishes: Wishes) -> UpdateResult:
    """Update one insole with the first bundle that is for its processor."""
    make_link = await link_maker(target)
    with _bar(target or "insole") as show:
        return await update_with_the_fitting(make_link, candidates, show, wishes)


async def link_maker(target: str | None) -> MakeLink:
    """Finds the insole that is meant each time; one named by its serial over USB when it is there.

    Raises:
        NoTargetError: no insole, or more than one, is meant.
    """
    if target is None:
        return partial(targets.find, await targets.only_port())
    for insole in await targets.usb_insoles() if targets.is_serial(target) else ():
        if insole.identity is not None and insole.identity.serial == target.upper():
            return partial(targets.find, insole.port)
    return partial(targets.find, target)


@contextmanager
def _bar(name: str) -> Generator[ProgressHandler]:
    """A bar on stderr with kB/s and the time that is left."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, text="")

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=f"{name}: {progress.stage}",
                total=progress.total_bytes or None,
                completed=progress.done_bytes,
                text=speed_text(progress),
            )

        yield show


def speed_text(progress: Progress) -> str:
    """Bytes, speed and time left of a transfer; what is waited for in other stages.

    >>> speed_text(Progress(Stage.SENDING, 25_000, 100_000, 5.0, 15.0))
    '25 of 100 kB, 5.0 kB/s, 15 s left'
    >>> speed_text(Progress(Stage.ON_TRIAL, text="self-test"))
    'self-test'
    """
    if progress.stage is not Stage.SENDING:
        return progress.text
    text = f"{progress.done_bytes / 1000:.0f} of {progress.total_bytes / 1000:.0f} kB"
    if progress.kb_per_s is None or progress.left_s is None:
        return text
    return f"{text}, {progress.kb_per_s:.1f} kB/s, {progress.left_s:.0f} s left"


def _report(results: Sequence[UpdateResult], failures: dict[str, str], json_file: Path | None) -> None:
    if json_file is not None:
        answer: dict[str, Any] = {
            "schema": "plantigrade.update/1",
            "insoles": [result.to_json() for result in results],
            "failures": failures,
        }
        write_json(answer, json_file)
    if json_file is None or str(json_file) != "-":
        for line in report_lines(results, failures):
            click.echo(line)


def report_lines(results: Sequence[UpdateResult], failures: dict[str, str]) -> list[str]:
    """What came of each insole, and whether all of them run the same now."""
    lines = [result_line(result) for result in results]
    lines += [f"{serial}: not updated: {text}" for serial, text in failures.items()]
    versions = {result.after for result in results}
    if len(versions) > 1 or (failures and results):
        run = ", ".join(f"{result.side} {result.serial[-4:]} {result.after}" for result in results)
        lines.append(f"not all insoles run the same version ({run}); run the command again for the others")
    return lines


def result_line(result: UpdateResult) -> str:
    """What came of one insole.

    >>> result_line(UpdateResult(Outcome.UPDATED, "A7", "left", "0.1.0", "0.2.0", "", 52_000, 10.0, 80.0, 1))
    'left A7: 0.1.0 -> 0.2.0; 52 kB in 10.0 s (5.2 kB/s), confirmed after 80 s'
    >>> result_line(UpdateResult(Outcome.ROLLED_BACK, "A7", "left", "0.1.0", "0.1.0", "it lost slots"))
    'left A7: runs 0.1.0 again: the new firmware was taken back, as it lost slots'
    """
    who = f"{result.side} {result.serial}"
    match result.outcome:
        case Outcome.NOTHING_TO_DO:
            return f"{who}: nothing to do, {result.reason}"
        case Outcome.ROLLED_BACK:
            return f"{who}: runs {result.after} again: the new firmware was taken back, as {result.reason}"
        case Outcome.UPDATED:
            sent = f"{result.sent_bytes / 1000:.0f} kB in {result.sending_s:.1f} s"
            rate = f"{result.kb_per_s:.1f} kB/s"
            return (
                f"{who}: {result.before} -> {result.after}; {sent} ({rate}), "
                f"confirmed after {result.seconds:.0f} s"
            )


def _raise_for(results: Sequence[UpdateResult], failures: dict[str, str]) -> None:
    back = [result for result in results if result.outcome is Outcome.ROLLED_BACK]
    if back:
        raise NotUpdatedError(f"insole {back[0].serial} went back to {back[0].after}: {back[0].reason}")
    if failures:
        raise NotUpdatedError(f"not updated: {', '.join(failures)}")
