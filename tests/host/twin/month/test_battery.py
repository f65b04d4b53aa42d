"""A cell of the twin: as much as flows out of it, with the firmware's own curve."""

import ast
from pathlib import Path

import pytest
from insole_protocol import ids
from plantigrade.twin.month import battery as cell
from plantigrade.twin.month.battery import Battery, Currents, percent_of

ROOT = Path(__file__).resolve().parents[4]
CURRENTS = Currents(daily_ma=8.0, live_ma=40.0, sleep_ma=0.2, radio_ma=90.0)


def firmware_battery() -> dict[str, object]:
    """The part of the firmware's driver that needs no chip, run here."""
    tree = ast.parse((ROOT / "firmware" / "drivers" / "battery" / "__init__.py").read_text())
    chosen = [node for node in tree.body if isinstance(node, ast.Assign | ast.FunctionDef)]
    names: dict[str, object] = {}
    exec(compile(ast.Module(chosen, []), "battery", "exec"), names)
    return names


def test_percent_is_what_the_firmware_says() -> None:
    firmware = firmware_battery()
    assert firmware["CURVE"] == cell.CURVE
    for millivolts in range(2500, 4300, 7):
        assert percent_of(millivolts) == firmware["percent_of"](millivolts)  # pyright: ignore


@pytest.mark.parametrize(
    ("mode", "transfer_s", "used_mah"),
    [
        (ids.MODE_DAILY, 0.0, 8.0),
        (ids.MODE_DAILY, 36.0, 8.0 + 0.9),
        (ids.MODE_LIVE, 36.0, 40.0),
        (ids.MODE_IDLE, 0.0, 0.2),
        (None, 0.0, 0.2),
    ],
)
def test_an_hour_takes_what_its_mode_draws(mode: int | None, transfer_s: float, used_mah: float) -> None:
    battery = Battery(100.0, CURRENTS, 50.0, 90.0)
    battery.pass_time(3600.0, mode, transfer_s)
    assert battery.left_mah == pytest.approx(90.0 - used_mah)


def test_it_fills_up_and_runs_empty() -> None:
    battery = Battery(100.0, CURRENTS, 50.0, 10.0, charging=True)
    assert battery.flags == ids.STATUS_CHARGING | ids.STATUS_BATTERY_LOW
    battery.pass_time(4 * 3600.0, ids.MODE_DAILY)
    assert battery.percent == 100 and battery.flags == ids.STATUS_CHARGING
    battery.charging = False
    battery.pass_time(20 * 3600.0, ids.MODE_DAILY)
    assert battery.empty and battery.percent == 0
    assert battery.mean_ma == pytest.approx(8.0)
