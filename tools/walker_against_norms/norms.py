"""What healthy people have, row by row. Figures that the shipped reference set holds are taken from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plantigrade.posture.norms.reference_set import Distribution, load_reference

CONTROLS: Final = "controls of gaitpdb, in shoes"
H2A: Final = "BMClab H2A, 24 people of 28 years at six speeds"
PLATES: Final = "healthy people on plates, stances made equal"
TWICE: Final = "two walks of one day, gaitpdb"
SPEED_SD_M_S: Final = 0.16
"""Of the controls' speeds: what their slopes rest on."""


@dataclass(frozen=True)
class Row:
    """One figure of healthy people.

    Attributes:
        label: in the table.
        statistic: "median", "cv", "asymmetry", "mean" of a person's strides; "foot" for the medians of single
        feet;
            "repeat" for the smallest detectable change between two walks.
        parameter: value of strides.
        unit: of mean and spread.
        n: people (or feet) behind it.
        spread: SD of people around the slope; of "repeat" the change.
        mean: at 1.25 m/s; None where it is not held, because it depends on the insole.
        slope: for each m/s; None where there is none to be held.
        source: where it was measured.
        relative: spread in per cent of the mean.
        logarithm: spread of the logarithm, in per cent; the mean and the slope as they are.
    """

    label: str
    statistic: str
    parameter: str
    unit: str
    n: int
    spread: float
    mean: float | None = None
    slope: float | None = None
    source: str = CONTROLS
    relative: bool = False
    logarithm: bool = False


def _of_set(label: str, key: str, unit: str, *, relative: bool = False) -> Row:
    """A row of the reference set."""
    found: Distribution = load_reference().distributions[key]
    over = next((slope for slope in found.slopes if slope.of == "speed_m_s"), None)
    spread = found.sd if found.residual_sd is None else found.residual_sd
    if relative:
        return Row(
            label, found.statistic, found.parameter, "%", found.n, 100.0 * spread / found.mean, relative=True
        )
    mean = None if found.statistic == "asymmetry" else found.mean
    if mean is not None and over is not None:
        mean += over.per_unit * (over.at - MEAN_SPEED_M_S)
    slope = None if over is None else over.per_unit
    return Row(label, found.statistic, found.parameter, unit, found.n, spread, mean, slope)


MEAN_SPEED_M_S: Final = 1.24
"""Of the controls, at which their plain means hold."""


def rows() -> Iterator[Row]:
    """Every row, in the order of the table."""
    yield Row("stride time", "median", "stride_time_s", "s", 24, 6.0, 1.021, -0.41, H2A, logarithm=True)
    yield _of_set("stance", "stance_pct", "%")
    yield _of_set("double support", "double_support_pct", "%")
    yield Row("first peak", "median", "first_peak_bw", "BW", 72, 0.08, 1.11, 0.38)
    yield Row("valley", "median", "valley_bw", "BW", 72, 0.054, 0.82, -0.34)
    yield Row("second peak", "median", "push_off_bw", "BW", 72, 0.088, 0.99, 0.09)
    yield Row("second peak not found", "mean", "second_peak_missing", "share", 72, 0.21, 0.17, -0.86)
    yield _of_set("loading rate", "loading_rate_bw_per_s", "BW/s")
    yield Row("push-off rate", "median", "push_off_rate_bw_per_s", "BW/s", 72, 1.7, 7.5, 4.1)
    for region in ("heel", "midfoot", "forefoot", "toes"):
        yield _of_set(f"share of the {region}", f"load_share_{region}_pct", "%", relative=True)
    yield _of_set("arch index of force", "force_arch_index", "", relative=True)
    yield _of_set("medial arch index", "medial_arch_index", "", relative=True)
    yield Row("tilt of the heel, of single feet", "foot", "ml_index_heel", "", 144, 0.099)
    yield Row("tilt of the forefoot, of single feet", "foot", "ml_index_forefoot", "", 144, 0.173)
    yield Row("centre of pressure across, of single feet", "foot", "cop_mean_x_pct", "%", 144, 2.5)
    yield Row("stride time, from stride to stride", "cv", "stride_time_s", "%", 72, 0.41, 1.84, -0.6)
    yield Row("stance time, from stride to stride", "cv", "stance_time_s", "%", 72, 0.51, 2.34, -0.7)
    yield Row("first peak, from stride to stride", "cv", "f1_n", "%", 72, 0.9, 3.0)
    for region, mean, spread in (
        ("heel", 7.8, 2.2),
        ("midfoot", 11.4, 4.3),
        ("forefoot", 7.3, 2.8),
        ("toes", 9.3, 3.6),
    ):
        name = f"fti_{region}_n_s"
        yield Row(
            f"force-time integral of the {region}, from stride to stride", "cv", name, "%", 72, spread, mean
        )
    yield from _sides()
    yield from _repeats()


def _sides() -> Iterator[Row]:
    for label, parameter, spread in (
        ("stance time", "stance_time_s", 2.2),
        ("first peak", "f1_n", 4.4),
        ("second peak over mean force", "second_peak_over_mean", 5.9),
        ("loading rate", "loading_rate_n_per_s", 17.2),
        ("share of the heel", "load_share_heel_pct", 12.0),
        ("share of the midfoot", "load_share_midfoot_pct", 21.0),
        ("share of the forefoot", "load_share_forefoot_pct", 13.5),
        ("share of the toes", "load_share_toes_pct", 32.0),
        ("heel-off", "heel_off_s", 7.0),
    ):
        yield Row(f"{label}, left to right", "asymmetry", parameter, "%", 72, spread)
    # in shoes 5.9 %, of which 5.4 are the gains of the pair: they are sqrt(5.7^2 - 1.8^2) of the mean force
    yield Row("impulse, left to right", "asymmetry", "impulse_n_s", "%", 72, 2.4)
    yield Row("mean force, left to right", "asymmetry", "mean_force_n", "%", 62, 1.8, source=PLATES)


def _repeats() -> Iterator[Row]:
    for label, parameter, unit, change in (
        ("stride time", "stride_time_s", "%", 6.0),
        ("stance", "stance_pct", "points", 0.9),
        ("double support", "double_support_pct", "points", 1.7),
        ("first peak", "first_peak_bw", "%", 5.9),
        ("valley", "valley_bw", "%", 5.2),
        ("second peak", "push_off_bw", "%", 4.1),
        ("loading rate", "loading_rate_bw_per_s", "%", 17.0),
        ("share of the heel", "load_share_heel_pct", "points", 2.0),
        ("share of the midfoot", "load_share_midfoot_pct", "points", 1.5),
        ("share of the forefoot", "load_share_forefoot_pct", "points", 2.1),
        ("share of the toes", "load_share_toes_pct", "points", 0.7),
        ("arch index of force", "force_arch_index", "", 0.016),
        ("medial arch index", "medial_arch_index", "", 0.019),
        ("tilt of the heel", "ml_index_heel", "", 0.061),
        ("tilt of the forefoot", "ml_index_forefoot", "", 0.082),
        ("centre of pressure across", "cop_mean_x_pct", "%", 1.4),
    ):
        yield Row(f"{label}, between walks", "repeat", parameter, unit, 14, change, source=TWICE)
