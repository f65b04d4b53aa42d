"""The stock stack: unmodified bleak over unmodified BlueZ and a Linux kernel, in a virtual machine."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from plantigrade.twin.body import load_walk
from plantigrade.twin.feeds import write_feeds
from plantigrade.twin.pair import VirtualPair

from tools.vm.image import VmUnavailableError, boot_files
from tools.vm.machine import JobResult, run_job

pytestmark = pytest.mark.vm

ROOT = Path(__file__).resolve().parent.parent.parent
STREAM_S = 10
PLAIN_CLIENT = ROOT / "docs" / "how-to" / "plain_bleak_client.py"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> JobResult:
    """One boot for all tests of this file: our stream script, then the client of the how-to."""
    try:
        boot_files()
    except VmUnavailableError as error:
        pytest.skip(f"no virtual machine here: {error}")
    stream = ROOT / "tools" / "vm" / "guest" / "stream_both.py"
    jobs = [[sys.executable, str(stream), str(STREAM_S)], [sys.executable, str(PLAIN_CLIENT)]]

    async def run() -> JobResult:
        feeds = write_feeds(load_walk(None), tmp_path_factory.mktemp("feeds"))
        async with VirtualPair(feeds["left"], feeds["right"]) as pair:
            return await run_job(jobs, pair.radio.port, timeout_s=280)

    return asyncio.run(run())


def test_the_job_ran_to_its_end(result: JobResult) -> None:
    assert result.exit_code == 0, result.output


def test_both_insoles_stream_without_loss_and_again_with_the_bond(result: JobResult) -> None:
    line = next(line for line in result.output.splitlines() if line.startswith("RESULT "))
    connections = json.loads(line.removeprefix("RESULT "))["connections"]
    assert [(c["name"][:13], c["round"]) for c in connections] == [
        ("Plantigrade L", 1),
        ("Plantigrade R", 1),
        ("Plantigrade L", 2),
        ("Plantigrade R", 2),
    ]
    for connection in connections:
        assert connection["lost"] == 0, connection
        assert not any(connection["broken"].values()), connection
        assert (
            connection["frames"] + connection["late"]
            >= (STREAM_S if connection["round"] == 1 else 3) * 100 - 10
        )
        assert (connection["pair_s"] > 0) == (connection["round"] == 1)


def test_ten_lines_of_plain_bleak_read_battery_identity_and_cadence(result: JobResult) -> None:
    message = result.output.partition("RESULT ")[2]
    for side in "LR":
        name = f"Plantigrade {side} [0-9A-F]{{6}}"
        assert re.search(rf"{name} firmware \d+\.\d+", message), message
        battery = re.search(rf"{name} battery (\d+) %", message)
        assert battery and 0 < int(battery[1]) <= 100
    cadences = sorted(int(found) for found in re.findall(r"cadence (\d+) steps/min", message))
    assert len(cadences) >= 6
    assert 90 <= cadences[len(cadences) // 2] <= 140  # the bundled walk has about 119


def test_the_client_of_the_how_to_is_ten_lines_and_knows_nothing_of_us() -> None:
    text = PLAIN_CLIENT.read_text()
    assert "plantigrade" not in text and "insole_protocol" not in text
    assert len([line for line in text.splitlines() if line.strip()]) <= 14
    assert text.strip() in (PLAIN_CLIENT.parent / "plain-bleak-client.md").read_text()
