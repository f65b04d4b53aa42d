"""The live stream without a network: what is told to LSL, in which order, on which clock."""

from typing import Any

import numpy as np
import pytest
from insole_protocol import layout as places
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.calibration import Calibrator, nominal
from plantigrade.exports import lsl
from plantigrade.exports.lsl import FootStream, LslStreams, channel_names, clock_difference_s
from plantigrade.gait.pressure.own_insole import own_layout

IDENTITY = Identity("C0FFEE01", "left", "0.1.0", 1, 1, 0, 8_000)


class Node:
    """Keeps XML as lists: (name, value) or (name, [children])."""

    def __init__(self) -> None:
        self.children: list[tuple[str, Any]] = []

    def append_child(self, name: str) -> "Node":
        made = Node()
        self.children.append((name, made))
        return made

    def append_child_value(self, name: str, value: str) -> None:
        self.children.append((name, value))

    def named(self, name: str) -> list[Any]:
        return [value for key, value in self.children if key == name]

    def values(self) -> dict[str, Any]:
        return {key: value for key, value in self.children if isinstance(value, str)}


class FakeLsl:
    """Stands for pylsl."""

    cf_double64 = "double"

    def __init__(self) -> None:
        self.infos: list[tuple[Any, ...]] = []
        self.outlets: list[tuple[Any, ...]] = []
        self.pushed: list[tuple[np.ndarray, list[float]]] = []
        self.config: list[str] = []
        self.about = Node()

    def set_config_content(self, text: str) -> None:
        self.config.append(text)

    def StreamInfo(self, *arguments: Any) -> "FakeLsl":
        self.infos.append(arguments)
        return self

    def desc(self) -> Node:
        return self.about

    def StreamOutlet(self, *arguments: Any) -> "FakeLsl":
        self.outlets.append(arguments[1:])
        return self

    def push_chunk(self, samples: np.ndarray, times: list[float]) -> None:
        self.pushed.append((samples, times))

    def local_clock(self) -> float:
        return 5000.0 + lsl.now_ns() * 1e-9


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeLsl:
    made = FakeLsl()
    monkeypatch.setitem(__import__("sys").modules, "pylsl", made)  # type: ignore[arg-type]
    return made


def batch(
    first: int, rows: int, *, host_ns: list[int] | None, late: bool = False, slots: int = 1
) -> StampedFrames:
    seq = first + slots * np.arange(rows)
    counts = (1000 + 10 * np.arange(rows)[:, None] + np.arange(16)).astype(np.uint16)
    frames = Frames(b"", first, slots, 1, 0, seq * 8_000, counts, None, 0, late=late)
    return StampedFrames(frames, None if host_ns is None else np.array(host_ns), 0, 0)


def test_channels_are_forces_counts_and_the_slot() -> None:
    names = channel_names()
    assert len(names) == 33
    assert names[0] == f"{places.SENSOR_NAMES[0]} force" and names[15] == f"{places.SENSOR_NAMES[15]} force"
    assert names[16] == f"{places.SENSOR_NAMES[0]} count" and names[31] == f"{places.SENSOR_NAMES[15]} count"
    assert names[32] == "slot"


def test_a_stream_is_offered_with_rate_and_identity(fake: FakeLsl) -> None:
    stream = FootStream("left")
    stream.open(fake, IDENTITY, None, None)
    # 8000 us a slot are 125 Hz; a minute is kept for slow readers.
    assert fake.infos == [("Plantigrade left", "PlantarForce", 33, 125.0, "double", "plantigrade-C0FFEE01")]
    assert fake.outlets == [(0, 60)]


def test_samples(fake: FakeLsl) -> None:
    """Frames of two slots from slot 40 on: their slots are 40 and 42; the clock is 5000 s ahead of ours."""
    stream = FootStream("left")
    stream.open(fake, IDENTITY, None, None)
    stream.take(batch(40, 2, host_ns=[7_000_000_000, 7_016_000_000], slots=2))
    ((samples, times),) = fake.pushed
    counts = np.array([1000 + np.arange(16), 1010 + np.arange(16)], np.uint16)
    assert samples.shape == (2, 33) and samples.dtype == np.float64
    assert np.array_equal(samples[:, 16:32], counts)
    assert samples[:, 32].tolist() == [40.0, 42.0]
    assert np.array_equal(samples[:, :16], Calibrator(nominal(), 125.0).feed(counts).astype(float))
    assert times == pytest.approx([5007.0, 5007.016], abs=1e-3)
    assert (stream.pushed, stream.late, stream.untimed) == (2, 0, 0)


def test_what_is_late_or_has_no_time_is_counted_and_not_pushed(fake: FakeLsl) -> None:
    stream = FootStream("left")
    stream.take(batch(0, 4, host_ns=[0, 1, 2, 3]))
    assert (stream.pushed, stream.late, stream.untimed) == (0, 0, 0), "not offered yet"
    stream.open(fake, IDENTITY, None, None)
    for _ in range(2):
        stream.take(batch(0, 3, host_ns=[0, 1, 2], late=True))
        stream.take(batch(3, 2, host_ns=None))
        stream.take(batch(5, 4, host_ns=[0, 1, 2, 3]))
    assert (stream.pushed, stream.late, stream.untimed, len(fake.pushed)) == (8, 6, 4, 2)
    stream.close()
    stream.take(batch(9, 4, host_ns=[0, 1, 2, 3]))
    assert len(fake.pushed) == 2


@pytest.mark.parametrize("eu_size", [None, 40.0])
def test_the_description(eu_size: float | None, fake: FakeLsl) -> None:
    FootStream("left").open(fake, IDENTITY, None, eu_size)
    assert [name for name, _ in fake.about.children] == ["channels", "acquisition", "synchronization"]
    channels = fake.about.named("channels")[0].named("channel")
    assert [channel.values()["label"] for channel in channels] == list(channel_names())
    assert [channel.values()["unit"] for channel in channels] == ["newtons"] * 16 + ["none"] * 17
    assert [channel.values()["type"] for channel in channels] == ["force"] * 16 + ["count"] * 16 + ["slot"]
    layout = own_layout(eu_size)
    for index in (0, 5, 16, 31):
        place = channels[index].named("location")[0].values()
        sensor = index % 16
        assert place == {
            "X": f"{layout.x_mm[sensor]:.3f}", "Y": f"{layout.y_mm[sensor]:.3f}", "unit": "millimeters",
            "nominal_size": "yes" if eu_size is None else "no",
        }  # fmt: skip
        assert channels[index].values()["region"] == layout.region[sensor]
    assert channels[32].named("location") == []
    assert fake.about.named("acquisition")[0].values() == {
        "manufacturer": "Plantigrade", "serial_number": "C0FFEE01", "side": "left", "firmware": "0.1.0",
        "sensor_layout": layout.name, "calibration": "nominal",
    }  # fmt: skip
    assert fake.about.named("synchronization")[0].values() == {
        "can_drop_samples": "true",
        "time_source": "sampling time in the insole, compared with this computer's clock",
    }


def test_streams_of_a_run(fake: FakeLsl) -> None:
    """A stream begins when its insole says who it is, once; frames of others are not for it."""
    asked: list[str] = []

    def calibration_of(serial: str) -> None:
        asked.append(serial)

    streams = LslStreams(calibration_of=calibration_of, eu_size=40.0)
    insole = Insole("left", identity=None)
    streams.watch(insole)
    greet, take = insole.on_greeting[0], insole.on_frames[0]
    greet(insole)
    take(insole, batch(0, 1, host_ns=[0]))
    assert streams.streams == {}
    insole.identity = IDENTITY
    take(insole, batch(0, 1, host_ns=[0]))
    assert not fake.pushed
    greet(insole)
    greet(insole)
    take(insole, batch(0, 1, host_ns=[0]))
    assert asked == ["C0FFEE01"] and len(fake.infos) == 1 and len(fake.pushed) == 1
    assert streams.streams["C0FFEE01"].side == "left"
    streams.close()
    take(insole, batch(1, 1, host_ns=[0]))
    assert len(fake.pushed) == 1


def test_a_calibration_is_named_and_used(fake: FakeLsl) -> None:
    from dataclasses import replace

    known = replace(nominal(), serial="C0FFEE01", method="weights", made_on="2026-02-03")
    FootStream("left").open(fake, IDENTITY, known, None)
    assert fake.about.named("acquisition")[0].values()["calibration"] == "weights, 2026-02-03"


@pytest.mark.parametrize(("reach", "is_set"), [("computer", True), ("network", False)])
def test_the_reach_is_this_computer_unless_asked_otherwise(reach: str, is_set: bool, fake: FakeLsl) -> None:
    assert lsl.load(reach) is fake
    assert len(fake.config) == is_set
    if is_set:
        assert "ListenAddress = 127.0.0.1" in fake.config[0] and "ResolveScope = machine" in fake.config[0]


def test_the_difference_of_clocks_is_that_of_the_closest_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings take 4, 2 and 6 us (and 8 from then on): the second counts. Ours is read at 10.000 000 and
    10.000 002 s, theirs in between is 12.5 s: it is 2.499 999 s ahead."""
    ours = iter([
        5_000_000_000, 5_000_004_000, 10_000_000_000, 10_000_002_000, 15_000_000_000, 15_000_006_000,
        *(20_000_000_000 + 8_000 * n for n in range(34)),
    ])  # fmt: skip
    theirs = iter([99.0, 12.5, *[98.0] * 18])
    monkeypatch.setattr(lsl, "now_ns", lambda: next(ours))
    assert clock_difference_s(lambda: next(theirs)) == pytest.approx(2.499999, abs=1e-9)
    assert next(theirs, None) is None, "twenty readings"
