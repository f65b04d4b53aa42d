"""What is known of wearings and cuts, in one file that is replaced as a whole: the commit point of every cut.

A wearing has a journal of its own. A switch says that from a moment on the insoles of a group belong to
another wearing; for each insole it becomes a cut at a slot as soon as slots after that moment are known. From
cut to cut run the segments of an insole, so that each slot belongs to one wearing.
"""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from plantigrade.errors import FileError
from plantigrade.files.durable import replace_text

SCHEMA: Final = "plantigrade.wearings/1"
FILE: Final = "wearings.json"


class RegisterError(FileError):
    """The file of wearings cannot be read or written."""


class Stage(StrEnum):
    """How far a wearing has come."""

    OPEN = "open"
    ENDED = "ended"
    """Its end is known, and there is no recording yet."""
    PROVISIONAL = "provisional"
    FINAL = "final"


class Kind(StrEnum):
    """Why a wearing is one."""

    DAY = "day"
    FINITE = "finite"
    """A recording that someone began and ends."""


@dataclass
class Wearing:
    """One wearing.

    Attributes:
        number: of it; never used again.
        group: whose insoles: code of a person, or "" for insoles that are nobody's pair.
        kind: why it is one.
        zone: name of the time zone whose midnight ends it; "" for the computer's.
        title: of a finite recording.
        recording: identifier of its recording; "" before the first load.
        from_utc_ns: of the cut that it begins with; 0 for the first of a group.
        first_load_utc_ns, last_load_utc_ns, ended_utc_ns: None before they are known.
        stage: how far it has come.
        version: of its recording; 0 while there is none.
        finalized_bytes: of the journal, when the recording was made.
        changed_utc_ns: when something came for it last.
        loaded_sides: which feet were loaded, once it has ended.
        mixed: one foot of this pair was worn with one of another pair.
    """

    number: int
    group: str
    kind: Kind = Kind.DAY
    zone: str = ""
    title: str = ""
    recording: str = ""
    from_utc_ns: int = 0
    first_load_utc_ns: int | None = None
    last_load_utc_ns: int | None = None
    ended_utc_ns: int | None = None
    stage: Stage = Stage.OPEN
    version: int = 0
    finalized_bytes: int = 0
    changed_utc_ns: int = 0
    loaded_sides: tuple[str, ...] = ()
    mixed: bool = False

    @property
    def journal(self) -> str:
        """Name of its journal."""
        return f"{self.number:06}.journal"


class Moment(NamedTuple):
    """A moment that outlives a restart of the host, whose monotonic clock then begins anew."""

    host_boot: str
    monotonic_ns: int
    utc_ns: int


class Switch(NamedTuple):
    """From a moment on the insoles of a group belong to a wearing. Numbers rise."""

    number: int
    group: str
    moment: Moment
    wearing: int


class Segment(NamedTuple):
    """Slots from `first` on, to the next segment, belong to a wearing."""

    first: int
    wearing: int


class Piece(NamedTuple):
    """Slots `first` to `end - 1` of a wearing; `end` None: open."""

    first: int
    end: int | None
    wearing: int


@dataclass
class KnownInsole:
    """An insole that has been heard.

    Attributes:
        side: as it reports it.
        group: as of `Wearing`.
        segments: in rising order; none before its first record.
        applied: number of the last switch that became a cut.
        heard_utc_ns: when it was heard last, to within some minutes.
    """

    serial: str
    side: str
    group: str
    segments: list[Segment] = field(default_factory=list[Segment])
    applied: int = 0
    heard_utc_ns: int = 0

    def pieces(self, from_slot: int = 0) -> list[Piece]:
        """The segments with their ends, beginning with the one that a slot lies in."""
        at = max(0, len(self.segments) - 1)
        while at > 0 and self.segments[at].first > from_slot:
            at -= 1
        segments = self.segments[at:]
        ends = [*(segment.first for segment in segments[1:]), None]
        return [
            Piece(segment.first, end, segment.wearing) for segment, end in zip(segments, ends, strict=False)
        ]

    def cut(self, slot: int, wearing: int) -> None:
        """From this slot on the insole belongs to another wearing."""
        while self.segments and self.segments[-1].first >= slot:
            self.segments.pop()
        if not self.segments or self.segments[-1].wearing != wearing:
            self.segments.append(Segment(slot, wearing))


@dataclass
class Register:
    """All wearings that are not over and done with.

    Attributes:
        host_boot, shift_ns: the time line of this run of the host's clock: UTC minus monotonic time.
    """

    path: Path
    wearings: dict[int, Wearing] = field(default_factory=dict[int, Wearing])
    insoles: dict[str, KnownInsole] = field(default_factory=dict[str, KnownInsole])
    switches: list[Switch] = field(default_factory=list[Switch])
    host_boot: str = ""
    shift_ns: int = 0
    next_wearing: int = 1
    next_switch: int = 1

    def add_wearing(self, group: str, kind: Kind = Kind.DAY, zone: str = "", title: str = "") -> Wearing:
        """A new wearing."""
        wearing = Wearing(self.next_wearing, group, kind, zone, title)
        self.next_wearing += 1
        self.wearings[wearing.number] = wearing
        return wearing

    def add_switch(self, group: str, moment: Moment, wearing: int) -> Switch:
        """From a moment on a group wears another wearing."""
        switch = Switch(self.next_switch, group, moment, wearing)
        self.next_switch += 1
        self.switches.append(switch)
        return switch

    def switches_of(self, group: str, after: int = 0) -> list[Switch]:
        """The switches of a group, in order, behind a number."""
        return [switch for switch in self.switches if switch.group == group and switch.number > after]

    def current(self, group: str) -> Wearing | None:
        """The wearing that a group is in now."""
        switches = self.switches_of(group)
        return None if not switches else self.wearings.get(switches[-1].wearing)

    def members(self, group: str) -> list[KnownInsole]:
        """The insoles of a group."""
        return [insole for insole in self.insoles.values() if insole.group == group]

    def drop(self, number: int) -> None:
        """Forget a wearing; its slots are settled for good."""
        self.wearings.pop(number, None)
        for insole in self.insoles.values():
            while len(insole.segments) > 1 and insole.segments[0].wearing not in self.wearings:
                insole.segments.pop(0)
        last = {switch.group: switch.number for switch in self.switches}
        self.switches = [
            switch
            for switch in self.switches
            if switch.number == last[switch.group] or switch.wearing in self.wearings
        ]

    def save(self) -> None:
        """Put it into its file.

        Raises:
            RegisterError: the disk does not take it; the file is as it was.
        """
        values: dict[str, Any] = {
            "schema": SCHEMA,
            "host_boot": self.host_boot,
            "shift_ns": self.shift_ns,
            "next_wearing": self.next_wearing,
            "next_switch": self.next_switch,
            "wearings": [asdict(wearing) for wearing in self.wearings.values()],
            "insoles": [asdict(insole) for insole in self.insoles.values()],
            "switches": self.switches,
        }
        try:
            replace_text(self.path, json.dumps(values, separators=(",", ":")) + "\n")
        except OSError as error:
            raise RegisterError(self.path, f"cannot be written: {error.strerror}; make room") from error


def load_register(path: Path) -> Register:
    """The register of a file; an empty one where there is none.

    Raises:
        RegisterError: it cannot be read, or is not understood.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Register(path)
    except (OSError, ValueError) as error:
        raise RegisterError(path, f"cannot be read: {error}") from error
    try:
        if values["schema"] != SCHEMA:
            raise RegisterError(path, f"has schema {values['schema']}; this version reads {SCHEMA}")
        wearings = [_wearing(entry) for entry in values["wearings"]]
        insoles = [_insole(entry) for entry in values["insoles"]]
        return Register(
            path,
            {wearing.number: wearing for wearing in wearings},
            {insole.serial: insole for insole in insoles},
            [
                Switch(int(number), str(group), Moment(*moment), int(wearing))
                for number, group, moment, wearing in values["switches"]
            ],
            str(values["host_boot"]),
            int(values["shift_ns"]),
            int(values["next_wearing"]),
            int(values["next_switch"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RegisterError(path, f"is damaged: {error}") from error


def _wearing(entry: dict[str, Any]) -> Wearing:
    entry["kind"], entry["stage"] = Kind(entry["kind"]), Stage(entry["stage"])
    entry["loaded_sides"] = tuple(str(side) for side in entry["loaded_sides"])
    return Wearing(**entry)


def _insole(entry: dict[str, Any]) -> KnownInsole:
    entry["segments"] = [Segment(int(first), int(wearing)) for first, wearing in entry["segments"]]
    return KnownInsole(**entry)
