"""Tests that draw tell their seed when they fail; PLANTIGRADE_SEED=17 in the environment draws the same."""

import os
import random
from collections.abc import Generator
from contextlib import contextmanager

VARIABLE = "PLANTIGRADE_SEED"


@contextmanager
def drawn(seed: int) -> Generator[random.Random]:
    """A generator for a test; the seed is noted on whatever fails inside."""
    chosen = int(os.environ.get(VARIABLE, seed))
    try:
        yield random.Random(chosen)
    except BaseException as error:
        error.add_note(f"drawn from seed {chosen}; again: {VARIABLE}={chosen}")
        raise
