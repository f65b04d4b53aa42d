"""How long to wait before the next attempt to connect."""

import random
from dataclasses import dataclass, field


@dataclass
class Backoff:
    """Exponential back-off with jitter: attempt n waits `first_s * factor**n`, at most `longest_s`.

    Each wait is shortened by a random share of up to `jitter`, so that two insoles that vanished together
    do not come back in step.
    """

    first_s: float = 0.3
    factor: float = 2.0
    longest_s: float = 30.0
    jitter: float = 0.5
    rng: random.Random = field(default_factory=random.Random)
    attempts: int = 0

    def next_s(self) -> float:
        """The wait before the next attempt, in seconds."""
        # The exponent is capped because factor**n overflows after a night out of reach.
        wait = min(self.longest_s, self.first_s * self.factor ** min(self.attempts, 64))
        self.attempts += 1
        return wait * (1.0 - self.jitter * self.rng.random())

    def reset(self) -> None:
        """An attempt succeeded: the next failure starts at `first_s` again."""
        self.attempts = 0
