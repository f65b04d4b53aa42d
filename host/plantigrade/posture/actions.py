"""What the commands of `plantigrade posture` do: files in, tables or JSON out."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import NEWTONS_PER_KG, Walk
from plantigrade.imports.formats import read
from plantigrade.json_output import write_json
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline, TagReference, day_from_strides
from plantigrade.posture.baseline.before_after import (
    MINIMAL_CHANGE,
    STANCE_ASYMMETRY,
    Difference,
    compare,
)
from plantigrade.posture.diary.day_load import loads_of
from plantigrade.posture.norms.levels import rules_with
from plantigrade.posture.norms.reference_set import load_reference
from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.posture.rules_engine.even_time import seconds_of
from plantigrade.posture.rules_engine.features import (
    Observation,
    StrideColumns,
    estimate_weight_n,
    from_analysis,
    stride_observations,
)
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.pair_gain import circumstance_of, pair_gain
from plantigrade.posture.rules_engine.rulebook import Edit, RuleBook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, NO_SOURCE
from plantigrade.posture.rules_engine.section import (
    OWN_LAYOUT_PREFIX,
    alert_as_json,
    as_json,
    findings,
    sentence_of,
)

RULES_SCHEMA = "plantigrade.rules/1"
ALERTS_SCHEMA = "plantigrade.alerts/1"
COMPARE_SCHEMA = "plantigrade.comparison/1"


@dataclass(frozen=True)
class Wanted:
    """A recording and what to judge it with.

    Attributes:
        recording: file of a known format.
        book: rules that hold.
        reference: usual values of the footwear; None where there are none.
        body_weight_kg: stands before that of the file.
        otherwise_kg: weight where neither says it.
        norms: a reference set from which levels are taken; None for the shipped ones.
    """

    recording: Path
    book: RuleBook
    reference: TagReference | None = None
    body_weight_kg: float | None = None
    otherwise_kg: float | None = None
    norms: Path | None = None

    def rules(self) -> RuleBook:
        """The rules that hold: the patient's edits of the levels that follow from the reference set."""
        if self.norms is None:
            return self.book
        return RuleBook(rules_with(load_reference(self.norms), all_rules()), tuple(self.book.trail))


def show_rules(book: RuleBook, json_file: Path | None) -> None:
    """List the rules that hold."""
    if json_file is not None:
        listed = [
            asdict(rule)
            | {
                "scope": rule.scope.value,
                "severity": rule.severity.value,
                "combine": rule.combine.value,
                "terms": [asdict(term) | {"statistic": term.statistic.value} for term in rule.terms],
                "elsewhere": [asdict(other) | {"on": other.on.value} for other in rule.elsewhere],
                "rule_version": book.label(rule.id),
                "limit_source": (rule.limit_source or NO_SOURCE) if rule.prescribed else "",
            }
            for rule in book.rules.values()
        ]
        write_json({"schema": RULES_SCHEMA, "engine": ENGINE_VERSION, "rules": listed}, json_file)
        return
    table = Table("rule", "version", "raise", "clear", "unit", "dwell s", "severity", box=None)
    table.columns[0].no_wrap = True
    for rule in book.rules.values():
        levels = (f"{rule.raise_level:g}", f"{rule.clear_level:g}")
        label = book.label(rule.id)
        severity = rule.severity.value if rule.enabled else f"{rule.severity.value}, off"
        table.add_row(rule.id, label, *levels, rule.unit, f"{rule.dwell_s:g}", severity)
    Console(highlight=False).print(table)


def show_edit(made: Edit, book: RuleBook, place: str) -> None:
    """Say what was changed, and where the edit is stored."""
    click.echo(
        f"{made.rule} is now version {book.label(made.rule)}: {made.field} {made.old:g} -> {made.new:g} "
        f"(kept in {place})"
    )


def show_history(book: RuleBook, json_file: Path | None) -> None:
    """The audit trail of a patient's rules."""
    if json_file is not None:
        write_json({"schema": RULES_SCHEMA, "edits": [asdict(edit) for edit in book.trail]}, json_file)
        return
    for made in book.trail:
        click.echo(
            f"{made.at}  {made.by}: {made.rule} (shipped version {made.shipped_version}) {made.field} "
            f"{made.old:g} -> {made.new:g}: {made.reason}"
        )
    if not book.trail:
        click.echo("No edits: the shipped rules hold.")


def _analysed(
    path: Path, body_weight_kg: float | None, otherwise_kg: float | None = None
) -> tuple[Walk, Analysis]:
    walk = read(path)
    if body_weight_kg is None and walk.body_weight_n is None:
        body_weight_kg = otherwise_kg
    if body_weight_kg is not None:
        walk = replace(walk, body_weight_n=body_weight_kg * NEWTONS_PER_KG)
    return walk, analyze(walk)


def show_alerts(wanted: Wanted, json_file: Path | None) -> None:
    """Findings and alerts of a recording."""
    book, reference = wanted.rules(), wanted.reference
    walk, analysis = _analysed(wanted.recording, wanted.body_weight_kg, wanted.otherwise_kg)
    tables = from_analysis(analysis, walk.relative_sd)
    layout = walk.feet[0].layout
    own = layout is not None and layout.name.startswith(OWN_LAYOUT_PREFIX)
    on = circumstance_of(walk)
    monitor = Monitor(book, reference, own_insole=own and on is None, on=on)
    monitor.feed([*stride_observations(tables), *_seconds(walk, tables)])
    monitor.finish()
    texts = catalogue()
    reported = [alert_as_json(alert, texts) for alert in monitor.log.alerts]
    gain = pair_gain(walk, analysis.pair_load)
    judged = findings(tables, layout, book, reference, on=on, gain=gain)
    found = [as_json(finding, texts) for finding in judged]
    if json_file is not None:
        write_json(
            {
                "schema": ALERTS_SCHEMA,
                "algorithm": analysis.algorithm_version,
                "engine": ENGINE_VERSION,
                "input": str(wanted.recording),
                "alerts": reported,
                "findings": found,
            },
            json_file,
        )
        return
    _say(reported, found, texts.disclaimer)


def _seconds(walk: Walk, tables: list[StrideColumns]) -> list[Observation]:
    """Standing and wear; without a known body weight by that of the strides."""
    return seconds_of(walk, walk.body_weight_n or estimate_weight_n(tables))


def _say(alerts: list[dict[str, Any]], found: list[dict[str, Any]], disclaimer: str) -> None:
    for alert in alerts:
        quiet = "" if alert["shown"] else " (suppressed)"
        click.echo(
            f"{alert['raised_s']:7.0f} s  {alert['severity']}  {alert['rule']} (version "
            f"{alert['rule_version']}), {alert['foot']}{quiet}: {alert['patient']}"
        )
    if not alerts:
        click.echo("No alert.")
    present = [entry for entry in found if entry["state"] == "present"]
    unknown = sum(entry["state"] == "unknown" for entry in found)
    for entry in present:
        sure = f", {100 * entry['confidence']:.0f} % sure" if entry["confidence"] is not None else ""
        click.echo(
            f"finding  {entry['rule']} (version {entry['rule_version']}), {entry['foot']}: "
            f"{entry['value']:.3g} where {entry['raise_level']:g} is the level{sure}. {sentence_of(entry)}"
        )
    click.echo(
        f"{len(present)} findings, {len(found) - len(present) - unknown} absent, {unknown} not known. "
        f"{disclaimer}"
    )


def day_of(
    recording: Path, tag: str, day: date, body_weight_kg: float | None, otherwise_kg: float | None = None
) -> Day:
    """What a recording says of a day; weights as of `Wanted`.

    Raises:
        FileError: it cannot be read, or has too few strides.
    """
    walk, analysis = _analysed(recording, body_weight_kg, otherwise_kg)
    tables = from_analysis(analysis)
    found = day_from_strides(day, tag, tables, loads_of(analysis, tables, _seconds(walk, tables)))
    if found is None:
        raise FileError(
            recording, "has fewer than 60 valid strides a foot: too few for a day of the baseline"
        )
    return found


def show_learned(learned: PersonalBaseline, tag: str, place: str) -> None:
    """Say how many days of a tag there are, and whether they are enough."""
    days = sum(known.tag == tag for known in learned.days)
    ready = "" if learned.for_tag(tag) else "; three are needed"
    click.echo(f"{place}: {days} days of {tag!r}{ready}")


def compare_recordings(
    before: tuple[Path, ...],
    after: tuple[Path, ...],
    metrics: tuple[str, ...],
    paired: bool,
    body_weight_kg: float | None,
    json_file: Path | None,
) -> None:
    """Differences of two sets of recordings."""
    sides = [
        [from_analysis(_analysed(path, body_weight_kg)[1]) for path in paths] for paths in (before, after)
    ]
    known = {name for session in (*sides[0], *sides[1]) for table in session for name in table.values}
    if unknown := set(metrics) - known - {STANCE_ASYMMETRY}:
        raise PlantigradeError(f"no stride value is called {', '.join(sorted(unknown))}")
    found = compare(sides[0], sides[1], metrics or tuple(MINIMAL_CHANGE), paired=paired)
    if json_file is not None:
        listed = [_difference_as_json(one) for one in found]
        write_json({"schema": COMPARE_SCHEMA, "differences": listed}, json_file)
        return
    for one in found:
        click.echo(one.words)
    if not found:
        raise PlantigradeError("no value is known on both sides: 12 valid strides a recording are needed")


def _difference_as_json(one: Difference) -> dict[str, Any]:
    known = asdict(one) | {"foot": one.foot.value}
    return {key: None if value != value else value for key, value in known.items()}
