"""What is said of plans of virtual people after 2, 4 and 8 weeks.

    python -m tools.loop_table                     the table, seed 1
    python -m tools.loop_table --seed 7 --people 4     four times as many people of each group
    python -m tools.loop_table --harder 1.5        days that resemble each other more, drift and trend more

Ends with 1 when a bar is missed.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import repeat

from plantigrade.posture.plans.verdict import Direction, Outcome, judge

from tools.loop_table.people import PEOPLE, Case, Group, draw_case
from tools.posture_tables.table import Table, proportion

WEEKS = (2, 4, 8)
FIRST_SEED = 1000
BARS = {Group.WORKS: 0.80, Group.DOES_NOT: 0.05}
NO_PLAN = "no plan, nothing said"
BETTER, WORSE = "changed, better", "changed, worse"
COLUMNS = (
    BETTER,
    WORSE,
    Outcome.ALREADY_CHANGING.value,
    Outcome.CHANGED_AT_ANOTHER_TIME.value,
    Outcome.NOT_BEYOND_CHANCE.value,
    Outcome.HARDLY_DONE.value,
    Outcome.TOO_EARLY.value,
    Outcome.TOO_FEW_BEFORE.value,
    NO_PLAN,
)
Answers = tuple[Group, tuple[str, ...]]
"""What was said of one person after each of `WEEKS`."""


def answers_on(case: Case) -> tuple[str, ...]:
    """What is said of a person after each of `WEEKS`, from the days until then."""
    if case.followed is None:
        return (NO_PLAN,) * len(WEEKS)
    return tuple(_answer(case, weeks) for weeks in WEEKS)


def _answer(case: Case, weeks: int) -> str:
    followed = case.followed
    assert followed is not None
    today = followed.plan.from_day + timedelta(weeks=weeks)
    days = [day for day in case.days if day.day < today.isoformat()]
    verdict = judge(followed, days, today)
    if verdict.outcome is not Outcome.CHANGED:
        return verdict.outcome.value
    changed = [one for one in verdict.changes if one.outcome is Outcome.CHANGED]
    return BETTER if all(one.direction is Direction.BETTER for one in changed) else WORSE


def answers(group: Group, seed: int, harder: float) -> Answers:
    """Draw a person and ask."""
    return group, answers_on(draw_case(group, seed, harder=harder))


def ask(people: float, seed: int, harder: float, processes: int) -> list[Answers]:
    """What is said of everyone.

    Args:
        people: factor on the people of each group.
        seed: of the table; people of different tables are different.
        harder: see `draw_case`.
        processes: at once.
    """
    groups = [group for group, number in PEOPLE.items() for _ in range(round(number * people))]
    seeds = [FIRST_SEED * FIRST_SEED + FIRST_SEED * seed + place for place in range(len(groups))]
    if processes == 1:
        return [answers(*one, harder) for one in zip(groups, seeds, strict=True)]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(answers, groups, seeds, repeat(harder), chunksize=4))


def table(found: Sequence[Answers], weeks: int) -> Table:
    """What was said after so many weeks."""
    place = WEEKS.index(weeks)
    rows: list[tuple[str, ...]] = []
    for group in Group:
        counted = Counter(answer[place] for whose, answer in found if whose is group)
        of = sum(counted.values())
        if of:
            rows.append((group.value, str(of), *(str(counted[column]) for column in COLUMNS)))
    return Table(
        f"After {weeks} weeks", "People of whom this was said.", ("", "people", *COLUMNS), tuple(rows)
    )


def bars(found: Sequence[Answers]) -> tuple[Table, bool]:
    """Shares at the last look against their bars, and whether all are met."""
    last = {group: [answer[-1] for whose, answer in found if whose is group] for group in Group}
    changed = {group: sum(one in (BETTER, WORSE) for one in answer) for group, answer in last.items()}
    works, does_not = changed[Group.WORKS], changed[Group.DOES_NOT]
    verdicts = sum(
        one not in (Outcome.HARDLY_DONE.value, Outcome.TOO_EARLY.value) for one in last[Group.HARDLY]
    )
    no_plan = sum(one != NO_PLAN for one in last[Group.NO_PLAN])
    numbers = {group: max(len(answer), 1) for group, answer in last.items()}
    judged = (
        ("changed, orthotic works", works, Group.WORKS, ">= 0.80", works / numbers[Group.WORKS] >= 0.80),
        (
            "changed, orthotic does not work",
            does_not,
            Group.DOES_NOT,
            "<= 0.05",
            does_not / numbers[Group.DOES_NOT] <= 0.05,
        ),
        ("a verdict on change, hardly worn", verdicts, Group.HARDLY, "0", verdicts == 0),
        ("a verdict, no plan", no_plan, Group.NO_PLAN, "0", no_plan == 0),
    )
    rows = tuple(
        (what, proportion(hits, numbers[group]), bar, "met" if good else "NOT met")
        for what, hits, group, bar, good in judged
    )
    columns = ("after 8 weeks", "share (95 % interval)", "bar", "")
    return Table("Bars", "", columns, rows), all(row[-1] for row in judged)


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.loop_table",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="of the people [1]")
    parser.add_argument("--people", type=float, default=1.0, help="factor on the people of each group [1]")
    parser.add_argument("--harder", type=float, default=1.0, help="factor on memory, drift and trend [1]")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once [all cores]")
    chosen = parser.parse_args(arguments)
    begun = time.monotonic()
    found = ask(chosen.people, chosen.seed, chosen.harder, chosen.processes)
    for weeks in WEEKS:
        print(table(found, weeks).markdown())
    judged, good = bars(found)
    print(judged.markdown())
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
