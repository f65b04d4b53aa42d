"""Firmware that must not stay on an insole, each bad in a way that no check before its start can find."""

from collections.abc import Callable
from typing import Final

from plantigrade.firmware_image.build import compile_text, firmware_folder

from tools.measure_update.bench import ARCHITECTURE

Files = dict[str, bytes | None]

_MOST: Final = "MOST_S = const(600)"
_ADVERTISES: Final = """self._ble.gap_advertise(
"""
STARTUP: Final = "lib/insole/startup"


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


KINDS: Final[dict[str, Callable[[], Files]]] = {
    "import raises": crashes,
    "loop that feeds no watchdog": hangs,
    "never advertises": never_advertises,
}
"""What is tried, by its name in the table."""
