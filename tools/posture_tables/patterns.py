"""The patterns of walking that are measured: condition, degrees, and the rules that count as found."""

from dataclasses import dataclass, replace

from plantigrade.twin.body import Condition


@dataclass(frozen=True)
class Pattern:
    """A pattern of walking.

    Attributes:
        name: in the table.
        kind: of the condition.
        degrees: tried, rising.
        clinical: the clinically relevant degree.
        rules: any of them counts as found.
        side: of the condition.
        claimed: whether the product says that it finds this; where real people spread too widely for it, the
            figures are for information.
    """

    name: str
    kind: str
    degrees: tuple[float, ...]
    clinical: float
    rules: tuple[str, ...]
    side: str = "both"
    claimed: bool = True

    def condition(self, degree: float) -> Condition:
        """The condition at a degree."""
        return Condition(self.kind, degree, "left" if self.side == "left" else "both")


MATCHED = " of matched insoles"
"""Stands behind a rule that knew the gains of the pair, from standing on each leg."""
SMALL = (1.0, 1.5, 2.0, 3.0)
LENGTHS = (5.0, 10.0, 20.0, 30.0)
HOURS = (1.0, 2.0, 4.0, 6.0)
LOADS = (5.0, 10.0, 15.0, 20.0)
PUSH_OFF = ("push-off-drift", "push-off-missing")
PATTERNS = (
    Pattern("low arch", "flat-foot", SMALL, 2, ("low-arch",), claimed=False),
    Pattern("arch drift (own baseline)", "flat-foot", SMALL, 2, ("arch-drift",)),
    Pattern("high arch", "high-arch", SMALL, 2, ("high-arch",)),
    Pattern("overpronation", "pronation", SMALL, 2, ("pronation",)),
    Pattern("supination", "supination", SMALL, 2, ("supination",)),
    Pattern("pronation drift (own baseline)", "pronation", SMALL, 2, ("pronation-drift",)),
    Pattern("supination drift (own baseline)", "supination", SMALL, 2, ("supination-drift",)),
    Pattern("antalgic: timing of the sides", "antalgic", SMALL, 2, ("stance-asymmetry",), "left"),
    Pattern(
        "antalgic: load of the sides, matched", "antalgic", SMALL, 2, ("load-asymmetry" + MATCHED,), "left"
    ),
    Pattern("antalgic: load, gains unknown", "antalgic", SMALL, 2, ("load-asymmetry",), "left", False),
    Pattern("leg length, raised-shoe pattern", "leg-length", LENGTHS, 20, ("leg-length",), "left", False),
    Pattern(
        "leg length, patients", "leg-length-patients", LENGTHS, 20, ("leg-length-patients",), "left", False
    ),
    Pattern("load carried on one side", "side-load", LOADS, 15, ("side-load",), "left"),
    Pattern("forefoot overload", "forefoot-overload", SMALL, 2, ("forefoot-overload",), claimed=False),
    Pattern("forefoot overload (own baseline)", "forefoot-overload", SMALL, 2, ("forefoot-overload-drift",)),
    Pattern("heel overload (own baseline)", "heel-overload", SMALL, 2, ("heel-overload-drift",)),
    Pattern("high loading rate (own baseline)", "hard-heel", SMALL, 2, ("loading-rate-drift",)),
    Pattern("reduced push-off (own baseline)", "weak-push-off", SMALL, 2, PUSH_OFF),
    Pattern("fatigue (own baseline)", "fatigue", HOURS, 4, ("fatigue",), claimed=False),
    Pattern("rising variability", "unsteady", SMALL, 2, ("stride-variability",)),
    Pattern("longer double support (own baseline)", "unsteady", SMALL, 2, ("double-support-drift",)),
)


def with_degrees(patterns: tuple[Pattern, ...], asked: dict[str, tuple[float, ...]]) -> tuple[Pattern, ...]:
    """The patterns with other degrees for the kinds in `asked`; the clinical one is always tried."""
    return tuple(
        replace(p, degrees=tuple(sorted({*asked[p.kind], float(p.clinical)}))) if p.kind in asked else p
        for p in patterns
    )
