"""Everything that a twin or a soak draws follows from its seed; whatever fails says which, so that it can be
repeated.
"""

from collections.abc import Generator
from contextlib import contextmanager

import click

from plantigrade.errors import PlantigradeError


@contextmanager
def seed_in_notes(seed: int, again: str) -> Generator[None]:
    """Note on any exception that passes how to draw the same again.

    Args:
        seed: what everything inside is drawn from.
        again: the command that repeats it.
    """
    try:
        yield
    except Exception as error:
        error.add_note(f"seed {seed}; again: {again}")
        raise


@contextmanager
def seed_in_error(seed: int, again: str) -> Generator[None]:
    """The same for a command: our own errors say it in their one line, others in a line before theirs."""
    try:
        yield
    except PlantigradeError as error:
        raise SeededError(f"{error} (seed {seed}; again: {again})") from error
    except Exception:
        click.echo(f"plantigrade: seed {seed}; again: {again}", err=True)
        raise


class SeededError(PlantigradeError):
    """A failure of something that was drawn; the text ends with the seed and how to repeat it."""
