"""Whether walking speed alone moves virtual people in and out of a foot type."""

from dataclasses import dataclass
from typing import Final

from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.posture.rules_engine.findings import State
from plantigrade.posture.rules_engine.section import findings
from plantigrade.twin.body import Condition
from plantigrade.twin.body.person import at_speed, draw_person

from tools.walker_against_norms.people import EU_SIZE, strides_of

SPEEDS_M_S: Final = (0.95, 1.25, 1.55)
TYPES: Final = frozenset({"low-arch", "high-arch", "pronation", "supination"})
KINDS: Final = ("neutral", "flat-foot", "high-arch", "pronation", "supination")


@dataclass(frozen=True)
class FootTypes:
    """Foot types of virtual people at several speeds.

    Attributes:
        label: who they are.
        people: how many.
        of_a_type: at the middle speed.
        changed: not of the same type at every speed.
    """

    label: str
    people: int
    of_a_type: int
    changed: int


def foot_types(kind: str, degree: float, people: int, first_seed: int, seconds: float = 120.0) -> FootTypes:
    """People with a condition (`neutral`: none) at each of `SPEEDS_M_S`, each speed a walk of its own."""
    conditions = () if kind == "neutral" else (Condition(kind, degree),)
    classes = [
        [_types(seed, speed, number, conditions, seconds) for number, speed in enumerate(SPEEDS_M_S)]
        for seed in range(first_seed, first_seed + people)
    ]
    return FootTypes(
        label=kind if not conditions else f"{kind}:{degree:g}",
        people=people,
        of_a_type=sum(bool(of_person[1]) for of_person in classes),
        changed=sum(len(set(of_person)) > 1 for of_person in classes),
    )


def _types(
    seed: int, speed_m_s: float, number: int, conditions: tuple[Condition, ...], seconds: float
) -> frozenset[str]:
    person = at_speed(draw_person(seed), speed_m_s)
    tables = strides_of(person, seed * len(SPEEDS_M_S) + number, conditions, seconds)
    judged = findings(tables, own_layout(EU_SIZE), uncertainty=False)
    return frozenset(one.rule for one in judged if one.state is State.PRESENT and one.rule in TYPES)
