import asyncio

from bleak import BleakClient, BleakScanner


async def main() -> None:
    for device in await BleakScanner.discover(10, service_uuids=["b7e1a000-5c1d-4b0e-9f3a-2d6c8e4f7a10"]):
        async with BleakClient(device) as insole:
            for what, uuid in (("maker", "2a29"), ("model", "2a24"), ("firmware", "2a26")):
                print(device.name, what, (await insole.read_gatt_char(uuid)).decode())
            print(device.name, "battery", (await insole.read_gatt_char("2a19"))[0], "%")
            await insole.start_notify("2a53", lambda _, value: print("cadence", value[3], "steps/min"))
            await asyncio.sleep(5)


asyncio.run(main())
