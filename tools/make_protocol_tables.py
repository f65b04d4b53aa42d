"""Write the tables of shared/PROTOCOL.md that the code declares: the commands, the reasons of gaps,
the counters of DIAGNOSTICS.

Each stands between `<!-- NAME, written by tools.make_protocol_tables -->` and `<!-- end of NAME -->`.
"""

import argparse
import ast
import sys
from itertools import pairwise
from pathlib import Path

from insole_protocol import declarations, diagnostic_names, gap_reasons, message_table

PROTOCOL = Path(__file__).resolve().parent.parent / "shared" / "PROTOCOL.md"


def texts() -> dict[str, str]:
    """What `message_table` says of each command, in the text below its number."""
    body = ast.parse(Path(message_table.__file__).read_text(encoding="utf-8")).body
    found: dict[str, str] = {}
    for line, below in pairwise(body):
        match line, below:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[name.removeprefix("OP_")] = " ".join(text.split())
            case _:
                pass
    return found


def _fields(fields: list[declarations.Field]) -> str:
    return ", ".join(_field(field) for field in fields) or "-"


def _field(field: declarations.Field) -> str:
    kind = {
        "text": "u8 n + text",
        "value": "bytes",
        "data": "bytes",
        "gaps": "count gaps, u32 next_cursor",
        "counters": "u8 n + n x u32",
        "b8": "8 bytes",
        "u16x16": "16 x u16",
    }.get(field.kind, field.kind)
    name = "" if field.name == field.kind else f" {field.name}"
    return kind + name + ("" if field.at_most is None else f" (0 to {field.at_most})")


def commands_table() -> str:
    """The table of section 4.

    Raises:
        KeyError: a command has no text below its number.
    """
    message = texts()
    lines = ["| op | name | arguments | reply | what it does |", "|---|---|---|---|---|"]
    for row in declarations.BY_OP.values():
        cells = (f"0x{row.op:02X}", row.name, _fields(row.arguments), _fields(row.reply), message[row.name])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def reasons_table() -> str:
    """The table of section 5."""
    lines = ["| code | name on the host | title | lost | what has happened |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.code} | {row.name} | {row.title} | {'yes' if row.is_lost else 'no'} | {row.meaning} |"
        for row in gap_reasons.TABLE
    ]
    return "\n".join(lines)


def counters_table() -> str:
    """The table of section 4.6."""
    lines = ["| place | name on the host | what it counts |", "|---|---|---|"]
    lines += [f"| {place} | {name} | {text} |" for place, (name, text) in enumerate(diagnostic_names.TABLE)]
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The document with its tables written anew.

    Raises:
        ValueError: a table has no place in the document.
    """
    tables = {"commands": commands_table(), "reasons": reasons_table(), "counters": counters_table()}
    for name, table in tables.items():
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
