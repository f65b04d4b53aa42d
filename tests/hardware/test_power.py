"""The power budget: arithmetic, the promise of a day's wear, and figures that say where they come from."""

from pathlib import Path

import pytest

from hardware.power.budget import TOML, Budget, Draw, Mode, load, table

DAY_OF_WEAR_H = 16.0


def test_hours_are_capacity_over_mean_current() -> None:
    mode = Mode("m", "m", (Draw("a", 10.0, 0.5, "stored", "s"), Draw("b", 5.0, 1.0, "estimate", "s")))
    budget = Budget((200.0,), 0.8, (mode,))
    assert mode.mean_ma == pytest.approx(10.0)
    assert mode.sure_share == pytest.approx(0.5)
    assert budget.hours(mode, 200.0) == pytest.approx(16.0)


def test_daily_mode_lasts_a_day_of_wear_on_the_smaller_battery() -> None:
    budget = load()
    daily = next(m for m in budget.modes if m.name == "daily")
    assert budget.hours(daily, min(budget.sizes_mah)) >= DAY_OF_WEAR_H


def test_an_unsure_mode_is_called_an_estimate() -> None:
    rows = table(load()).splitlines()
    assert "(estimate)" in next(row for row in rows if "live" in row)


def test_a_figure_without_a_source_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "budget.toml"
    bad.write_text(TOML.read_text().replace('kind = "stored"', 'kind = "guessed"', 1))
    with pytest.raises(ValueError, match="needs ma > 0"):
        load(bad)


def test_a_part_with_a_driver_brings_its_own_rows(tmp_path: Path) -> None:
    row = '[[draw]]\nmode = "{}"\npart = "x"\nma = 2.0\nshare = 0.5\nkind = "stored"\nsource = "s"\n'
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "budget.toml").write_text(row.format("live"))
    bare, fitted = load(drivers=tmp_path / "none"), load(drivers=tmp_path)
    more = [new.mean_ma - old.mean_ma for new, old in zip(fitted.modes, bare.modes, strict=True)]
    assert more == pytest.approx([1.0, 0.0, 0.0])
    (tmp_path / "x" / "budget.toml").write_text(row.format("flying"))
    with pytest.raises(ValueError, match=r"x/budget\.toml: there is no mode flying"):
        load(drivers=tmp_path)
