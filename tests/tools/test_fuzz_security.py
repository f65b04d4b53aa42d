"""The fuzz of what strangers' bytes reach: a few inputs of each kind, and that it notices what it is for.

The long run is `python -m tools.fuzz_security --inputs 10000000`.
"""

import random
from dataclasses import replace

import pytest
from insole_protocol import authentication

from tools.fuzz_security.__main__ import fire, main
from tools.fuzz_security.targets import Target, targets

TARGETS = targets()
INPUTS = 1500


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_every_parser_refuses_by_name_and_holds_little(target: Target) -> None:
    assert target.parse(list(target.seeds)), "what it begins with is well formed"
    outcome = fire(target, INPUTS, seed=5)
    assert outcome.bounded and outcome.inputs >= INPUTS
    assert 0 < outcome.taken <= outcome.inputs, "some are only moved or doubled"


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_no_two_seeds_of_chance_throw_the_same(target: Target) -> None:
    one, same, other = (target.batch(200, random.Random(seed)) for seed in (1, 1, 2))
    assert one == same != other
    assert len(set(one)) > 100, "and most inputs differ"


def test_a_crash_ends_it_with_the_input() -> None:
    def parse(inputs: list[bytes]) -> int:
        for data in inputs:
            if len(data) > 20:
                raise IndexError
        return len(inputs)

    with pytest.raises(AssertionError, match=r"key files: IndexError\(\), input [0-9a-f]{42}"):
        fire(replace(TARGETS[0], parse=parse), 512, seed=1)


def test_a_parser_that_takes_what_was_changed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody compared codes any more."""

    def same(_one: bytes, _other: bytes) -> bool:
        return True

    monkeypatch.setattr(authentication, "same", same)
    for name in ("proofs", "guarded messages"):
        (target,) = [one for one in TARGETS if one.name == name]
        with pytest.raises(AssertionError, match="was changed"):
            fire(target, INPUTS, seed=5)


def test_one_parser_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--inputs", "300", "--only", "noted events"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("noted events") and "512 inputs, 512 taken, 0 crashes" in line
