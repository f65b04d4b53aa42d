"""The closing summary for people."""

from typing import TextIO

from insole_protocol.gap_reasons import title_of
from rich.console import Console
from rich.table import Table

from plantigrade.demo.measure import Spread
from plantigrade.demo.summary import DemoResult, FootResult


def show_summary(result: DemoResult, out: TextIO) -> None:
    """Print what was reconstructed beside the truth."""
    console = Console(file=out, width=None if out.isatty() else 100, highlight=False)
    table = Table(
        title=f"{result.source}, {result.seconds:g} s, connection interval {result.interval_ms:g} ms"
    )
    table.add_column("")
    for side in result.insoles:
        table.add_column(side, justify="right")
    for title, cells in _rows(list(result.insoles.values())):
        table.add_row(title, *cells)
    console.print(table)
    console.print(f"left-right clock error against the truth: {_spread(result.left_right)}")
    console.print(f"processor time of the host: {result.host_cpu_pct:.0f} % of one core")
    problems = result.problems()
    console.print("sound: nothing missing, strides found again" if not problems else "NOT SOUND")


def _rows(feet: list[FootResult]) -> list[tuple[str, list[str]]]:
    def each(form: str, *names: str) -> list[str]:
        values = [[_value(foot, name) for name in names] for foot in feet]
        return [form.format(*row) if None not in row else "-" for row in values]

    return [
        ("frames sent by the firmware", each("{}", "frames_sent")),
        ("frames received / missing", each("{} / {}", "frames_received", "frames_missing")),
        ("slots requested = recorded + missing", [_accounting(foot) for foot in feet]),
        ("latency, sensor to host", [_spread(foot.latency) for foot in feet]),
        ("clock error against the truth", [_spread(foot.clock_error) for foot in feet]),
        (
            "clock: uncertainty stated, drift found",
            each("±{:.1f} ms, {:+.1f} ppm", "clock_uncertainty_ms", "drift_ppm"),
        ),
        ("strides found / in the source forces", each("{} / {}", "strides.found", "strides.reference")),
        (
            "stride time: bias, mean abs. difference",
            each("{:+.2f} / {:.2f} ms", "strides.bias_ms", "strides.mae_ms"),
        ),
        ("bytes a frame", each("{:.1f}", "bytes_per_frame")),
        ("connections made", each("{}", "connections")),
    ]


def _value(foot: FootResult, path: str) -> object:
    value: object = foot
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _accounting(foot: FootResult) -> str:
    ledger = foot.ledger
    reasons = ", ".join(f"{count} {title_of(reason)}" for reason, count in ledger.missing_by_reason.items())
    return f"{ledger.requested} = {ledger.recorded} + {ledger.missing}" + (f" ({reasons})" if reasons else "")


def _spread(spread: Spread) -> str:
    if spread.p50 is None:
        return "-"
    return f"p50 {spread.p50:.1f}, p95 {spread.p95:.1f}, p99 {spread.p99:.1f}, max {spread.max:.1f} ms"
