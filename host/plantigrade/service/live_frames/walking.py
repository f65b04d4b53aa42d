"""Contacts as they happen, and the figures of the last ten steps, by the gait engine that recordings go
through."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from plantigrade.array_types import F32, F64
from plantigrade.gait.engine import Engine
from plantigrade.gait.foot import GaitInputError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.service.live_frames.settings import (
    FEWEST_STEPS,
    FIGURES_LAST_S,
    LAST_STEPS,
    LONGEST_STRIDE_S,
    RATE_HZ,
    SAME_STRIDE_S,
)


@dataclass(frozen=True)
class Contact:
    """A foot met the ground, at `time_s` of the frames' clock."""

    foot: Foot
    time_s: float


@dataclass(frozen=True)
class StepFigures:
    """Of the last ten steps; None where it cannot be known, such as with one foot.

    Attributes:
        steps: that they are made of.
        cadence_per_min: steps a minute.
        stance_pct: share of the stride on the ground, by foot.
        left_load_pct: share of the left foot in the impulse of both feet's stances.
        asymmetry_pct: difference of the feet's step loads over their mean.
        step_load_n: peak force of a step, by foot.
    """

    steps: int
    cadence_per_min: float | None
    stance_pct: dict[Foot, float | None]
    left_load_pct: float | None
    asymmetry_pct: float | None
    step_load_n: dict[Foot, float | None]


@dataclass(frozen=True)
class _Stride:
    began_s: float
    stance_pct: float
    peak_n: float
    impulse_n_s: float


class Walking:
    """Follows both feet.

    Call `add` with what comes and `step` a few times a second.

    Attributes:
        problem: why nothing more can be found; "" while it can.
    """

    def __init__(self) -> None:
        self._engine = Engine(sample_rate_hz=RATE_HZ)
        self._waiting: dict[Foot, list[tuple[F64, F32]]] = {foot: [] for foot in Foot}
        self._contacts: deque[Contact] = deque(maxlen=LAST_STEPS + 1)
        self._strides: dict[Foot, deque[_Stride]] = {foot: deque(maxlen=LAST_STEPS // 2) for foot in Foot}
        self.problem = ""

    def add(self, foot: Foot, piece: tuple[F64, F32]) -> None:
        """Samples of a foot, in order: times (n,) in s and forces (n, 16)."""
        self._waiting[foot].append(piece)

    def step(self, silent: frozenset[Foot] = frozenset()) -> list[Contact]:
        """Analyse what waits; the contacts that have become certain.

        Args:
            silent: feet of which nothing comes.
        """
        left, right = self._signal(Foot.LEFT), self._signal(Foot.RIGHT)
        if self.problem or (left is None and right is None):
            return []
        try:
            events = self._engine.feed(left, right)
            for foot, table in self._engine.take_strides(silent):
                self._keep(foot, table)
        except GaitInputError as error:
            self.problem = str(error)
            return []
        self._engine.drop_pictures()
        found = [Contact(event.foot, event.time_s) for event in events if event.kind == "initial_contact"]
        self._contacts.extend(found)
        return found

    def figures(self, now_s: float, silent: frozenset[Foot] = frozenset()) -> StepFigures | None:
        """Of the last ten steps; None when nobody has walked lately.

        Args:
            now_s: on the frames' clock.
            silent: feet of which nothing comes: what they did before says nothing of now.
        """
        contacts = [one for one in self._contacts if now_s - one.time_s <= FIGURES_LAST_S]
        if len(contacts) <= FEWEST_STEPS:
            return None
        recent = {
            foot: [
                one
                for one in strides
                if foot not in silent and now_s - one.began_s <= FIGURES_LAST_S + LONGEST_STRIDE_S
            ]
            for foot, strides in self._strides.items()
        }
        load = {foot: _mean([one.impulse_n_s for one in strides]) for foot, strides in recent.items()}
        peak = {foot: _mean([one.peak_n for one in strides]) for foot, strides in recent.items()}
        return StepFigures(
            steps=len(contacts) - 1,
            cadence_per_min=None if silent else _cadence(contacts),
            stance_pct={foot: _mean([one.stance_pct for one in strides]) for foot, strides in recent.items()},
            left_load_pct=_share(load[Foot.LEFT], load[Foot.RIGHT]),
            asymmetry_pct=_asymmetry(peak[Foot.LEFT], peak[Foot.RIGHT]),
            step_load_n=peak,
        )

    def _signal(self, foot: Foot) -> FootSignal | None:
        waiting = self._waiting[foot]
        if not waiting:
            return None
        self._waiting[foot] = []
        times, forces = zip(*waiting, strict=True)
        return FootSignal(foot, np.concatenate(times), np.concatenate(forces), own_layout())

    def _keep(self, foot: Foot, table: StrideTable) -> None:
        strides = self._strides[foot]
        for row in range(len(table)):
            one = _Stride(
                float(table.initial_contact_s[row]),
                float(table.stance_pct[row]),
                float(table.peak_force_n[row]),
                float(table.impulse_n_s[row]),
            )
            while strides and strides[-1].began_s > one.began_s - SAME_STRIDE_S:
                strides.pop()
            strides.append(one)


def _cadence(contacts: list[Contact]) -> float | None:
    """Steps a minute of the latest steps in which the feet took turns; None where they did not, as with one
    foot."""
    latest = sorted(contacts, key=lambda one: one.time_s, reverse=True)
    turns = 0
    for one, before in pairwise(latest):
        if one.foot is before.foot:
            break
        turns += 1
    if turns < FEWEST_STEPS:
        return None
    return 60.0 * turns / (latest[0].time_s - latest[turns].time_s)


def _mean(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else None


def _share(left: float | None, right: float | None) -> float | None:
    if left is None or right is None or not left + right > 0:
        return None
    return 100.0 * left / (left + right)


def _asymmetry(left: float | None, right: float | None) -> float | None:
    if left is None or right is None or not left + right > 0:
        return None
    return 100.0 * abs(left - right) / (0.5 * (left + right))
