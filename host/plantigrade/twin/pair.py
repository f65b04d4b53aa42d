"""Two virtual insoles and the radio between them and any host: what the demo, the tests and `twin run`
use.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from insole_protocol import key_record

from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import FirmwareBuild, build_firmware
from plantigrade.firmware_image.partition_table import SMALLEST_FLASH_MIB
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import CARD_SECTORS, BoardSpec, Feed, RadioEnd
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.nor_flash import SECTOR
from plantigrade.twin.radio.client import Radio, RadioAddress
from plantigrade.twin.radio.conditions import RadioConditions

SIDES = ("left", "right")
_START_DELAY_S = 0.25  # boards are up before the first row is due


@dataclass(frozen=True)
class PairOptions:
    """Less common choices for a pair.

    Attributes:
        drift_ppm: of each board's crystal, by side.
        clock_offset_us: what each clock shows at power-on.
        unique_ids: of the boards, 12 hex digits each.
        loop: repeat the feeds; else the last row stays.
        firmware: another firmware than the project's.
        chip: how unkind the boards' chips are.
        card: whether the boards have their SD NAND; without it the log lies in flash.
        blank: one new board (the left one) with an erased flash, instead of two insoles.
        flash_mib: size of the flash, 8 or 16.
        hold_boot: hold the boot button down at power-on, so that the ROM waits to be flashed.
        keys: by side, device key and log key of 32 bytes each, as provisioning leaves them in flash; insoles
            without are open.
        motion: by side, files of what the motion sensors feel (`twin.feeds.write_motion_feeds`).
    """

    drift_ppm: Mapping[str, float] = field(default_factory=lambda: dict[str, float]())
    clock_offset_us: Mapping[str, int] = field(default_factory=lambda: dict[str, int]())
    unique_ids: Mapping[str, str] = field(
        default_factory=lambda: {"left": "0a50477a3f01", "right": "0a50477a3f02"}
    )
    loop: bool = True
    firmware: FirmwareBuild | None = None
    chip: ChipBehaviour = field(default_factory=ChipBehaviour)
    card: bool = True
    blank: bool = False
    flash_mib: int = SMALLEST_FLASH_MIB
    hold_boot: bool = False
    keys: Mapping[str, tuple[bytes, bytes]] = field(default_factory=lambda: dict[str, tuple[bytes, bytes]]())
    motion: Mapping[str, Path] = field(default_factory=lambda: dict[str, Path]())


class VirtualPair:
    """A left and a right virtual insole, as an asynchronous context manager.

    Args:
        left_feed, right_feed: feed files (see `plantigrade.twin.body.write_feed`); None: unloaded sensors.
        conditions: of the radio.
        drift_ppm: of each board's crystal, by side; short for `options`.
        directory: keeps the boards' flash over runs; without one it is temporary.
        options: the rest.

    Attributes:
        radio: for hosts.
        boards: by side.
        feed_start: by side, host monotonic time in nanoseconds at which row 0 of the feed is due.
    """

    def __init__(
        self,
        left_feed: Path | None = None,
        right_feed: Path | None = None,
        conditions: RadioConditions | None = None,
        drift_ppm: Mapping[str, float] | None = None,
        directory: Path | None = None,
        options: PairOptions | None = None,
    ) -> None:
        self._feeds = {"left": left_feed, "right": right_feed}
        self._options = options or PairOptions()
        self._drift_ppm = drift_ppm if drift_ppm is not None else self._options.drift_ppm
        self._directory = directory
        self._conditions = conditions or RadioConditions()
        self._stack = AsyncExitStack()
        self._radio: Radio | None = None
        self.boards: dict[str, VirtualBoard] = {}
        self.feed_start: dict[str, int] = {}

    async def __aenter__(self) -> "VirtualPair":
        """Start radio and boards."""
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def _start(self, stack: AsyncExitStack) -> None:
        folder = self._directory
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plantigrade-twin-")))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        firmware = self._options.firmware or build_firmware()
        self._radio = await stack.enter_async_context(Radio(self._conditions, folder / "host-bonds.json"))
        start_ns = time.monotonic_ns() + round(_START_DELAY_S * 1e9)
        self.feed_start = dict.fromkeys(SIDES, start_ns)
        for side in SIDES[:1] if self._options.blank else SIDES:
            board = VirtualBoard(
                self._spec(side),
                folder / side,
                chain(board_files(firmware), [_provisioned(side)]),
                RadioEnd(self._radio.boards_port, self._radio.token),
                Feed(self._feeds[side], start_ns, self._options.loop, self._options.motion.get(side)),
                self._options.blank,
            )
            board.hold_boot_button(self._options.hold_boot)
            if side in self._options.keys:
                _put_keys(board, self._options.keys[side])
            self.boards[side] = await stack.enter_async_context(board)
            if self._options.hold_boot:
                board.hold_boot_button(False)

    def _spec(self, side: str) -> BoardSpec:
        return BoardSpec(
            side=side,
            unique_id=self._options.unique_ids[side],
            drift_ppm=self._drift_ppm.get(side, 0.0),
            clock_offset_us=self._options.clock_offset_us.get(side, 0),
            chip=self._options.chip,
            card_sectors=CARD_SECTORS if self._options.card else 0,
            flash_mib=self._options.flash_mib,
        )

    async def __aexit__(self, *_: object) -> None:
        """End everything that was started."""
        await self._stack.aclose()

    @property
    def radio(self) -> RadioAddress:
        """Where hosts find the radio."""
        return self.air.address

    @property
    def air(self) -> Radio:
        """The radio itself: conditions, cuts, fading."""
        assert self._radio is not None, "the pair is not started"
        return self._radio


def _put_keys(board: VirtualBoard, keys: tuple[bytes, bytes]) -> None:
    """Into the flash of a board that is switched off."""
    at = board.flash.row("keys").offset
    for number, (kind, key) in enumerate(zip(key_record.SECTORS, keys, strict=True)):
        board.flash.put(at + number * SECTOR, key_record.build(kind, key))


def _provisioned(side: str) -> tuple[str, bytes]:
    """The settings file of an insole whose side is set, as `plantigrade device provision` leaves
    it.
    """
    values = {"version": 2, "values": {"side": SIDES.index(side)}}
    return "settings.json", json.dumps(values).encode()
