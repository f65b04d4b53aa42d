"""Wires the insole's parts together and runs them. Nothing here does any work of its own."""

import asyncio

import bluetooth
import machine
from esp32 import Partition

import drivers
from drivers.battery import Battery
from drivers.force_array import ForceArray
from drivers.led import Led
from insole.blocks import BlockBuilder
from insole.bonds import Bonds
from insole.clock import Clock
from insole.commands import Commands
from insole.crash import CrashHandler
from insole.faults import Faults
from insole.garbage_collector import GarbageCollector
from insole.housekeeping import Housekeeping
from insole.identity import Identity
from insole.indicator import Indicator
from insole.insole import Insole
from insole.live import LiveQueue
from insole.modes import KEEP_OLDEST, Modes
from insole.persistent_counters import PersistentCounters
from insole.power import Power
from insole.tx_scheduler import TxScheduler
from insole.radio import Radio
from insole.recorder import Recorder
from insole.sampler import Sampler
from insole.self_test import SelfTest
from insole.session import Session
from insole.settings import Settings
from insole.steps import StepCounter
from insole.usb import UsbLink
from insole.watchdog import Watchdog
from insole_protocol import block, ids
from insole_protocol.codec import Encoder


def open_log(board, keep_oldest, counters):
    """The log, or what stands in for it when its storage does not answer: sampling does not depend on it."""
    try:
        recorder = Recorder(Partition.find(Partition.TYPE_DATA, label=board.LOG_PARTITION)[0], keep_oldest)
        recorder.open(counters)
    except (OSError, IndexError, ValueError) as error:  # refused; no such partition; too small
        print("no log:", error)
        from insole.recorder.absent import AbsentLog

        return AbsentLog(counters)
    return recorder


def build_insole(board):
    """Everything but the links."""
    clock = Clock()
    faults = Faults()
    settings = Settings()
    faults.note(ids.FAULT_SETTINGS, settings.damaged)
    faults.note(ids.FAULT_WATCHDOG, machine.reset_cause() == machine.WDT_RESET)
    i2c = machine.I2C(
        board.I2C_ID, scl=machine.Pin(board.I2C_SCL_PIN), sda=machine.Pin(board.I2C_SDA_PIN), freq=400000
    )
    imu = drivers.probe("lsm6dso", i2c, board.IMU_ADDRESS)
    force_array = ForceArray(board)
    sampler = Sampler(clock, force_array, imu)
    counters = PersistentCounters()
    recorder = open_log(board, settings.log_full == KEEP_OLDEST, counters)
    encoder = Encoder(block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES, bool(imu))
    work = asyncio.ThreadSafeFlag()
    gait = StepCounter()
    live = LiveQueue(work)
    rest = board.AMPLIFIER_REST_MV * block.COUNT_MAX // board.ADC_FULL_SCALE_MV
    blocks = BlockBuilder(sampler, encoder, recorder, live, gait, rest)
    battery = Battery(board)
    power = Power(board, battery, faults)
    insole = Insole(
        clock=clock,
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
        battery=battery,
        power=power,
        identity=Identity(machine.unique_id()),
        indicator=Indicator(Led(board)),
        modes=Modes(sampler, blocks, recorder, settings, clock, power),
        self_test=SelfTest(board, force_array, imu, recorder, faults),
    )
    power.before_stop = insole.stop
    return insole


class Firmware:
    """The insole with its links, ready to run."""

    def __init__(self, board):
        insole = self.insole = build_insole(board)
        self.watchdog = Watchdog(insole.sampler, insole.blocks)
        bonds = Bonds()
        self.radio = Radio(bluetooth.BLE(), bonds, insole.identity)
        self.usb = UsbLink()
        self.tx_scheduler = TxScheduler(insole.work)
        self.housekeeping = Housekeeping(insole, self.radio, bonds)
        sessions = [Session(link, insole.live) for link in self.radio.links + [self.usb]]
        for session in sessions:
            self.tx_scheduler.add(session)
        answer = Commands(insole).handle
        self.radio.attach(sessions[:-1], answer)
        self.usb.attach(sessions[-1], answer)
        self.radio.start(insole.settings.side, board.BOARD)

    async def run(self):
        """Start every task; never ends. A task that dies is noted, and the watchdog restarts the insole."""
        insole = self.insole
        asyncio.get_event_loop().set_exception_handler(CrashHandler(self.watchdog, insole.clock))
        insole.self_test.run()
        insole.modes.begin(self.housekeeping.announce)
        insole.garbage_collector.settle()
        asyncio.create_task(insole.blocks.run(insole.garbage_collector))
        for part in (self.tx_scheduler, self.radio, self.usb, self.housekeeping, insole.indicator):
            asyncio.create_task(part.run())
        await self.watchdog.run()

    def leave(self):
        """End in order, for the prompt."""
        self.watchdog.keep_fed()
        self.insole.stop()
        self.radio.stop()
        asyncio.new_event_loop()
