"""A slot takes nothing from the heap, on either build, however long the insole runs and however high its slot
numbers are; and the check sees what does."""

import re
from functools import cache

import pytest

from tests.firmware.interpreters import Build, run_on
from tests.firmware.micropython_run import HERE

EARLY_US, LATE_US = 1_000_000, (1 << 30) + 5_000_000
LINE = re.compile(r"^(.*?) +(\d+) us +([\d.]+) bytes a slot +(True|False)$", re.MULTILINE)


@cache
def measured(build: Build) -> dict[tuple[str, int], tuple[float, bool]]:
    """(bytes left a slot, whether it runs with the heap locked) for each case and uptime."""
    ended = run_on(build, HERE / "scripts" / "heap_per_sample.py")
    found = {
        (name, int(uptime_us)): (float(left), locked == "True")
        for name, uptime_us, left, locked in LINE.findall(ended.stdout)
    }
    assert len(found) == 14, ended.stdout + ended.stderr
    return found


@pytest.mark.micropython
@pytest.mark.parametrize("uptime_us", [EARLY_US, LATE_US])
@pytest.mark.parametrize(
    "mode", ["live", "live, log full", "live, nothing goes", "daily, walking", "daily, standing"]
)
@pytest.mark.parametrize("build", Build)
def test_nothing_is_taken(build: Build, mode: str, uptime_us: int) -> None:
    assert measured(build)[mode, uptime_us] == (0.0, True)


@pytest.mark.micropython
@pytest.mark.parametrize("build", Build)
def test_a_list_is_seen(build: Build) -> None:
    left, locked = measured(build)["control: a list", EARLY_US]
    assert left >= 16
    assert not locked


@pytest.mark.micropython
def test_a_sum_beyond_31_bits_is_seen_where_integers_have_31_bits() -> None:
    assert measured(Build.WASM)["control: a sum", EARLY_US] == (32.0, False)
    assert measured(Build.UNIX)["control: a sum", EARLY_US] == (0.0, True), "the other build cannot see it"
