"""From the command line to a flashed board, and back to text or JSON."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from plantigrade.device.flash.errors import PortError
from plantigrade.device.flash.esptool import require_esptool
from plantigrade.device.flash.flashing import Contents, Flashed, flash, make_contents
from plantigrade.device.flash.plan import IDENTITY, LOG, Action, Wishes, plan_lines
from plantigrade.device.flash.ports import find_board
from plantigrade.json_output import write_json

SCHEMA: Final = "plantigrade.flash/1"


def flash_and_report(
    port: str | None,
    micropython: Path | None,
    accepted: str | None,
    trust_test_keys: bool,
    wishes: Wishes,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    """Flash the board that is meant and say what it is now.

    Args:
        port: as the user named it.
        micropython: the image; None for a virtual board.
        accepted: hash of an image that is not among the known ones.
        trust_test_keys: let a real insole take updates that are signed with the keys of the repository.
        wishes: what the user said of what is on the board.
        dry_run: show the plan only.
        json_file: where the result goes as JSON.

    Raises:
        PlantigradeError: each refusal as a class of its own; the message says what to do.
    """
    require_esptool()
    quiet = json_file is not None and str(json_file) == "-"
    say: Callable[[str], None] = (lambda line: None) if quiet else click.echo
    contents = make_contents(micropython, accepted, trust_test_keys)
    board = find_board(port)
    if micropython is None and not board.virtual:
        raise PortError(
            f"{board.port}: a real board needs --micropython FILE: MicroPython for the ESP32-S3, the .bin "
            "file for the whole flash"
        )
    say(_image_line(contents))
    flashed = asyncio.run(_with_bar(board, contents, wishes, dry_run, say, quiet))
    for line in plan_lines(flashed.plan):
        say(line)
    say(_last_line(flashed))
    if json_file is not None:
        write_json(as_json(flashed, contents), json_file)


async def _with_bar(
    board: Any, contents: Contents, wishes: Wishes, dry_run: bool, say: Callable[[str], None], quiet: bool
) -> Flashed:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, quiet=quiet), transient=True) as bar:
        task = bar.add_task("writing", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return await flash(board, contents, wishes, dry_run, say, progress)


def as_json(flashed: Flashed, contents: Contents) -> dict[str, Any]:
    """The result as docs/how-to/flash-an-insole.md describes it."""
    image = contents.image
    return {
        "schema": SCHEMA,
        "port": flashed.port,
        "serial": flashed.chip.serial,
        "chip": flashed.chip.name,
        "flash_mib": flashed.plan.flash_mib,
        "micropython": {
            "version": image.version,
            "date": image.date,
            "machine": image.machine,
            "sha256": image.sha256,
            "known_as": contents.known.name if contents.known else None,
        },
        "architecture": image.architecture,
        "firmware": contents.firmware,
        "parts": _parts(flashed),
        "dry_run": flashed.log is None,
        "carried_over": flashed.carried_over,
        "before": asdict(flashed.was) if flashed.was else None,
        "identity": asdict(flashed.identity) if flashed.identity else None,
        "seconds": {name: round(seconds, 2) for name, seconds in flashed.seconds.items()},
    }


def _parts(flashed: Flashed) -> list[dict[str, Any]]:
    unchanged = flashed.log.unchanged if flashed.log else []
    return [
        {
            "label": part.label,
            "offset": part.offset,
            "size": part.size,
            "action": part.action.value,
            "bytes": len(part.data) if part.action is Action.WRITE else 0,
            "unchanged": part.file_name in unchanged,
        }
        for part in sorted(flashed.plan.parts, key=lambda part: part.offset)
    ]


def _image_line(contents: Contents) -> str:
    image = contents.image
    return (
        f"MicroPython {image.version} of {image.date} ({image.machine}); firmware {contents.firmware} for "
        f"{image.architecture}"
    )


def _last_line(flashed: Flashed) -> str:
    data = _data_line(flashed)
    if flashed.identity is None:
        return f"dry run: nothing was written; {data}"
    identity, seconds = flashed.identity, sum(flashed.seconds.values())
    return (
        f"{flashed.port}: {identity.side} {identity.serial} says hello with firmware {identity.firmware} "
        f"after {seconds:.1f} s; {data}"
    )


def _data_line(flashed: Flashed) -> str:
    stay = [label for label in flashed.plan.labels(Action.KEEP) if label in (*IDENTITY, *LOG)]
    stay += flashed.carried_over
    return f"as they were: {', '.join(stay)}" if stay else "identity, keys and log are blank"
