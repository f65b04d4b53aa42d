"""From `plantigrade scan` to the radios and back to table or JSON."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from plantigrade.bridge.keyring import keys_at_hand
from plantigrade.json_output import write_json
from plantigrade.link.base import LinkError
from plantigrade.link.discovery import FoundInsole, NoBluetoothError, Radio, Sighting, scan
from plantigrade.link.information import read_information

SCHEMA = "plantigrade.scan/1"
HEADINGS = ("side", "serial", "battery", "firmware", "signal", "address", "")


def main(seconds: float, quick: bool, json_file: Path | None) -> None:
    """Scan on every radio that this computer has.

    Raises:
        NoBluetoothError: there is neither a Bluetooth adapter nor a running twin.
        LinkError: scanning failed.
        FileError: the JSON file cannot be written.
    """
    insoles, notes = asyncio.run(find_insoles(seconds, radios(), quick))
    for note in notes:
        click.echo(f"plantigrade: {note}", err=True)
    if json_file is not None:
        write_json({"schema": SCHEMA, "insoles": [asdict(insole) for insole in insoles]}, json_file)
    if json_file is None or str(json_file) != "-":
        click.echo(describe(insoles))


def radios() -> list[Radio]:
    """The platform's Bluetooth, and the virtual radio of a running twin."""
    found = [Radio(keys=_device_keys)]
    try:
        from plantigrade.twin.bleak_backend import backend_for
        from plantigrade.twin.rendezvous import NoTwinError, find_twin
    except ModuleNotFoundError:
        return found  # installed without the twin
    try:
        twin = find_twin()
    except NoTwinError:
        return found
    ports = twin.serial_ports
    return [*found, Radio(*backend_for(twin.radio), virtual=True, serial_ports=ports, keys=_device_keys)]


def _device_keys() -> Mapping[str, Sequence[bytes]]:
    return keys_at_hand.get().device_keys()


async def find_insoles(
    seconds: float, among: list[Radio], quick: bool = False
) -> tuple[list[FoundInsole], list[str]]:
    """Scan all radios at once; insoles by side and serial, and texts about radios that do not work and about
    virtual insoles that ought to be heard.

    Raises:
        LinkError: no radio works.
    """
    results = await asyncio.gather(
        *(_scan_one(radio, seconds, quick) for radio in among), return_exceptions=True
    )
    insoles: list[FoundInsole] = []
    failures: list[LinkError] = []
    for result in results:
        if isinstance(result, LinkError):
            failures.append(result)
        elif isinstance(result, BaseException):
            raise result
        else:
            insoles += result
    if len(failures) == len(among):
        raise failures[0]
    notes = [
        "no Bluetooth adapter found; looking for virtual insoles only"
        if isinstance(failure, NoBluetoothError)
        else str(failure)
        for failure in failures
    ]
    notes += [
        f"the virtual {side} insole is silent: it may be connected to two hosts, or at its prompt since"
        f" mpremote used {port} (`mpremote connect {port} reset` starts it again)"
        for radio in among
        for side, port in radio.serial_ports.items()
        if not any(insole.virtual and insole.side == side for insole in insoles)
    ]
    return sorted(insoles, key=lambda insole: (insole.side, insole.serial_end)), notes


async def _scan_one(radio: Radio, seconds: float, quick: bool) -> list[FoundInsole]:
    sightings: list[Sighting] = list((await scan(seconds, radio)).values())
    if quick:
        return [sighting.insole for sighting in sightings]
    return list(await asyncio.gather(*(read_information(sighting, radio) for sighting in sightings)))


def describe(insoles: list[FoundInsole]) -> str:
    """A table for people."""
    if not insoles:
        return "no insoles in reach; is one on, charged and not connected to two other devices?"
    rows = [HEADINGS] + [_row(insole) for insole in insoles]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(insole: FoundInsole) -> tuple[str, ...]:
    notes = [
        flag
        for flag, holds in (
            ("virtual", insole.virtual),
            ("charging", insole.charging),
            ("FAULT", insole.fault),
            ("recording", insole.logging),
        )
        if holds
    ]
    return (
        insole.side,
        insole.serial or f"...{insole.serial_end}",
        "?" if insole.battery_pct is None else f"{insole.battery_pct} %",
        insole.firmware or "?",
        f"{insole.rssi_dbm} dBm",
        insole.address,
        ", ".join(notes),
    )
