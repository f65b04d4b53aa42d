"""Sensitivity and specificity of each pattern, and the degree at which half are found."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.posture.findings import State
from plantigrade.posture.section import findings
from plantigrade.twin.body import Condition
from plantigrade.twin.wearer import EU_SIZE, Wearer

from tools.posture_tables.sessions import BASELINE_DAYS, SESSION_S, baseline, session
from tools.posture_tables.table import Table, met, proportion


@dataclass(frozen=True)
class Pattern:
    """A pattern: its condition, the degrees tried, the clinically relevant one, and the rules that count as
    found."""

    name: str
    kind: str
    degrees: tuple[float, ...]
    clinical: float
    rules: tuple[str, ...]
    side: str = "both"


SMALL = (1.0, 2.0, 3.0)
LENGTHS = (10.0, 20.0, 30.0)
PATTERNS = (
    Pattern("low arch", "flat-foot", SMALL, 2, ("low-arch",)),
    Pattern("arch drift (own baseline)", "flat-foot", SMALL, 2, ("arch-drift",)),
    Pattern("high arch", "high-arch", SMALL, 2, ("high-arch",)),
    Pattern("overpronation", "pronation", SMALL, 2, ("pronation",)),
    Pattern("supination", "supination", SMALL, 2, ("supination",)),
    Pattern("pronation drift (own baseline)", "pronation", SMALL, 2, ("pronation-drift",)),
    Pattern("supination drift (own baseline)", "supination", SMALL, 2, ("supination-drift",)),
    Pattern("left-right timing asymmetry", "antalgic", SMALL, 2, ("stance-asymmetry",), "left"),
    Pattern("left-right load asymmetry", "antalgic", SMALL, 2, ("load-asymmetry",), "left"),
    Pattern("leg length, raised-shoe pattern", "leg-length", LENGTHS, 20, ("leg-length",), "left"),
    Pattern(
        "leg length, patients' pattern", "leg-length-patients", LENGTHS, 20, ("leg-length-patients",), "left"
    ),
    Pattern("forefoot overload", "forefoot-overload", SMALL, 2, ("forefoot-overload",)),
    Pattern("forefoot overload (own baseline)", "forefoot-overload", SMALL, 2, ("forefoot-overload-drift",)),
    Pattern("heel overload (own baseline)", "heel-overload", SMALL, 2, ("heel-overload-drift",)),
    Pattern("high loading rate (own baseline)", "hard-heel", SMALL, 2, ("loading-rate-drift",)),
    Pattern(
        "reduced push-off (own baseline)", "weak-push-off", SMALL, 2, ("push-off-drift", "push-off-missing")
    ),
    Pattern("rising variability", "unsteady", SMALL, 2, ("stride-variability",)),
    Pattern("longer double support (own baseline)", "unsteady", SMALL, 2, ("double-support-drift",)),
)
POPULATION = tuple(p for p in PATTERNS if "own baseline" not in p.name)
SENSITIVITY, SPECIFICITY = 0.90, 0.95
Found = dict[tuple[str, str, float], frozenset[str]]


def one_person(seed: int) -> Found:
    """Rules found for one person: (kind, side, degree) to rules; the neutral day is ("neutral", "", 0)."""
    wearer = Wearer(seed)
    reference = baseline(wearer)
    layout = own_layout(EU_SIZE)
    found: Found = {}

    def judge(key: tuple[str, str, float], conditions: tuple[Condition, ...]) -> None:
        if key not in found:
            tables = session(wearer, 100, conditions)
            present = [f.rule for f in findings(tables, layout, None, reference) if f.state is State.PRESENT]
            found[key] = frozenset(present)

    judge(("neutral", "", 0.0), ())
    for pattern in PATTERNS:
        for degree in pattern.degrees:
            side = "left" if pattern.side == "left" else "both"
            judge((pattern.kind, pattern.side, degree), (Condition(pattern.kind, degree, side),))
    return found


def measure(people: int, first_seed: int, processes: int) -> Table:
    """The table over `people` virtual people."""
    seeds = range(first_seed, first_seed + people)
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(one_person, seeds, chunksize=4))
    rows = [_row(pattern, results) for pattern in PATTERNS]
    words = (
        f"{people} virtual people (seeds {first_seed} to {first_seed + people - 1}), each with insoles of "
        "their own, "
        "calibrated on the virtual bench and by body weight, all imperfections on. A finding from one walk "
        "of "
        f"{SESSION_S:.0f} s on a day of its own; baselines from {BASELINE_DAYS} neutral days. Sensitivity at "
        "the "
        f"clinically relevant degree, specificity on the same people's neutral walk; 95 % intervals. "
        f"Bars {SENSITIVITY:.2f} / {SPECIFICITY:.2f}."
    )
    columns = ("pattern", "at", "sensitivity", "", "specificity", "", "half found at", "found at each degree")
    return Table("Detection of patterns", words, columns, tuple(rows))


def other_person(seed: int) -> Found:
    """As `one_person`, without a baseline and at the clinical degrees only."""
    wearer = Wearer(seed)
    layout = own_layout(EU_SIZE)
    found: Found = {}
    wanted = [("neutral", "", 0.0)] + [(p.kind, p.side, float(p.clinical)) for p in POPULATION]
    for kind, side, degree in wanted:
        if (kind, side, degree) in found:
            continue
        conditions = (Condition(kind, degree, "left" if side == "left" else "both"),) if degree else ()
        present = findings(session(wearer, 100, conditions), layout)
        found[kind, side, degree] = frozenset(f.rule for f in present if f.state is State.PRESENT)
    return found


def check(people: int, first_seed: int, processes: int) -> Table:
    """Rules that need no baseline, on people of other seeds than those of `measure`."""
    seeds = range(first_seed, first_seed + people)
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(other_person, seeds, chunksize=4))
    clinical = [replace(pattern, degrees=(float(pattern.clinical),)) for pattern in POPULATION]
    rows = [_row(pattern, results)[:6] for pattern in clinical]
    words = (
        f"Rules that need no baseline, on {people} other people (seeds {first_seed} to "
        f"{first_seed + people - 1}), at the clinically relevant degree only."
    )
    columns = ("pattern", "at", "sensitivity", "", "specificity", "")
    return Table("Detection on other people", words, columns, tuple(rows))


def _row(pattern: Pattern, results: list[Found]) -> tuple[str, ...]:
    of = len(results)

    def hits(degree: float) -> int:
        key = (pattern.kind, pattern.side, degree)
        return sum(not found[key].isdisjoint(pattern.rules) for found in results)

    quiet = sum(found[("neutral", "", 0.0)].isdisjoint(pattern.rules) for found in results)
    shares = [(0.0, 1 - quiet / of)] + [(degree, hits(degree) / of) for degree in pattern.degrees]
    at = hits(pattern.clinical)
    return (
        pattern.name,
        f"{pattern.clinical:g}",
        proportion(at, of),
        met(at / of, SENSITIVITY),
        proportion(quiet, of),
        met(quiet / of, SPECIFICITY),
        _half(shares),
        ", ".join(f"{degree:g}: {share:.2f}" for degree, share in shares[1:]),
    )


def _half(shares: list[tuple[float, float]]) -> str:
    """Degree at which half are found, by linear interpolation."""
    for (d0, s0), (d1, s1) in pairwise(shares):
        if s0 < 0.5 <= s1:
            return f"{d0 + (0.5 - s0) / (s1 - s0) * (d1 - d0):.2g}"
    return f"< {shares[0][0]:g}" if shares[0][1] >= 0.5 else f"> {shares[-1][0]:g}"
