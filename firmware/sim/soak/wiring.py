"""The soak's chip: what `sim.chip` is wired to. Time is turned by the host, and a reset ends the process."""

import air
import timeline
import wire
from sim.chip import alarms, behaviour, code_time, flash, hardware, rtc, sd_card, usb


class _Clock:
    """The board's crystal in turned time."""

    device_us = staticmethod(timeline.device_us)
    sleep_us = staticmethod(timeline.sleep_us)


class _Timers:
    """Timers of the timeline; unfed, the watchdog resets the chip."""

    set_timer = staticmethod(timeline.set_timer)
    clear_timer = staticmethod(alarms.clear)
    hold = staticmethod(timeline.hold)
    spend = staticmethod(timeline.spend)
    schedule = staticmethod(timeline.schedule)
    arm_watchdog = staticmethod(timeline.arm_watchdog)


def leave(why):
    """The chip stops here; the host powers it on again."""
    wire.power_is_gone()
    wire.tell(101, timeline.true_us(), why.encode())
    wire.tell(114, timeline.true_us())
    raise SystemExit


def connect():
    """Wire the chip up; while the computer's own files can still be reached."""
    settings = wire.settings
    behaviour.set_up(settings["chip"])
    hardware.clock = _Clock
    hardware.timers = _Timers
    hardware.radio = air
    hardware.usb = usb.NoCable()
    hardware.leave = leave
    for name in ("vfs", "log"):
        blocks = settings[name + "_blocks"]
        file = open(wire.FOLDER + "/" + name + ".bin", "r+b")  # noqa: SIM115 - open as long as the chip runs
        hardware.partitions.append(hardware.PartitionEntry(name, flash.Flash(file, blocks)))
    if settings["card_sectors"]:
        card = sd_card.CardFile(wire.FOLDER + "/card.bin", settings["card_sectors"])
        hardware.spi_devices[hardware.board.SD_CS_PIN] = sd_card.SdCard(card)
    code_time.wanted = True
    hardware.supply["cause"] = hardware.RESET_CAUSES.get(settings["cause"], 1)
    hardware.supply["unique_id"] = bytes.fromhex(settings["unique_id"])
    rtc.keep_in(wire.FOLDER + "/rtc.bin")
    flash.power_lost = lambda: leave("power lost at a write")
    timeline.bite = lambda: leave("reset watchdog")
    timeline.radio = air
    timeline.obey.update(
        {
            "clock": lambda fields: timeline.change_drift(int(fields[1])),
            "cut": lambda fields: flash.cut_power_after(int(fields[1]), int(fields[2])),
            "connect": air.connect,
            "disconnect": air.disconnect_by_host,
            "write": air.write,
            "hold": air.hold,
        }
    )
