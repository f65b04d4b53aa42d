"""`/demo`: what was found of the virtual pair's walk beside the truth, which only a twin knows.

The page shows `plantigrade.demo/1` (docs/reference/demo-json.md) as `plantigrade demo` has left it in its own
library; in any other library there is no such page.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Document, Page, Shown
from plantigrade.web.visit import RefusedError, Visit

SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class Row:
    """A line of the summary: its name among the words, and the cells of left and right."""

    name: str
    left: str
    right: str


def summary_file(library: Library) -> Path:
    """Where the demo leaves its summary."""
    return library.data_dir / "demo" / "summary.json"


def show(visit: Visit) -> Answer:
    """The page."""
    values, formats = _summary(visit), formats_of(visit)
    feet = [values["insoles"][side] | {"strides": values["strides"][side]} for side in SIDES]
    rows = [Row(name, *(make(foot, formats) for foot in feet)) for name, make in _ROWS.items()]
    return Shown(
        "pages/demo_summary/demo_summary.html",
        {
            "rows": rows,
            "sound": values["sound"],
            "problems": values["problems"],
            "source": values["source"],
            "seconds": formats.quantity(values["seconds"], "s"),
            "interval": formats.quantity(values["interval_ms"], "ms"),
            "left_right": _spread(values["left_right_clock_error_ms"], formats),
            "cpu": formats.quantity(values["host_cpu_pct"], "%"),
        },
    )


def as_json(visit: Visit) -> Document:
    """The same as `plantigrade.demo/1`."""
    return Document(_summary(visit))


def _summary(visit: Visit) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(summary_file(visit.site.library).read_text(encoding="utf-8"))
    except OSError as error:
        raise RefusedError(404) from error
    return values


def _spread(spread: dict[str, float | None], formats: Formats) -> str:
    return formats.words(
        "demo-summary.spread",
        p50=formats.number(spread["p50"], 1),
        p99=formats.number(spread["p99"], 1),
        most=formats.quantity(spread["max"], "ms", 1),
    )


_ROWS: Final[dict[str, Callable[[dict[str, Any], Formats], str]]] = {
    "frames": lambda foot, formats: formats.words(
        "demo-summary.of-all",
        part=formats.number(foot["frames_received"]),
        all=formats.number(foot["frames_sent"]),
    ),
    "missing": lambda foot, formats: formats.number(foot["frames_missing"]),
    "latency": lambda foot, formats: _spread(foot["latency_ms"], formats),
    "clock": lambda foot, formats: _spread(foot["clock_error_ms"], formats),
    "strides": lambda foot, formats: formats.words(
        "demo-summary.of-all",
        part=formats.number(foot["strides"]["matched"]),
        all=formats.number(foot["strides"]["reference"]),
    ),
    "stride-time": lambda foot, formats: formats.quantity(foot["strides"]["mae_ms"], "ms", 2),
    "connections": lambda foot, formats: formats.number(foot["connections"]),
}

PAGE: Final = Page("demo-summary", "/demo", Action.SEE, show, as_json=as_json)
