"""The twin's chip: what `sim.chip` is wired to, from what the supervisor tells at power-on."""

import os
import time as _time

from sim import clock, feed, interrupts, settings, socket_radio, usb_wire, waiting
from sim.chip import behaviour, flash, hardware, partition_table, rtc, sd_card

_real_sleep_us = _time.sleep_us


class _Clock:
    """The board's crystal; short sleeps are the computer's."""

    device_us = staticmethod(clock.device_us)

    @staticmethod
    def sleep_us(us):
        if us >= 1000:
            waiting.sleep_true_us(clock.true_wait_us(us))
        elif us > 0:
            _real_sleep_us(us)


def _leave(request):
    """Ask the supervisor for a reset or sleep and stop here, as a chip does."""
    if request.startswith("reset deepsleep"):
        wait_ms = clock.true_wait_us(int(request.split()[2]) * 1000) // 1000
        request = " ".join(["reset deepsleep %d" % wait_ms] + _wakers())
    elif request == "bootloader":
        request = "reset bootloader"
    clock.tell(request.encode() + b"\n")
    while True:
        _time.sleep(1)


def _wakers():
    """What ends the sleep that begins: pins with their levels, and motion when the accelerometer watches."""
    found = ["%d:%d" % (pin, 1 if level else 0) for pin, level in hardware.wakers.items()]
    imu = hardware.i2c_devices.get(hardware.board.IMU_ADDRESS)
    if hardware.wakers.get(hardware.board.IMU_INTERRUPT_PIN) and imu is not None and imu.wakes():
        found.append("motion")
    return found


def _power_lost():
    """The process dies at once, like a chip."""
    os.system("kill -9 $PPID")


def _led_changed(lit):
    clock.tell(b"led %d\n" % lit)


def _interrupted_by(char):
    clock.tell(b"interrupted by %d\n" % char)


def _sleep(wait_us):
    waiting.sleep_true_us(clock.true_wait_us(wait_us))


def _parts():
    """Names of the drivers' fakes, which the build lays beside the chip."""
    folder = __file__.rpartition("/")[0] + "/parts"
    return sorted(entry[0].partition(".")[0] for entry in os.ilistdir(folder))


def _divide_flash(file):
    """As the partition table in the flash says; the app that runs is what the boot loader has started."""
    hardware.running = settings.values["running"]
    for label, kind, subtype, offset, size, flags in partition_table.rows(file):
        device = flash.Flash(file, size // flash.BLOCK, offset // flash.BLOCK)
        hardware.partitions.append(hardware.PartitionEntry(label, device, kind, subtype, offset, flags))


def connect():
    """Wire the chip up; while the computer's own files can still be reached."""
    values = settings.values
    behaviour.set_up(values["chip"])
    hardware.clock = _Clock
    hardware.timers = interrupts
    hardware.sensors = feed
    hardware.radio = socket_radio
    hardware.usb = usb_wire
    hardware.leave = _leave
    hardware.sleep = _sleep
    hardware.led_changed = _led_changed
    hardware.interrupted_by = _interrupted_by
    _divide_flash(open(settings.path(values["flash"]), "r+b"))  # noqa: SIM115 - open as long as the chip runs
    if values["card_sectors"]:
        card = sd_card.CardFile(settings.path("card.bin"), values["card_sectors"])
        hardware.spi_devices[hardware.board.SD_CS_PIN] = sd_card.SdCard(card)
    for name in _parts():
        if name != "lsm6dso" or values.get("imu", True):
            part = __import__("sim.parts." + name, None, None, (name,))
            hardware.i2c_devices[part.ADDRESS] = part.Device()
    hardware.supply.update(
        {
            "battery_mv": values["battery_mv"],
            "cause": hardware.RESET_CAUSES[values["reset_cause"]],
            "unique_id": bytes.fromhex(values["unique_id"]),
        }
    )
    rtc.keep_in(settings.path("rtc.bin"))
    flash.count_in(settings.path(values["operations"]))
    flash.power_lost = _power_lost
    flash.cut_power_after(values["cut"]["after"], flash.HALF if values["cut"]["torn"] else 0)
