"""An insole comes back by itself whatever module of its firmware is broken, whatever lies in its flash."""

import pytest

from tests.firmware.boot_faults.broken import When, broken_source, modules
from tests.firmware.boot_faults.table import Fault, Outcome, faults, measure

pytestmark = pytest.mark.micropython
LONGEST_S = 60.0
"""Until HELLO is answered again: three starts that fail, each up to the watchdog, and safe mode."""
SOME = ("insole/sampler.py", "insole/startup.py", "safe_mode/__init__.py")


def check(outcomes: list[Outcome]) -> None:
    """Every one of them answers in time."""
    assert outcomes
    assert [one for one in outcomes if one.answer == "none"] == []
    assert [one for one in outcomes if one.seconds > LONGEST_S] == []


def test_the_modules_are_those_of_the_folders() -> None:
    found = modules()
    assert len(found) > 40
    assert {"insole/radio.py", "insole/recorder/writer.py", "drivers/led/__init__.py"} <= set(found)
    assert not any(name.endswith(("fake.py", "cases.py")) for name in found)


def test_a_fault_raises_where_it_says() -> None:
    """`Faults` has an `__init__` and `note`."""
    broken = {when: broken_source("insole/faults.py", when) or "" for when in When}
    for when, source in broken.items():
        assert source.count(f"raise RuntimeError('insole/faults.py at {when}')") == 1
    assert broken[When.IMPORT].startswith("raise")
    assert "self.storage_errors = 0" not in broken[When.INIT]
    assert "self.storage_errors = 0" in broken[When.RUN]
    assert "self.flags |= flag" not in broken[When.RUN]
    assert broken_source("boards/__init__.py", When.INIT) is None, "nothing is made there"


def test_some_faults_are_survived() -> None:
    check(measure(faults(SOME)))


def test_any_state_of_the_flash_is_survived_in_normal_mode() -> None:
    outcomes = measure([Fault("nothing"), *(fault for fault in faults() if fault.when is None)])
    check(outcomes)
    assert {(one.starts, one.answer) for one in outcomes} == {(1, "normal")}


@pytest.mark.soak
def test_every_fault_is_survived() -> None:
    outcomes = measure(faults())
    check(outcomes)
    assert sum(one.answer == "safe" for one in outcomes) > len(outcomes) // 2
