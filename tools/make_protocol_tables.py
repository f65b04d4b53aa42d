"""Write the tables of shared/PROTOCOL.md that the code declares: the commands and the reasons of gaps.

Each stands between `<!-- NAME, written by tools.make_protocol_tables -->` and `<!-- end of NAME -->`.
"""

import argparse
import sys
from pathlib import Path

from insole_protocol import gap_reasons

PROTOCOL = Path(__file__).resolve().parent.parent / "shared" / "PROTOCOL.md"


def reasons_table() -> str:
    """The table of section 5."""
    lines = ["| code | name on the host | title | lost | what has happened |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.code} | {row.name} | {row.title} | {'yes' if row.is_lost else 'no'} | {row.meaning} |"
        for row in gap_reasons.TABLE
    ]
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The document with its tables written anew.

    Raises:
        ValueError: a table has no place in the document.
    """
    for name, table in {"reasons": reasons_table()}.items():
        begin = f"<!-- {name}, written by tools.make_protocol_tables -->\n"
        end = f"\n<!-- end of {name} -->"
        start = text.index(begin) + len(begin)
        text = text[:start] + table + text[text.index(end, start) :]
    return text


def main(arguments: list[str] | None = None) -> int:
    """Write the tables, or with --check say whether they are current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit 1 when a table is out of date"
    )
    check = bool(parser.parse_args(arguments).check)
    text = PROTOCOL.read_text(encoding="utf-8")
    current = with_tables(text)
    if check and current != text:
        print("PROTOCOL.md is out of date: run python -m tools.make_protocol_tables", file=sys.stderr)
        return 1
    if not check:
        PROTOCOL.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
