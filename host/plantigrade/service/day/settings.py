"""When the service warns of what will bite, and how it knows: every figure with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WarningSettings:
    """When something is said.

    Attributes:
        disk_days: room for fewer days at the present growth is told: two weeks leave time to get a disk.
        disk_urgent_days: room for so few days is told as urgent.
        disk_reserve_bytes: less free room than this is urgent whatever the growth: the database, a journal of
            a day and a finalized recording need it at once.
        growth_days: days over which the growth is measured: two weeks, so that each day of the week counts.
        charge_pct: "charge it tonight".
        empty_pct: "charge it now".
        battery_hours: an insole that will be empty within so many hours is told: it would not last the day.
        log_full_hours: a log that will be full within so many hours is told; a night is shorter.
        log_full_pct: a log so full is told whatever its growth.
        history_h: hours of battery and log levels that are looked at: longer ones hold nights on the charger.
        least_history_h: hours before a rate is believed: the battery is told in whole per cent.
        sample_s: levels are noted this often at most.
        jump_pct: a level that comes back by more begins anew: charged, or emptied; less is noise.
        repeat_h: hours after which a warning that still holds is told again: once a day.
        again_h: hours after which one that had ended may be told again, so that a level at the limit does not
            tell it every minute.
    """

    disk_days: float = 14.0
    disk_urgent_days: float = 3.0
    disk_reserve_bytes: int = 1 << 30
    growth_days: float = 14.0
    charge_pct: int = 20
    empty_pct: int = 10
    battery_hours: float = 8.0
    log_full_hours: float = 12.0
    log_full_pct: float = 90.0
    history_h: float = 24.0
    least_history_h: float = 2.0
    sample_s: float = 1800.0
    jump_pct: float = 3.0
    repeat_h: float = 24.0
    again_h: float = 4.0
