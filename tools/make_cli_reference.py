"""Writes docs/reference/cli.md from the commands themselves: `python -m tools.make_cli_reference`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from plantigrade import cli

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """# Command line

Generated from the commands by `python -m tools.make_cli_reference`; a test compares them.

Exit codes: 0 success, 1 failure (one line on stderr; `--debug` shows the traceback), 2 wrong usage, 130
interrupted with Ctrl-C.
"""
COLUMNS = 100


def page() -> str:
    """The whole page."""
    os.environ["COLUMNS"] = str(COLUMNS)
    return HEAD + "".join(_sections(cli.plantigrade, "plantigrade", None, 2))


def _sections(command: click.Command, name: str, parent: click.Context | None, level: int) -> Iterator[str]:
    settings: dict[str, Any] = {
        **command.context_settings,
        "max_content_width": COLUMNS,
        "terminal_width": COLUMNS,
    }
    context = click.Context(command, info_name=name, parent=parent, **settings)
    path = context.command_path
    text = command.get_help(context).rstrip()
    yield f"\n{'#' * min(level, 4)} {path}\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from _sections(found, child, context, level + 1)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
