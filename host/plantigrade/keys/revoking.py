"""New keys onto an insole in its boot loader, so that every copy of those before is void.

The library keeps the new keys beside the old ones before they are written, and drops the old device key when
the insole has proved itself with the new one. Wherever power fails between, the insole holds a key that the
library has, or none that is whole, and the same command finishes it. Old log keys stay: they open what the
insole sealed with them.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from insole_protocol import ids

from plantigrade.bridge.errors import BridgeError, LockedError, RefusedError
from plantigrade.bridge.keyring import Keyring, KeysInMemory, keys_at_hand
from plantigrade.device import targets
from plantigrade.device.flash.errors import FlashError
from plantigrade.device.flash.esptool import Esptool
from plantigrade.device.flash.flashing import require_flashable
from plantigrade.device.flash.ports import BoardPort, appear_again, ask_for_hello
from plantigrade.device.flash.settings import POLL_S, RESTART_S
from plantigrade.device.provision.rom_access import RomAccess, new_key, private_folder
from plantigrade.device.provision.settings import CONNECT_S, READY_TIMEOUT_S
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.keys import phone
from plantigrade.keys.errors import KeysError, RevocationUnfinishedError
from plantigrade.library.catalogue.insole_key_list import list_insole_keys
from plantigrade.library.catalogue.insole_key_revocation import begin_revocation, end_revocation
from plantigrade.library.catalogue.insole_keys import InsoleKeys, LibraryKeyring
from plantigrade.library.catalogue.store import OpenLibrary
from plantigrade.link.base import LinkError
from plantigrade.link.usb import UsbLink


@dataclass(frozen=True)
class Revocation:
    """What is revoked.

    Attributes:
        library: has the insole's device key, and keeps the new ones.
        serial: of the insole.
        say: told each step.
    """

    library: OpenLibrary
    serial: str
    say: Callable[[str], None] = field(default=lambda text: None)

    async def run(self, board: BoardPort) -> None:
        """Give the insole on this port new keys.

        Raises:
            KeysError: another insole is there, or the library has no device key of this one.
            RevocationUnfinishedError: it was begun; run it again.
            BridgeError, LinkError, FlashError: it does not answer, and holds the keys that it held.
            LibraryError: the library cannot be written.
        """
        await self._to_boot_loader(board)
        board = await appear_again(board)
        with private_folder() as name:
            device = await self._write(Esptool(board.port, Path(name), board.virtual), Path(name))
        await self._confirm(await appear_again(board), device)

    async def _to_boot_loader(self, board: BoardPort) -> None:
        """The insole, which has proved that it is this one, restarts into its boot loader."""
        keyring = LibraryKeyring(self.library)
        begun = {one.serial: one.is_being_revoked for one in list_insole_keys(self.library)}.get(self.serial)
        if begun is None or self.serial not in keyring.serials():
            raise KeysError(f"there is no device key of insole {self.serial} here; `plantigrade keys show`")
        self.say("its boot loader")
        try:
            try:
                await _reboot(board.port, keyring, self.serial)
            except LockedError:
                if not begun:
                    raise
                # Power failed while its device key was written: it holds none, and is an open one.
                await _reboot(board.port, KeysInMemory(), self.serial)
        except LockedError:
            raise
        except (BridgeError, LinkError, TimeoutError) as error:
            if not begun:
                raise KeysError(
                    f"{board.port}: nothing was changed: {error or 'no answer in time'}"
                ) from error
            self.say("no answer: the board may be in its boot loader already")
            return
        await asyncio.sleep(RESTART_S)

    async def _write(self, esptool: Esptool, folder: Path) -> bytes:
        """Keep fresh keys and write them; the device key."""
        chip = await esptool.chip()
        require_flashable(chip, esptool.port)
        if chip.serial.upper() != self.serial[-len(chip.serial) :]:
            raise KeysError(
                f"{esptool.port}: another board answers, {chip.serial}; insole {self.serial} is meant"
            )
        mib = chip.flash_mib or 0
        access = RomAccess(esptool, folder, partition_table(mib), mib)
        return await self.write_with(access)

    async def write_with(self, access: RomAccess) -> bytes:
        """Keep fresh keys and write them onto the board in its boot loader; the device key.

        Raises:
            RevocationUnfinishedError: writing broke off.
            FlashError, LibraryError: before anything was written.
        """
        present = (await access.read()).keys.device
        device, log = new_key(), new_key()
        begin_revocation(self.library, present, InsoleKeys(self.serial, device, (log,)))
        self.say("new keys are in the library, beside those before")
        try:
            await access.write_keys(device, log)
        except FlashError as error:
            raise RevocationUnfinishedError(
                f"writing broke off ({error}); the library has both the old and the new key of insole "
                f"{self.serial}: plug it in again and run the same command"
            ) from error
        return device

    async def _confirm(self, board: BoardPort, device: bytes) -> None:
        began = time.monotonic()
        keyring = KeysInMemory({self.serial: device}, host=LibraryKeyring(self.library).host)
        with these_keys(keyring):
            while (identity := await ask_for_hello(board.port)) is None:
                if time.monotonic() - began > READY_TIMEOUT_S:
                    raise RevocationUnfinishedError(
                        f"{board.port}: insole {self.serial} has not proved that it holds its new key; the "
                        "library has both: plug it in again and run the same command"
                    )
                await asyncio.sleep(POLL_S)
        if identity.serial != self.serial:
            raise RevocationUnfinishedError(f"{board.port}: another insole answers, {identity.serial}")
        end_revocation(self.library, self.serial, device)
        self.say("it has proved that it holds the new key; the one before is void")
        await self._free_places_of_phones(board.port, keyring)

    async def _free_places_of_phones(self, port: str, keyring: Keyring) -> None:
        """The keys of every phone are void by themselves now: none has to be refused by its number."""
        try:
            with these_keys(keyring):
                async with asyncio.timeout(CONNECT_S), targets.conversation(UsbLink(port)) as session:
                    await phone.forget_void(session)
        except RefusedError:
            return  # its firmware knows no phones
        except (BridgeError, LinkError, TimeoutError) as error:
            self.say(f"the list of phones that it refuses stayed as it was: {error or 'no answer in time'}")


async def _reboot(port: str, keyring: Keyring, serial: str) -> None:
    with these_keys(keyring):
        async with asyncio.timeout(CONNECT_S), targets.conversation(UsbLink(port)) as session:
            identity = session.insole.identity
            if identity is None or identity.serial != serial:
                there = "another insole" if identity is None else f"insole {identity.serial}"
                raise KeysError(f"{port}: {there} is there; {serial} is meant")
            await session.command_client.ask(ids.OP_REBOOT, ids.REBOOT_BOOT_LOADER)


@contextmanager
def these_keys(keyring: Keyring) -> Generator[None]:
    """These keys are at hand meanwhile, and no others."""
    token = keys_at_hand.set(keyring)
    try:
        yield
    finally:
        keys_at_hand.reset(token)
