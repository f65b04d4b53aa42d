"""What `plantigrade device rollback`, `wipe`, `forget` and `log` do."""

import asyncio
from pathlib import Path
from typing import Any

import click

from plantigrade.device import targets
from plantigrade.device.changes import changing, event_log
from plantigrade.device.changes.changing import ERASED, ChangeError, WipePlan
from plantigrade.device.update.actions import link_maker
from plantigrade.json_output import write_json


def _answer(values: dict[str, Any], text: str, json_file: Path | None) -> None:
    if json_file is not None:
        write_json(values, json_file)
    if json_file is None or str(json_file) != "-":
        click.echo(text)


def rollback(target: str | None, json_file: Path | None) -> None:
    """Have an insole run its former firmware again.

    Raises:
        ChangeError: there is none, or it does not come back.
        LinkError: it is out of reach, or refuses.
    """

    async def run() -> changing.RolledBack:
        return await changing.rollback(await link_maker(target))

    done = asyncio.run(run())
    text = f"{done.side} {done.serial}: {done.before} -> {done.after}"
    _answer({"schema": "plantigrade.rollback/1", **done.to_json()}, text, json_file)


def wipe(target: str | None, sure: bool, json_file: Path | None) -> None:
    """Erase what belongs to a person, after that person has said yes.

    Raises:
        ChangeError: it refuses, another insole answers, or it is not clean afterwards.
        LinkError: it is out of reach.
        click.Abort: the person has said no.
    """

    async def plan() -> WipePlan:
        async with targets.conversation(await (await link_maker(target))()) as session:
            return await changing.plan_wipe(session)

    async def run(serial: str) -> bool:
        return await changing.wipe(await link_maker(target), serial)

    planned = asyncio.run(plan())
    for line in plan_lines(planned):
        click.echo(line, err=True)
    if not sure:
        click.confirm("erase all this?", abort=True, err=True)
    seen = asyncio.run(run(planned.serial))
    text = f"{planned.side} {planned.serial}: wiped"
    if not seen:
        text += "; remove it from this computer's Bluetooth devices and pair anew"
    values = {"schema": "plantigrade.wipe/1", "serial": planned.serial, "seen_clean": seen}
    _answer(values, text, json_file)


def plan_lines(plan: WipePlan) -> list[str]:
    """What a wipe erases and keeps, and what would be lost.

    >>> plan_lines(WipePlan("A7", "left", 1200))[-1]
    '1200 frames in its log have not been fetched: `plantigrade device pull` fetches them'
    """
    lines = [f"wiping {plan.side} {plan.serial} erases {', '.join(ERASED)}."]
    lines.append("It keeps its firmware, its serial number, its side and its calibration.")
    if plan.frames_not_fetched:
        lines.append(
            f"{plan.frames_not_fetched} frames in its log have not been fetched: "
            "`plantigrade device pull` fetches them"
        )
    return lines


def forget(target: str | None, json_file: Path | None) -> None:
    """Have an insole forget the hosts that it is paired with.

    Raises:
        ChangeError: its firmware cannot.
        LinkError: it is out of reach, or refuses.
    """

    async def run() -> int:
        async with targets.conversation(await targets.find(target)) as session:
            return await changing.forget_hosts(session)

    count = asyncio.run(run())
    hosts = "1 host" if count == 1 else f"{count} hosts"
    _answer({"schema": "plantigrade.forget/1", "forgotten": count}, f"{hosts} forgotten", json_file)


def show_log(target: str | None, json_file: Path | None) -> None:
    """Who changed an insole.

    Raises:
        ChangeError: its firmware keeps no events.
        LinkError: it is out of reach, or refuses.
    """

    async def run() -> list[event_log.DeviceEvent]:
        async with targets.conversation(await targets.find(target)) as session:
            found = await event_log.read_events(session)
            if found is None:
                identity = session.insole.identity
                version = "its firmware" if identity is None else f"firmware {identity.firmware}"
                raise ChangeError(f"{session.insole.name}: {version} keeps no list of events; update it")
            return found

    events = asyncio.run(run())
    values = {"schema": "plantigrade.device-log/1", "events": [event.to_json() for event in events]}
    _answer(values, "\n".join(event_log.event_lines(events)), json_file)
