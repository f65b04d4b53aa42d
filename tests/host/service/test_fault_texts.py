"""Whatever fault an insole tells, its wearer is told in a sentence: one in safe mode does not look well."""

import pytest
from insole_protocol import ids
from plantigrade.service.insoles.state import FAULTS, swapped

FLAGS = {name: value for name, value in vars(ids).items() if name.startswith("FAULT_")}


@pytest.mark.parametrize("name", FLAGS)
def test_each_fault_has_a_sentence(name: str) -> None:
    assert [text for flag, text in FAULTS if flag == FLAGS[name] and text]


def test_no_two_faults_read_alike() -> None:
    assert len({text for _, text in FAULTS}) == len(FAULTS) == len(FLAGS)


@pytest.mark.parametrize(
    ("side", "foot", "reported"),
    [("left", "left", 0), ("left", "", 0), ("unset", "right", 0), ("left", "right", 1), ("right", "left", 1)],
)
def test_an_insole_for_the_other_foot_is_told(side: str, foot: str, reported: int) -> None:
    texts = swapped(side, foot)
    assert len(texts) == reported and all(side in text and foot in text for text in texts)
