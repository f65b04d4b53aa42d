"""Random walks against a plain model, on MicroPython, that can be repeated.

    def test_x():
        walk(Machine, steps=200)

`Machine(draw)` has `rules`, a list of (weight, method), `check()`, called after each step, and `end()`. What
fails tells its seed; the same walk again, and no other:

    PLANTIGRADE_WALK_SEED=17 pytest tests/firmware/test_cases.py -k walk

Hypothesis drives the same machines from CPython, step by step (tests/firmware/test_walks.py).
"""

import io
import os
import sys

SEEDS = (1, 2, 3, 4)
VARIABLE = "PLANTIGRADE_WALK_SEED"
SHOWN_STEPS = 25


class Draw:
    """Numbers that follow from a seed, the same on every computer."""

    def __init__(self, seed):
        self._state = (seed * 2654435761 + 12345) & 0x7FFFFFFF

    def below(self, end):
        """0 to end - 1."""
        return self._number() % end

    def _number(self):
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return self._state >> 8

    def choice(self, items):
        """One of a list."""
        return items[self.below(len(items))]

    def chance(self, percent):
        """Whether, so often in a hundred."""
        return self.below(100) < percent

    def weighted(self, rows):
        """The second of one of (weight, thing)."""
        at = self.below(sum([weight for weight, _ in rows]))
        for weight, thing in rows:
            at -= weight
            if at < 0:
                return thing
        raise AssertionError("no weight")


class Tape(Draw):
    """Numbers that somebody else has drawn; 0 when they are used up."""

    def __init__(self):
        super().__init__(0)
        self.numbers = []

    def _number(self):
        return self.numbers.pop(0) if self.numbers else 0


def walk(machine, steps, seeds=SEEDS):
    """Walk once for each seed; AssertionError with the seed and the last steps when one fails."""
    asked = os.getenv(VARIABLE)
    for seed in (int(asked),) if asked else seeds:
        history = []
        try:
            one = machine(Draw(seed))
            draw = Draw(seed + 1000003)
            for _ in range(steps):
                rule = draw.weighted(one.rules)
                shown = rule()
                history.append("%d %s" % (len(history) + 1, shown))
                one.check()
            history.append("the end")
            one.end()
        except Exception as error:
            text = io.StringIO()
            sys.print_exception(error, text)
            last = "\n".join(history[-SHOWN_STEPS:])
            raise AssertionError(  # noqa: B904 - MicroPython chains no exceptions
                "walk with seed %d failed after step %d; again: %s=%d\n%s\n%s"
                % (seed, len(history), VARIABLE, seed, last, text.getvalue())
            )
