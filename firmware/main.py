"""Power-on: runs the insole until Ctrl-C."""

import asyncio

import boards
from insole.assembly import Firmware


def main():
    """Run until Ctrl-C."""
    firmware = Firmware(boards.current())
    try:
        asyncio.run(firmware.run())
    finally:
        firmware.leave()


if __name__ == "__main__":
    main()
