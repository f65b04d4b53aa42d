"""Wires the insole's parts together and runs them. Nothing here does any work of its own."""

import asyncio

import bluetooth
import machine
from esp32 import Partition

import boards
import drivers
from drivers.battery import Battery
from drivers.force_array import ForceArray
from drivers.led import Led
from insole import files, provisioned
from insole import settings as stored
from insole.blocks import BlockBuilder
from insole.bonds import Bonds
from insole.boot_record import BootRecord
from insole.clock import Clock
from insole.commands import Commands
from insole.crash import CrashHandler
from insole.faults import Faults
from insole.garbage_collector import GarbageCollector
from insole.housekeeping import Housekeeping
from insole.i2c_bus import I2cBus
from insole.identity import Identity
from insole.indicator import Indicator
from insole.insole import Insole
from insole.live import LiveQueue
from insole.modes import KEEP_OLDEST, Modes
from insole.persistent_counters import PersistentCounters
from insole.off_foot import OffFoot
from insole.on_demand import SelfTestOnDemand
from insole.power import Power
from insole.tx_scheduler import TxScheduler
from insole.radio import Radio
from insole.recorder.erase_ahead import EraseAhead
from insole.recorder.storage import open_log
from insole.sampler import Sampler
from insole.session import Session
from insole.steps import StepCounter
from insole.usb import UsbLink
from insole.watchdog import TIMEOUT_MS, Progress, Watchdog
from insole_protocol import block, ids, native
from insole_protocol.codec import Encoder


def find_keys():
    """This insole's `InsoleKeys`; None where none were ever written: nothing is loaded then, as what goes
    again leaves the heap in pieces."""
    first = bytearray(4)
    for partition in Partition.find(Partition.TYPE_DATA, label="keys"):
        for sector in (0, 1):
            partition.readblocks(sector, first, 0)
            if first != b"\xff\xff\xff\xff":
                from insole.insole_keys import InsoleKeys

                return InsoleKeys()
    return None


def build_insole(board, record):
    """Everything but the links."""
    clock = Clock()
    faults = Faults()
    settings = stored.Settings()
    identity = Identity(machine.unique_id())
    identity.record = provisioned.put_defaults(settings)
    provisioned.leave()
    stored.leave()
    keys = find_keys()
    if keys:
        identity.device_key = keys.device
        faults.note(ids.FAULT_KEYS, keys.damaged)
    faults.note(ids.FAULT_SETTINGS, settings.damaged)
    faults.note(ids.FAULT_WATCHDOG, record.bitten)
    faults.note(ids.FAULT_CRASHED, record.after_crash)
    faults.note(ids.FAULT_NATIVE_CODE, bool(native.missing))
    i2c = I2cBus(board)
    imu = drivers.probe("lsm6dso", i2c, board.IMU_ADDRESS)
    if imu:
        imu.axes = boards.imu_axes(board, settings.side)
    force_array = ForceArray(board)
    sampler = files.sampler = Sampler(clock, force_array, imu)
    counters = PersistentCounters()
    recorder = open_log(board, settings.log_full == KEEP_OLDEST, counters)
    faults.note(ids.FAULT_CARD, recorder.degraded)
    encoder = Encoder(block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES, bool(imu))
    work = asyncio.ThreadSafeFlag()
    gait = StepCounter()
    live = LiveQueue(work)
    rest = board.AMPLIFIER_REST_MV * block.COUNT_MAX // board.ADC_FULL_SCALE_MV
    sealer = keys and keys.make_sealer(imu, settings)
    blocks = BlockBuilder(sampler, encoder, recorder, live, gait, rest, sealer)
    battery = Battery(board, board.GAUGE_ADDRESS and drivers.probe("max17048", i2c, board.GAUGE_ADDRESS))
    power = Power(board, battery, faults, imu)
    insole = Insole(
        clock=clock,
        boots=record,
        faults=faults,
        settings=settings,
        counters=counters,
        sampler=sampler,
        recorder=recorder,
        work=work,
        gait=gait,
        live=live,
        blocks=blocks,
        garbage_collector=GarbageCollector(sampler),
        i2c=i2c,
        imu=imu,
        battery=battery,
        power=power,
        identity=identity,
        indicator=Indicator(Led(board)),
        modes=Modes(sampler, blocks, recorder, settings, clock, power),
        self_test=SelfTestOnDemand(board, force_array, imu, recorder, faults, battery, i2c),
    )
    insole.off_foot = OffFoot(insole, imu, rest, record.reset_cause == machine.DEEPSLEEP_RESET)
    power.before_stop = insole.stop
    return insole


def make_radio(insole, board):
    """Bonds and radio; those of an insole with keys let in nobody who is not known."""
    ble, identity = bluetooth.BLE(), insole.identity
    if not identity.device_key:
        bonds = Bonds()
        return bonds, Radio(ble, bonds, identity)
    from insole.guarded_bonds import GuardedBonds
    from insole.private_radio import PrivateRadio

    bonds = GuardedBonds()
    return bonds, PrivateRadio(ble, bonds, identity, board, insole.indicator)


class Firmware:
    """The insole with its links, ready to run."""

    def __init__(self, board, wdt=None, record=None, chosen=None):
        """`wdt` is the hardware watchdog, `record` the `BootRecord`, `chosen` the launcher's choice, as
        `startup` has them."""
        record = record or BootRecord()
        insole = self.insole = build_insole(board, record)
        insole.chosen = chosen
        self.crash = CrashHandler(record, insole.recorder, insole.clock)
        wdt = wdt or machine.WDT(timeout=TIMEOUT_MS)
        insole.feed = wdt.feed
        self.watchdog = Watchdog(wdt, record, self.crash)
        bonds, self.radio = make_radio(insole, board)
        insole.bonds = bonds
        insole.faults.note(ids.FAULT_BONDS, bonds.damaged)
        self.usb = UsbLink()
        self.usb.prompt_open = not insole.locked
        self.tx_scheduler = TxScheduler(insole.work)
        self.housekeeping = Housekeeping(insole, self.radio, bonds)
        self.radio.keep_bonds = insole.keep_bonds
        insole.radio = self.radio  # for `diagnostics`
        insole.usb = self.usb
        insole.erase_ahead = EraseAhead(insole)
        sessions = [Session(link, insole.live) for link in self.radio.links + [self.usb]]
        for session in sessions:
            self.tx_scheduler.add(session)
        answer = Commands(insole).handle
        self.radio.attach(sessions[:-1], answer)
        self.usb.attach(sessions[-1], answer)
        self.radio.start(insole.settings.side, board.BOARD)

    def watch(self):
        """What must go on for the watchdog to be fed. Slots that are lost are no progress."""
        sampler, blocks = self.insole.sampler, self.insole.blocks
        watch = self.watchdog.watch
        watch("sampling", Progress(lambda: blocks.next_seq, lambda: not sampler.running, 1))
        watch("housekeeping", Progress(lambda: self.housekeeping.rounds, pause=2))
        if hasattr(self.radio, "is_well"):
            watch("radio", self.radio.is_well)

    async def _stay(self, name, part):
        """A task that comes to an end is a task that has died."""
        await part
        raise RuntimeError("task ended: " + name)

    async def run(self):
        """Start every task; never ends. A task that dies is noted, and the insole starts anew."""
        insole = self.insole
        asyncio.get_event_loop().set_exception_handler(self.crash)
        insole.self_test.run()
        insole.begin_trial()
        self.housekeeping.save_counters()
        insole.modes.begin(self.housekeeping.announce)
        insole.garbage_collector.settle()
        create = asyncio.create_task
        create(self._stay("blocks", insole.blocks.run(insole.garbage_collector)))
        create(self._stay("sending", self.tx_scheduler.run()))
        create(self._stay("radio", self.radio.run()))
        create(self._stay("usb", self.usb.run()))
        create(self._stay("housekeeping", self.housekeeping.run()))
        create(self._stay("indicator", insole.indicator.run()))
        create(self._stay("erasing ahead", insole.erase_ahead.run()))
        self.watch()
        await self.watchdog.run()

    def leave(self):
        """End in order, for the prompt."""
        self.insole.stop()
        self.radio.stop()
        asyncio.new_event_loop()


def forget_making():
    """Everything is made, once: what only making needs leaves the heap."""
    names = globals()
    for name in list(names):
        if name not in ("asyncio", "Firmware", "Progress") and not name.startswith("__"):
            del names[name]
    del Firmware.__init__
