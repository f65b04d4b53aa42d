"""Write the tables of docs/reference/events.md from the events themselves: names, types and what they mean.

Each stands between `<!-- NAME, written by tools.make_events_page -->` and `<!-- end of NAME -->`.
"""

import argparse
import inspect
import re
import sys
from dataclasses import fields
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from plantigrade.service.events import Event, StrideEvent
from plantigrade.service.publish.event_json import NAMES
from plantigrade.service.publish.privacy import ABOUT_HEALTH

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "events.md"
_PLAIN: Final = {str: "text", int: "integer", float: "number", bool: "true or false", NoneType: "null"}


def meanings(event: type[Event]) -> dict[str, str]:
    """What the docstring says of each field."""
    text = inspect.getdoc(event) or ""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in text.partition("Attributes:\n")[2].splitlines():
        begin = re.match(r"    ([\w, ]+): (.*)", line)
        if begin:
            names = begin[1].split(", ")
            found |= dict.fromkeys(names, begin[2])
        else:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


def type_name(hint: Any) -> str:
    """A type as JSON has it."""
    if get_origin(hint) is UnionType:
        return " or ".join(type_name(one) for one in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f'"{one.value}"' for one in hint)
    if get_origin(hint) is tuple:
        return f"list of {type_name(get_args(hint)[0])}"
    return _PLAIN[hint]


def table(event: type[Event]) -> str:
    """The table of one event.

    Raises:
        KeyError: a field has no meaning in the docstring, or a type that JSON has no word for.
    """
    hints, meaning = get_type_hints(event), meanings(event)
    first = (inspect.getdoc(event) or "").partition("\n")[0]
    left = "; about health" if issubclass(event, ABOUT_HEALTH) else ""
    lines = [f"{first.rstrip('.')}{left}.", "", "| field | type | meaning |", "|---|---|---|"]
    for item in fields(event):
        is_object = event is StrideEvent and item.name == "values"
        kind = "object of numbers" if is_object else type_name(hints[item.name])
        lines.append(f"| {item.name} | {kind} | {meaning[item.name]} |".replace(" None", " null"))
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The page with its tables written anew.

    Raises:
        ValueError: a table has no place on the page.
    """
    for event, name in NAMES.items():
        begin = f"<!-- {name}, written by tools.make_events_page -->\n"
        end = f"\n<!-- end of {name} -->"
        start = text.index(begin) + len(begin)
        text = text[:start] + table(event) + text[text.index(end, start) :]
    return text


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.make_events_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, and fail when it is outdated")
    options = parser.parse_args(arguments)
    old = PAGE.read_text(encoding="utf-8")
    new = with_tables(old)
    if not options.check:
        PAGE.write_text(new, encoding="utf-8")
    elif new != old:
        print(f"{PAGE} is outdated; run: python -m tools.make_events_page", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
