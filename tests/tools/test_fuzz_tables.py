"""Tables of all regions and programs, whole and damaged: no number is read wrong without a word.

The long run is `python -m tools.fuzz_tables --cases 100000`.
"""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.fuzz_tables.judge import Outcome, judged


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans())
def test_no_number_is_read_wrong_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, random: Random, damaged: bool
):
    verdict = judged(random, tmp_path_factory.getbasetemp(), damaged=damaged)
    assert verdict.outcome is not Outcome.WRONG, (verdict.damage, verdict.reason, verdict.content)


def test_tables_as_written_are_nearly_all_read(tmp_path: Path):
    """What is refused of them can be read in two ways, or hides row names before a single column."""
    verdicts = [judged(Random(case), tmp_path, damaged=False) for case in range(100)]
    refused = [verdict.reason for verdict in verdicts if verdict.outcome is Outcome.REFUSED]
    assert all(
        "may " in reason or "is not a number" in reason or "columns instead" in reason for reason in refused
    )
    assert len(refused) <= 10
    assert not [verdict for verdict in verdicts if verdict.outcome is Outcome.WRONG]
