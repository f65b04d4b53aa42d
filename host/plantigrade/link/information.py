"""Reading an insole's Device Information: any client may, without pairing; not where it was given keys."""

import asyncio
from dataclasses import replace

from plantigrade.link.discovery import FoundInsole, Radio, Sighting

SERIAL_UUID = "00002a25-0000-1000-8000-00805f9b34fb"
FIRMWARE_UUID = "00002a26-0000-1000-8000-00805f9b34fb"
TIMEOUT_S = 12.0
MAX_TEXT = 64


async def read_information(sighting: Sighting, radio: Radio) -> FoundInsole:
    """The insole with its serial number and firmware version; as it was when it cannot be reached, or when it
    has keys: such a one lets in nobody who only looks."""
    if sighting.insole.private:
        return sighting.insole
    from bleak import BleakClient
    from bleak.exc import BleakError

    texts: dict[str, str] = {}
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            BleakClient(sighting.device, backend=radio.client) as client,
        ):
            for uuid in (SERIAL_UUID, FIRMWARE_UUID):
                texts[uuid] = _printable(await client.read_gatt_char(uuid))
    except (BleakError, TimeoutError, OSError, EOFError):
        return sighting.insole  # connected to two hosts by now, or gone: the advertisement is all there is
    return replace(sighting.insole, serial=texts[SERIAL_UUID] or None, firmware=texts[FIRMWARE_UUID] or None)


def _printable(value: bytearray) -> str:
    """Text from a device that may be anybody's: bounded, and nothing that a terminal would act on."""
    text = bytes(value[:MAX_TEXT]).decode("utf-8", "replace")
    return "".join(letter for letter in text if letter.isprintable())
