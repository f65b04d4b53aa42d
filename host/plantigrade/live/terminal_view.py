"""The live view for a terminal: both feet, events, slot counts, clocks."""

from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from plantigrade.live.feet import COLUMNS, ROWS, picture
from plantigrade.live.state import FootState, LiveState

MAP_COLUMNS = 76
"""A narrower terminal gets figures without pictures."""
MAP_LINES = ROWS + 6


class TerminalView:
    """Redraws in place; leaves nothing behind."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> "TerminalView":
        """Take over the lower part of the terminal."""
        self._live.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Give it back."""
        self._live.__exit__(None, None, None)

    def show(self, state: LiveState) -> None:
        """Redraw."""
        self._live.update(draw(state, self._console.width, self._console.height), refresh=True)


def draw(state: LiveState, columns: int, lines: int) -> RenderableType:
    """The view of a state in a terminal of this size."""
    head = Text.assemble(("Plantigrade  ", "bold"), f"{state.source}  ", (state.stage, "dim"))
    progress = Table.grid(padding=(0, 1))
    share = min(1.0, state.elapsed_s / state.seconds) if state.seconds else 0.0
    bar_columns = max(10, min(40, columns - 24))
    progress.add_row(
        ProgressBar(total=1.0, completed=share, width=bar_columns),
        f"{state.elapsed_s:5.1f} / {state.seconds:g} s",
    )
    if columns < MAP_COLUMNS or lines < MAP_LINES:
        return Group(head, progress, _figures(state))
    body = Table.grid(padding=(0, 2))
    for _ in state.feet:
        body.add_column(width=COLUMNS)
    body.add_column()
    maps = [
        picture(foot.force_n, "left" if (foot.side or name) == "left" else "right")
        for name, foot in state.feet.items()
    ]
    body.add_row(*maps, Group(_figures(state), Text(), _events(state)))
    return Group(head, progress, Text(), body)


def _figures(state: LiveState) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=True, header_style="bold")
    table.add_column("")
    for side in state.feet:
        table.add_column(side, justify="right", min_width=9)
    rows: tuple[tuple[str, Callable[[FootState], str]], ...] = (
        ("link", lambda foot: foot.connection),
        ("force", lambda foot: f"{foot.total_n:.0f} N"),
        ("strides", lambda foot: f"{foot.strides}"),
        ("stride time", lambda foot: _known(foot.stride_s, "{:.3f} s")),
        ("frames", lambda foot: f"{foot.frames}"),
        ("missing", lambda foot: f"{foot.missing}"),
        ("latency", lambda foot: _known(foot.latency_ms, "{:.0f} ms")),
        ("clock", lambda foot: _known(foot.clock_ms, "±{:.1f} ms")),
        ("battery", lambda foot: _known(foot.battery_pct, "{:.0f} %")),
    )
    for title, show in rows:
        table.add_row(title, *(_cell(title, show(foot), foot) for foot in state.feet.values()))
    return table


def _cell(title: str, text: str, foot: FootState) -> Text:
    alarming = (title == "missing" and foot.missing > 0) or (title == "link" and foot.connection == "waiting")
    return Text(text, style="bold red" if alarming else "")


def _events(state: LiveState) -> Text:
    return Text("\n".join(state.events), style="dim")


def _known(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
