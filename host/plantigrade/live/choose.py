"""Which view suits the output."""

from typing import TextIO

from plantigrade.live.plain import PlainView
from plantigrade.live.state import View


def choose_view(out: TextIO) -> View:
    """Pictures for a terminal, lines for everything else."""
    if not out.isatty():
        return PlainView(out)
    from rich.console import Console

    from plantigrade.live.terminal_view import TerminalView

    console = Console(file=out)
    return PlainView(out) if console.is_dumb_terminal else TerminalView(console)
