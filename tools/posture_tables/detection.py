"""Sensitivity and specificity of each pattern, the degree at which half are found, and what else is
reported."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat

from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.posture.baseline.baseline import TagReference
from plantigrade.posture.rules_engine.findings import State
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Circumstance
from plantigrade.posture.rules_engine.section import findings
from plantigrade.twin.body import Condition
from plantigrade.twin.wearer import EU_SIZE, PAIR_GAIN_LOG_SD, Wearer

from tools.posture_tables.patterns import MATCHED, Pattern
from tools.posture_tables.sessions import (
    BASELINE_DAYS,
    BASELINE_S,
    EACH_LEG_S,
    SESSION_S,
    baseline,
    matched,
    session,
)
from tools.posture_tables.table import Table, met, proportion

SENSITIVITY, SPECIFICITY = 0.90, 0.95
WALK_DAY = 100
Key = tuple[str, str, float]


@dataclass(frozen=True)
class Judged:
    """What was said of a walk: identifiers of rules, with `MATCHED` behind those that knew the gains.

    Attributes:
        present: of at least one foot.
        judged: so or not so, of at least one foot.
    """

    present: frozenset[str]
    judged: frozenset[str]


Found = dict[Key, Judged]
NEUTRAL: Key = ("neutral", "", 0.0)
_book = cache(RuleBook)


def one_person(seed: int, patterns: tuple[Pattern, ...]) -> Found:
    """Rules found for one person in each condition; the neutral walk is `NEUTRAL`."""
    wearer = Wearer(seed)
    reference = baseline(wearer)
    weighed = {p.kind for p in patterns if any(rule.endswith(MATCHED) for rule in p.rules)}
    found: Found = {NEUTRAL: _judged(wearer, (), reference, bool(weighed))}
    for pattern in patterns:
        for degree in pattern.degrees:
            key = (pattern.kind, pattern.side, degree)
            if key not in found:
                found[key] = _judged(wearer, (pattern.condition(degree),), reference, pattern.kind in weighed)
    return found


def _judged(
    wearer: Wearer, conditions: tuple[Condition, ...], reference: TagReference, on_each_leg: bool
) -> Judged:
    """What is said of a walk; where the wearer stood on each leg as well, also with the gains known."""
    tables = session(wearer, WALK_DAY, conditions)
    layout = own_layout(EU_SIZE)
    found = findings(tables, layout, _book(), reference, uncertainty=False)
    states = [(one.rule, one.state) for one in found]
    gain = matched(wearer, WALK_DAY, conditions) if on_each_leg else None
    if gain is not None:
        found = findings(tables, layout, _book(), reference, uncertainty=False, gain=gain)
        states += [(one.rule + MATCHED, one.state) for one in found if one.on is Circumstance.MATCHED]
    return Judged(
        frozenset(rule for rule, state in states if state is State.PRESENT),
        frozenset(rule for rule, state in states if state is not State.UNKNOWN),
    )


def _everyone(seeds: range, patterns: tuple[Pattern, ...], processes: int) -> list[Found]:
    if processes == 1:
        return [one_person(seed, patterns) for seed in seeds]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(one_person, seeds, repeat(patterns), chunksize=4))


def measure(people: int, first_seed: int, processes: int, patterns: tuple[Pattern, ...]) -> list[Table]:
    """The tables over `people` virtual people: detection, and every rule against every condition."""
    results = _everyone(range(first_seed, first_seed + people), patterns, processes)
    rows = [_row(pattern, results) for pattern in patterns]
    texts = (
        f"{people} virtual people (seeds {first_seed} to {first_seed + people - 1}), each with insoles of "
        "their own, calibrated on the virtual bench and by body weight, all imperfections on. A finding from "
        f"one walk of {SESSION_S:.0f} s on a day of its own; baselines from {BASELINE_DAYS} neutral days of "
        f"{BASELINE_S:.0f} s. Sensitivity at the clinically relevant degree, specificity on the same "
        f"people's neutral walk; Wilson intervals of 95 %. Bars {SENSITIVITY:.2f} / {SPECIFICITY:.2f}. "
        "Judged: share of the people of whom the rule says anything at all; of them are the other figures. "
        f"Insoles of a pair differ in gain (SD {100 * PAIR_GAIN_LOG_SD:.1f} %); where they are matched, the "
        f"same insoles stood on each leg for {EACH_LEG_S:.0f} s on that day. "
        "Levels were tuned on seeds 20000 to 20239, those of pronation and supination after a look at 60000 "
        "to 60099 as well, and on none of these. Other seeds: `--seed`, other degrees: `--degrees "
        "flat-foot=1,1.5`."
    )
    columns = (
        *("pattern", "at", "judged", "sensitivity", "", "specificity", ""),
        *("half found at", "found at each degree"),
    )
    return [Table("Detection of patterns", texts, columns, tuple(rows)), _confusion(patterns, results)]


def _row(pattern: Pattern, results: Sequence[Found]) -> tuple[str, ...]:
    degrees = {degree: (pattern.kind, pattern.side, degree) for degree in pattern.degrees}
    hits, of = _present(pattern, degrees[float(pattern.clinical)], results)
    alarmed, judged = _present(pattern, NEUTRAL, results)
    shares = [(0.0, _share(alarmed, judged))]
    shares += [(degree, _share(*_present(pattern, key, results))) for degree, key in degrees.items()]
    quiet = judged - alarmed
    return (
        pattern.name,
        f"{pattern.clinical:g}",
        f"{of / len(results):.2f}",
        proportion(hits, of),
        met(_share(hits, of), SENSITIVITY) if pattern.claimed else "not claimed",
        proportion(quiet, judged),
        met(_share(quiet, judged), SPECIFICITY),
        _half(shares),
        ", ".join(f"{degree:g}: {share:.2f}" for degree, share in shares[1:]),
    )


def _present(pattern: Pattern, key: Key, results: Sequence[Found]) -> tuple[int, int]:
    """People in whom the pattern is found in a condition, and those who could be judged."""
    judged_people = [found[key] for found in results if not found[key].judged.isdisjoint(pattern.rules)]
    return sum(not one.present.isdisjoint(pattern.rules) for one in judged_people), len(judged_people)


def _share(part: int, of: int) -> float:
    return part / of if of else float("nan")


def _half(shares: list[tuple[float, float]]) -> str:
    """Degree at which half are found, by linear interpolation."""
    for (d0, s0), (d1, s1) in pairwise(shares):
        if s0 < 0.5 <= s1:
            return f"{d0 + (0.5 - s0) / (s1 - s0) * (d1 - d0):.2g}"
    return f"< {shares[0][0]:g}" if shares[0][1] >= 0.5 else f"> {shares[-1][0]:g}"


def _confusion(patterns: tuple[Pattern, ...], results: Sequence[Found]) -> Table:
    """Share of people with each rule in each condition at its clinical degree."""
    keys: dict[Key, str] = {NEUTRAL: "neutral"}
    for pattern in patterns:
        key = (pattern.kind, pattern.side, float(pattern.clinical))
        keys.setdefault(key, f"{pattern.kind}:{pattern.clinical:g}")
    rows: list[tuple[str, ...]] = []
    for key, label in keys.items():
        own = {rule for p in patterns if (p.kind, p.side) == key[:2] for rule in p.rules}
        shares = {
            rule: sum(rule in found[key].present for found in results) / len(results)
            for rule in _book().rules
            if rule not in own
        }
        others = sorted(((share, rule) for rule, share in shares.items() if share >= 0.05), reverse=True)
        reported = ", ".join(f"{rule} {share:.2f}" for share, rule in others) or "-"
        rows.append((label, reported))
    texts = (
        "Rules other than the pattern's own that are present in at least 5 % of the people in a condition at "
        "its clinically relevant degree. Some belong together (a load on one side is an asymmetry of load); "
        "the rest shows how far a finding names a pattern and no other."
    )
    return Table("What else is reported", texts, ("condition", "other rules"), tuple(rows))
