"""From the onset of a condition to the live alert: seconds and strides; a clinician's edits on the way."""

from datetime import UTC, datetime

from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.twin.body import Condition, Segment

from tools.posture_tables.table import Table
from tools.posture_tables.wear import wear

ONSET_S = 420.0


def measure(seed: int) -> Table:
    """From the onset of a condition to the alert, and a clinician's edits on the way."""
    rows: list[tuple[str, ...]] = []
    for kind, degree, rule, strict in (
        ("high-arch", 3.0, "high-arch", -0.01),
        ("pronation", 2.0, "pronation-drift", 50.0),
        ("antalgic", 2.0, "stance-asymmetry", 40.0),
        ("forefoot-overload", 2.0, "forefoot-overload-drift", 3.0),
        ("unsteady", 2.0, "stride-variability", 20.0),
    ):
        condition = Condition(kind, degree, "left" if kind == "antalgic" else "both")
        segments = (Segment("walk", ONSET_S), Segment("walk", 300, (condition,)))
        quick = {"dwell_s": 5.0, "window_strides": 30.0}
        for texts, changes in (
            ("as shipped", {}),
            ("quicker", quick),
            ("level raised", {"raise_level": strict}),
        ):
            book = _edited(rule, changes)
            worn = wear(seed, segments, with_baseline=True, book=book)
            alert = next((a for a in worn.alerts if a.rule == rule and a.raised_s > ONSET_S), None)
            after = f"{alert.raised_s - ONSET_S:.0f} s" if alert else "none"
            raised_s = alert.raised_s if alert else 0.0
            strides = sum(ONSET_S < end_s <= raised_s for end_s in worn.left_ends_s)
            level = f"{book.rules[rule].raise_level:g}"
            label = alert.rule_version if alert else book.label(rule)
            trail = str(len(book.trail))
            rows.append(
                (
                    f"{kind}:{degree:g}",
                    rule,
                    texts,
                    level,
                    label,
                    trail,
                    after,
                    str(strides) if alert else "-",
                )
            )
    texts = (
        f"One wearer (seed {seed}) walks neutrally for {ONSET_S:.0f} s, then with the condition, live: "
        "counts in "
        "pieces of ten seconds through calibration, gait engine and rules. Seconds and strides of the left "
        "foot from "
        "the onset to the alert. The clinician's edits: a dwell of 5 s and a window of 30 strides, or a "
        "level out of "
        "reach; the version names the edits, which stay in the audit trail."
    )
    columns = ("condition", "rule", "book", "level", "rule version", "trail", "to the alert", "strides")
    return Table("An alert's path", texts, columns, tuple(rows))


def _edited(rule: str, changes: dict[str, float]) -> RuleBook:
    book = RuleBook()
    at = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
    for name, value in changes.items():
        book.edit(rule, name, value, by="clinician", at=at, reason="measurement of the alert's path")
    return book
