# pylsl has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Live samples on the Lab Streaming Layer: one stream for each insole.

A sample holds 16 forces in newtons, the 16 raw counts behind them and the number of the slot, in doubles, so
that a recording made of the stream lacks nothing and shows what it lost. Time stamps are the sampling times
as the bridge knows them, on the clock of LSL. A stream runs forwards: what comes late from an insole's log is
in the recording of the library and not in the stream, and shows as a step of the slot number.

LSL is not encrypted and tells everyone in its reach what it has. Unless asked otherwise its reach is this
computer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from insole_protocol import layout as places

from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.calibration import Calibration, Calibrator, nominal
from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.link.base import now_ns

if TYPE_CHECKING:
    from pylsl import StreamOutlet

KIND: Final = "PlantarForce"
MAX_BUFFERED_S: Final = 60
_CLOCK_TRIES: Final = 20
_THIS_COMPUTER: Final = """[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
[log]
level = -3
"""
_NETWORK: Final = "[log]\nlevel = -3\n"


class LslError(PlantigradeError):
    """The Lab Streaming Layer cannot be used."""


def load(reach: str = "computer") -> Any:
    """The module `pylsl` with its library, set to a reach: "computer" or "network".

    With "network" the user's own LSL configuration counts. The first call of a process decides.

    Raises:
        MissingPartError: pylsl is not installed.
        LslError: its library liblsl is not there or does not run on this computer.
    """
    try:
        import pylsl
    except ModuleNotFoundError as error:
        raise MissingPartError("the live stream", "exports", error.name or "pylsl") from error
    except (RuntimeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise LslError(f"the Lab Streaming Layer cannot be loaded: {reason[:300]}") from error
    if reach == "computer":
        pylsl.set_config_content(_THIS_COMPUTER)
    return pylsl


def channel_names() -> tuple[str, ...]:
    """The channels of a stream in their order."""
    forces = [f"{name} force" for name in places.SENSOR_NAMES]
    return (*forces, *(f"{name} count" for name in places.SENSOR_NAMES), "slot")


@dataclass
class FootStream:
    """The stream of one insole.

    Attributes:
        side: "left", "right" or "unset".
        pushed: frames in the stream.
        late: frames that came from the log when later ones were in the stream already.
        untimed: frames whose time the bridge did not know yet.
    """

    side: str
    pushed: int = 0
    late: int = 0
    untimed: int = 0
    _outlet: "StreamOutlet | None" = None
    _calibrator: Calibrator | None = None
    _ahead_s: float = 0.0

    def open(
        self, lsl: Any, identity: Identity, calibration: Calibration | None, eu_size: float | None
    ) -> None:
        """Offer the stream; from now on LSL finds it."""
        rate_hz = 1e6 / identity.period_us
        self._calibrator = Calibrator(calibration or nominal(), rate_hz)
        info = lsl.StreamInfo(
            f"Plantigrade {self.side}",
            KIND,
            len(channel_names()),
            rate_hz,
            lsl.cf_double64,
            f"plantigrade-{identity.serial}",
        )
        _describe(info.desc(), identity, calibration, eu_size)
        self._outlet = lsl.StreamOutlet(info, 0, MAX_BUFFERED_S)
        self._ahead_s = clock_difference_s(lsl.local_clock)

    def take(self, stamped: StampedFrames) -> None:
        """Push a batch of the bridge."""
        frames = stamped.frames
        if self._outlet is None or self._calibrator is None:
            return
        if frames.late:
            self.late += len(frames)
            return
        if stamped.host_ns is None:
            self.untimed += len(frames)
            return
        samples = np.empty((len(frames), len(channel_names())))
        samples[:, :16] = self._calibrator.feed(frames.counts)
        samples[:, 16:32] = frames.counts
        samples[:, 32] = frames.seq + np.arange(len(frames)) * frames.slots_per_frame
        times_s = stamped.host_ns * 1e-9 + self._ahead_s
        self._outlet.push_chunk(samples, times_s.tolist())
        self.pushed += len(frames)

    def close(self) -> None:
        """Take the stream away."""
        self._outlet = None


@dataclass
class LslStreams:
    """The streams of all insoles of a run.

    Args:
        reach: "computer" or "network".
        calibration_of: the calibration of a serial number, None where only the design is known.
        eu_size: of the insoles, for places in millimetres.

    Raises:
        MissingPartError, LslError: as `load`.
    """

    reach: str = "computer"
    calibration_of: Callable[[str], Calibration | None] = lambda serial: None
    eu_size: float | None = None
    streams: dict[str, FootStream] = field(default_factory=dict[str, FootStream])

    def __post_init__(self) -> None:
        self._lsl = load(self.reach)

    def watch(self, insole: Insole) -> None:
        """Offer this insole as a stream as soon as it has said who it is."""
        insole.on_greeting.append(self._greeted)
        insole.on_frames.append(self._take)

    def take(self, insole: Insole, stamped: StampedFrames) -> None:
        """Push frames of an insole that is not watched; its stream is offered first where there is none."""
        self._greeted(insole)
        self._take(insole, stamped)

    def close(self) -> None:
        """Take all streams away."""
        for stream in self.streams.values():
            stream.close()

    def _greeted(self, insole: Insole) -> None:
        identity = insole.identity
        if identity is None or identity.serial in self.streams:
            return
        stream = self.streams[identity.serial] = FootStream(identity.side)
        stream.open(self._lsl, identity, self.calibration_of(identity.serial), self.eu_size)

    def _take(self, insole: Insole, stamped: StampedFrames) -> None:
        if insole.identity is not None and insole.identity.serial in self.streams:
            self.streams[insole.identity.serial].take(stamped)


def clock_difference_s(clock: Callable[[], float]) -> float:
    """How far a clock in seconds is ahead of the bridge's, read between two looks at ours."""
    closest, ahead_s = float("inf"), 0.0
    for _ in range(_CLOCK_TRIES):
        before = now_ns()
        theirs = clock()
        after = now_ns()
        if after - before < closest:
            closest, ahead_s = after - before, theirs - 0.5e-9 * (before + after)
    return ahead_s


def _describe(about: Any, identity: Identity, calibration: Calibration | None, eu_size: float | None) -> None:
    """Metadata in the shape that XDF recommends: channels with names, units and places, and who measured."""
    layout = own_layout(eu_size)
    channels = about.append_child("channels")
    for index, name in enumerate(channel_names()):
        channel = channels.append_child("channel")
        kind = "force" if index < 16 else "count" if index < 32 else "slot"
        unit = {"force": "newtons", "count": "none", "slot": "none"}[kind]
        for key, value in (("label", name), ("unit", unit), ("type", kind)):
            channel.append_child_value(key, value)
        if index < 32:
            sensor = index % 16
            place = channel.append_child("location")
            place.append_child_value("X", f"{layout.x_mm[sensor]:.3f}")
            place.append_child_value("Y", f"{layout.y_mm[sensor]:.3f}")
            place.append_child_value("unit", "millimeters")
            place.append_child_value("nominal_size", "yes" if layout.relative else "no")
            channel.append_child_value("region", layout.region[sensor])
    acquisition = about.append_child("acquisition")
    for key, value in (
        ("manufacturer", "Plantigrade"),
        ("serial_number", identity.serial),
        ("side", identity.side),
        ("firmware", identity.firmware),
        ("sensor_layout", layout.name),
        ("calibration", "nominal" if calibration is None else f"{calibration.method}, {calibration.made_on}"),
    ):
        acquisition.append_child_value(key, value)
    synchronization = about.append_child("synchronization")
    synchronization.append_child_value("can_drop_samples", "true")
    synchronization.append_child_value(
        "time_source", "sampling time in the insole, compared with this computer's clock"
    )
