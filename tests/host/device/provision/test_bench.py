"""Bench loads: what is asked of whom, what a load that is none is answered, and the picture of a place."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from insole_protocol import host_messages, ids, messages
from plantigrade.calibration.bench import BenchReading
from plantigrade.device.calibrate.actions import fit_loads
from plantigrade.device.provision import settings
from plantigrade.device.provision.bench import (
    Bench,
    BenchError,
    LoadsFile,
    Measured,
    TerminalLoader,
    fit,
    measure,
    write_loads,
)
from plantigrade.device.provision.places import picture
from plantigrade.device.provision.twin_bench import TwinLoader
from plantigrade.errors import FileError
from plantigrade.twin.electrical import Effects, FrontEnd

from tests.host.device.provision.made import SERIAL

DAY = date(2026, 3, 9)


class Bed:
    """Weights and the insole under them: a loader, and a session that answers SELF_TEST.

    Attributes:
        done: what was asked, as (place, newtons).
        broken: places whose wire is cut; `shaking`: those that never rest.
    """

    together = False

    def __init__(self, loads_n: Sequence[float] = settings.BENCH_LOADS_N) -> None:
        self.loads_n = loads_n
        self.done: list[tuple[int, float]] = []
        self.broken: set[int] = set()
        self.shaking: set[int] = set()
        self.ended = False
        self.rises: list[float] = []
        self._force_n = [0.0] * 16
        self._asked = 0
        self._front_end = FrontEnd(5, None, Effects(drift=False, creep=False, noise=False))
        self.command_client = self

    async def unload(self, side: str) -> None:
        self._force_n = [0.0] * 16

    async def load(self, side: str, place: int, force_n: float) -> None:
        self.done.append((place, force_n))
        self.load_now(place, force_n)

    def load_now(self, place: int, force_n: float) -> None:
        """As a person puts a load on."""
        self._force_n[place] = force_n

    def seen(self, reading: BenchReading, rise: float) -> None:
        self.rises.append(rise)

    def end(self) -> None:
        self.ended = True

    async def ask(self, op: int, *arguments: int) -> Any:
        assert op == ids.OP_SELF_TEST
        self._asked += 1
        force = [0.0 if place in self.broken else self._force_n[place] for place in range(16)]
        codes = [int(code) for code in self._front_end.counts(_row(force), 20.0)[-1]]
        for place in self.shaking:
            codes[place] += 50 * (self._asked % 2)
        reply = messages.build_reply(op, 1, 0, *codes, tail=b"all good")
        return SimpleNamespace(reply=host_messages.parse_reply(reply))


def _row(force_n: Sequence[float]) -> Any:
    import numpy as np

    return np.array([force_n], np.float64)


async def test_every_load_goes_on_every_place_from_the_lightest_up() -> None:
    bed = Bed()
    measured = await measure(bed, bed, "left")  # type: ignore[arg-type]
    assert bed.done == [(place, load) for place in range(16) for load in settings.BENCH_LOADS_N]
    assert len(measured.readings) == 64 and len(measured.zero) == 16
    assert bed.rises == [one.count - measured.zero[one.sensor] for one in measured.readings]
    calibration = fit(measured, SERIAL, DAY)
    assert calibration.serial == SERIAL and calibration.made_on == "2026-03-09"
    assert all(curve.points == 4 for curve in calibration.sensors)
    assert all((curve.residual_pct or 99) < 10 for curve in calibration.sensors)


async def test_a_load_that_is_not_seen_names_its_place() -> None:
    bed = Bed()
    bed.broken = {3}
    with pytest.raises(BenchError, match=r"place 4, heel anterior: 5 N raise its code by .* only"):
        await measure(bed, bed, "left")  # type: ignore[arg-type]
    assert bed.done[-1] == (3, 5.0)


async def test_a_load_that_shakes_names_its_place() -> None:
    bed = Bed()
    bed.shaking = {0}
    with pytest.raises(BenchError, match=r"place 1, heel posterior, unloaded: its code moved by 50"):
        await measure(bed, bed, "left")  # type: ignore[arg-type]


async def test_the_bench_ends_however_it_went_and_its_readings_are_a_file_of_loads(tmp_path: Path) -> None:
    bed = Bed()
    bench = Bench(lambda port, serial: bed)
    made = await bench.calibrate(bed, "port", SERIAL, "left", DAY, tmp_path)  # type: ignore[arg-type]
    assert bed.ended
    again = await LoadsFile(tmp_path / "loads.csv").calibrate(
        bed, "port", SERIAL, "left", DAY, tmp_path  # type: ignore[arg-type]
    )  # fmt: skip
    for one, other in zip(made.sensors, again.sensors, strict=True):
        assert one.conductance_us_per_n == pytest.approx(other.conductance_us_per_n, rel=1e-3)
    (tmp_path / "loads.csv").rename(tmp_path / f"{SERIAL}.csv")
    found = await LoadsFile(tmp_path).calibrate(bed, "", SERIAL, "left", DAY, tmp_path)  # type: ignore[arg-type]
    assert found == again
    with pytest.raises(FileError):
        await LoadsFile(tmp_path).calibrate(bed, "", "other", "left", DAY, tmp_path)  # type: ignore[arg-type]
    bed.ended, bed.broken = False, {0}
    with pytest.raises(BenchError):
        await bench.calibrate(bed, "port", SERIAL, "left", DAY, tmp_path)  # type: ignore[arg-type]
    assert bed.ended


def test_readings_are_written_for_the_fit_that_people_use(tmp_path: Path) -> None:
    measured = Measured((), tuple(300.0 + place for place in range(16)))
    write_loads(measured, tmp_path / "loads.csv")
    assert [
        round(curve.zero_count) for curve in fit_loads(tmp_path / "loads.csv", SERIAL, DAY).sensors
    ] == list(range(300, 316))


def test_readings_that_make_no_curve_are_told(tmp_path: Path) -> None:
    falling = tuple(BenchReading(0, load, 900 - load) for load in (5.0, 20.0, 50.0, 100.0))
    with pytest.raises(BenchError, match="sensor 0"):
        fit(Measured(falling, (300.0,) * 16), SERIAL, DAY)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("place", range(16))
def test_the_picture_shows_every_place_once_and_marks_the_one_that_is_meant(side: str, place: int) -> None:
    drawn = picture(side, place)
    assert drawn.count("[") == 1 and f"[{place + 1}]" in drawn
    numbers = drawn.replace("[", " ").replace("]", " ").split()
    assert sorted(int(text) for text in numbers if text.isdecimal()) == list(range(1, 17))
    assert len({len(line) for line in drawn.splitlines()[1:-1]}) == 1
    first, second = ("9", "13") if side == "right" else ("13", "9")
    plain = picture(side, 0)
    heads = {
        text: line.index(f" {text} ")
        for line in plain.splitlines()
        for text in (first, second)
        if f" {text} " in line
    }
    assert heads[first] < heads[second], "the first metatarsal head is on the inner edge"


def test_a_person_is_asked_and_may_end(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    import click

    @click.command()
    def ask() -> None:
        asyncio.run(TerminalLoader().load("left", 8, 20.0))

    done = CliRunner().invoke(ask, input="\n")
    assert done.exception is None
    assert "place 9, mth1: put 20 N (2.04 kg) on it" in done.output and "[9]" in done.output
    assert isinstance(CliRunner().invoke(ask, input="q\n").exception, BenchError)


def test_a_feed_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "feed.bin").write_bytes(b"no feed")
    with pytest.raises(BenchError, match="is not a sensor feed"):
        TwinLoader(tmp_path / "feed.bin", 1)
