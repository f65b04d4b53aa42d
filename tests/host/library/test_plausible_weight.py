"""Weights that look wrong are asked about where they are entered, and taken all the same."""

from pathlib import Path

import pytest
from plantigrade.library.person.plausible import question_of_peak, question_of_weight

from tests.host.library.command_line import document, refused, run


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "before_kg", "asked"),
    [
        (71.5, None, None, ""),
        (71.5, 175.0, 70.0, ""),
        (200.0, None, None, ""),
        (250.0, None, None, "As newtons it would be 25 kg, as pounds 113 kg"),
        (25.0, None, None, ""),
        (7.15, None, None, "weigh so little"),
        (150.0, 120.0, None, "body mass index is 104"),  # 150 / 1.2 / 1.2
        (30.0, 180.0, None, "body mass index is 9"),
        (71.5, 175.0, 95.5, "It was 95.5 kg before"),  # 24.0 of 95.5 are 25.1 %
        (71.5, 175.0, 95.3, ""),
        (90.0, None, 71.5, "It was 71.5 kg before"),
    ],
)
def test_what_is_asked(
    weight_kg: float, height_cm: float | None, before_kg: float | None, asked: str
) -> None:
    found = question_of_weight(weight_kg, height_cm, before_kg)
    assert asked in found and bool(found) == bool(asked)


@pytest.mark.parametrize(
    ("peak_n", "asked"),
    [(None, ""), (412.0, ""), (411.0, "0.6 of"), (1372.0, ""), (1374.0, "2 of"), (70.0, "0.1")],
)
def test_a_weight_is_compared_with_the_steps(peak_n: float | None, asked: str) -> None:
    """70 kg are 686.5 N: 0.6 of it 411.9 N, twice 1372.9 N."""
    found = question_of_peak(70.0, peak_n)
    assert asked in found and bool(found) == bool(asked)


def test_the_commands_ask_and_store_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    added = run(data, "person", "add", "P001", "--weight-kg", "250")
    assert added.stdout == "P001\n" and "P001: is 250 kg right?" in added.stderr
    mended = run(data, "person", "change", "P001", "--weight-kg", "72", "--height-cm", "175")
    assert "It was 250 kg before" in mended.stderr
    weighed = run(data, "person", "weigh", "P001", "--kg", "7.2")
    assert weighed.exit_code == 0 and "weigh so little" in weighed.stderr
    assert run(data, "person", "change", "P001", "--name", "Anna").stderr == ""
    assert document(data, "people")["people"][0]["weight_kg"] == 7.2
    assert "815 N are 83.1 kg" in refused(data, "person", "weigh", "P001", "--kg", "815")
