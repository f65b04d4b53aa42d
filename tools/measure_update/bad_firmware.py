"""Firmware that must not stay on an insole: all but the last are bad in a way that only their run shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from insole_protocol.layout_id import LAYOUT_ID
from plantigrade.firmware_image.build import compile_text, firmware_folder

from tools.measure_update.bench import ARCHITECTURE

Files = dict[str, bytes | None]

_MOST: Final = "MOST_S = const(600)"
_ADVERTISES: Final = """self._ble.gap_advertise(
"""
STARTUP: Final = "lib/insole/startup"
_ROUND: Final = """        self.rounds += 1
"""
_WRITES: Final = """        with open("/rounds.bin", "wb") as file:
            file.write(bytes(5000))
"""


def _compiled(name: str, text: str) -> Files:
    return {f"{name}.mpy": compile_text(f"{name}.py", text, ARCHITECTURE)}


def with_short_patience() -> Files:
    """A trial that waits 30 s for its host and not 600, so that nobody waits for it so long.

    Raises:
        ValueError: the firmware's trial does not state its 600 s where it did.
    """
    text = (firmware_folder() / "insole" / "update" / "trial.py").read_text(encoding="utf-8")
    if text.count(_MOST) != 1:
        raise ValueError(f"insole/update/trial.py has no line {_MOST!r}")
    return _compiled("lib/insole/update/trial", text.replace(_MOST, "MOST_S = const(30)"))


def crashes() -> Files:
    """It raises while it is imported."""
    return _compiled(STARTUP, 'raise ValueError("made to fail")\n')


def hangs() -> Files:
    """It loops where the watchdog is not fed."""
    return _compiled(STARTUP, "while True:\n    pass\n")


def never_advertises() -> Files:
    """It samples and logs, and no host can find it by radio.

    Raises:
        ValueError: the firmware's radio does not advertise where it did.
    """
    text = (firmware_folder() / "insole" / "radio.py").read_text(encoding="utf-8")
    if text.count(_ADVERTISES) != 1:
        raise ValueError(f"insole/radio.py has no {_ADVERTISES!r}")
    return _compiled(
        "lib/insole/radio", text.replace(_ADVERTISES, "return\n            self._ble.gap_advertise(\n")
    )


def loses_slots() -> Files:
    """It writes 5 KB to flash each second while it samples, and flash that is erased holds samples up.

    Raises:
        ValueError: the firmware's housekeeping does not count its rounds where it did.
    """
    text = (firmware_folder() / "insole" / "housekeeping.py").read_text(encoding="utf-8")
    if text.count(_ROUND) != 1:
        raise ValueError(f"insole/housekeeping.py has no {_ROUND!r}")
    return _compiled("lib/insole/housekeeping", text.replace(_ROUND, _ROUND + _WRITES))


def unchanged() -> Files:
    """The files of the firmware that runs."""
    return {}


@dataclass(frozen=True)
class Bad:
    """A firmware that must not stay.

    Attributes:
        files: what differs from the present one.
        short_trial: whether its trial may be shorter than a released one's: not where slots decide, of
            which a busy computer's virtual insole may lose none in some 3 s.
        layout: of the sensors that it asks for.
    """

    files: Callable[[], Files]
    short_trial: bool = True
    layout: int = LAYOUT_ID


KINDS: Final[dict[str, Bad]] = {
    "import raises": Bad(crashes),
    "loop that feeds no watchdog": Bad(hangs),
    "never advertises": Bad(never_advertises),
    "loses slots": Bad(loses_slots, short_trial=False),
    "asks for a newer layout": Bad(unchanged, layout=LAYOUT_ID + 1),
}
"""What is tried, by its name in the table."""
