"""Compute the golden recordings anew and say which figures changed.

    python -m tools.golden [--reason "..."]

Without a reason nothing is written. With one, the stored figures are replaced and CHANGELOG.md gets a row.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tools.golden import changelog, comparison, store
from tools.golden.figures import Tree
from tools.golden.recordings import compute

HOW = "to keep the new figures: make golden ARGS='--reason \"why they changed\"'"


def main(
    arguments: list[str] | None = None,
    *,
    figures: Path = store.FILE,
    changes: Path = changelog.FILE,
    computed: Callable[[], Tree] = compute,
) -> int:
    """0 when no figure changed beyond its tolerance or the change was written, else 1."""
    parser = argparse.ArgumentParser(prog="make golden", description=__doc__)
    parser.add_argument("--reason", help="why the figures changed, for CHANGELOG.md; writes both files")
    reason: str | None = parser.parse_args(arguments).reason
    if reason is not None and not reason.strip():
        parser.error("--reason needs words: they are all that later readers have")
    tolerances, stored = store.read(figures)
    tree = computed()
    found = comparison.changes(tolerances, stored, tree)
    if found:
        print(comparison.table(found))
    print(comparison.summary(found))
    beyond = any(change.beyond for change in found)
    if not beyond or reason is None:
        if beyond:
            print(HOW)
        return int(beyond)
    text = changelog.with_row(changes.read_text(encoding="utf-8"), changelog.row(reason, found))
    store.write(tolerances, tree, figures)
    changes.write_text(text, encoding="utf-8")
    print(f"wrote {figures.name} and a row of {changes.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
