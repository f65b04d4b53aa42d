"""The row of CHANGELOG.md that says why figures changed and by how much."""

import math
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from plantigrade.text_format import counted

from tools.golden.comparison import Change, largest

FILE: Final = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
WIDTH: Final = 115
_UNRELEASED = re.compile(r"^## .*\(unreleased\)", re.MULTILINE | re.IGNORECASE)
_NEXT_VERSION = re.compile(r"^## ", re.MULTILINE)
_RESULTS = re.compile(r"^(?:#+ )?Results\b", re.MULTILINE)
_NEXT_PART = re.compile(r"\n\n(?=#|[A-Z][^\n]*:\n)")


class NoPlaceError(Exception):
    """The changelog has no unreleased version."""


def row(reason: str, found: Sequence[Change]) -> str:
    """The list item: the reason, how many figures moved, and the one that moved most."""
    beyond = [change for change in found if change.beyond]
    recordings = {change.path.partition(".")[0] for change in beyond}
    most = largest(found)
    recording, _, figure = most.path.partition(".")
    many = f"{counted(len(beyond), 'figure')} of {counted(len(recordings), 'golden recording')} changed"
    effect = f"`{figure}` of {recording.replace('_', ' ')} {_of(most)}"
    return textwrap.fill(
        f"{reason.strip().rstrip('.')}. {many}, most of all {effect}.",
        WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def with_row(text: str, line: str) -> str:
    """The changelog with the row at the end of the unreleased version's "Results" part, which is begun where
    there is none.

    Raises:
        NoPlaceError: there is no unreleased version.
    """
    head = _UNRELEASED.search(text)
    if head is None:
        raise NoPlaceError("CHANGELOG.md has no version that is marked as (unreleased)")
    following = _NEXT_VERSION.search(text, head.end())
    end = following.start() if following else len(text)
    section, rest = text[:end], text[end:]
    results = _RESULTS.search(section, head.end())
    if results is None:
        return f"{section.rstrip()}\n\nResults:\n\n{line}\n" + (f"\n{rest}" if rest else "")
    part_end = _NEXT_PART.search(section, results.end())
    stop = part_end.start() if part_end else len(section)
    part, others = section[results.start() : stop].rstrip(), section[stop:].strip("\n")
    is_list = part.splitlines()[-1].startswith(("- ", "  "))
    grown = section[: results.start()] + part + ("\n" if is_list else "\n\n") + line + "\n"
    return grown + (f"\n{others}\n" if others else "") + (f"\n{rest}" if rest else "")


def _of(change: Change) -> str:
    if change.old is None:
        return f"is new ({change.new})"
    if change.new is None:
        return f"is gone (was {change.old})"
    relative = change.relative
    share = f" ({100 * relative:+.2g} %)" if relative is not None and math.isfinite(relative) else ""
    return f"from {change.old} to {change.new}{share}"
