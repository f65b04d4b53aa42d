"""What `plantigrade reference show` prints."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from plantigrade.json_output import write_json
from plantigrade.posture.norms.levels import levels_from
from plantigrade.posture.norms.reference_set import SCHEMA, SHIPPED, Distribution, load_reference
from plantigrade.posture.rules_engine.rules import shipped_rules


def show_reference(file: Path | None, json_file: Path | None) -> None:
    """A set with the levels that follow from it, as tables or JSON."""
    found = load_reference(file or SHIPPED)
    taken = levels_from(found, shipped_rules())
    if json_file is not None:
        listed = [asdict(one) | {"unit": one.unit} for one in found.distributions.values()]
        levels = [asdict(one) for one in taken]
        values = asdict(found) | {"distributions": listed, "levels": levels}
        write_json({"schema": SCHEMA, **values}, json_file)
        return
    click.echo(f"{found.name}, version {found.version}: {found.people} people, {found.instrument}")
    for label, text in (("Source", found.source), ("Licence", found.licence), ("Note", found.note)):
        if text:
            click.echo(f"{label}: {text}")
    table = Table("parameter", "n", "mean", "SD", "5 %", "95 %", "residual", "slopes", box=None)
    for column in table.columns[:-1]:
        column.no_wrap = True
    for one in found.distributions.values():
        name = f"{one.key} {one.unit}".strip()
        figures = (one.mean, one.sd, one.low, one.high, one.residual_sd)
        table.add_row(name, str(one.n), *map(_text, figures), _slopes(one))
    Console(highlight=False).print(table)
    held = Table("rule", "by", "SDs", "raise", "clear", "marked", box=None)
    for level in taken:
        levels = (level.raise_level, level.clear_level, level.marked_level)
        held.add_row(level.rule, level.key, f"{level.sds:.2f}", *map(_text, levels))
    Console(highlight=False).print(held)


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _slopes(one: Distribution) -> str:
    return "; ".join(f"{slope.of} {slope.per_unit:+.3g}" for slope in one.slopes) or "-"
