"""What can be set in the gait engine. Every figure that decides a result lives here, with its reason."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class ContactSettings:
    """Contact detection of one foot. Times in seconds, levels as shares of the foot's own working range.

    The working range runs from the swing level (robust minimum) to the stance level (robust maximum); both
    are learnt from the signal itself, so calibrated totals and bare footswitches are treated alike.

    Attributes:
        block_s: span over which one minimum and one maximum are taken; must hold one whole slow stride.
        load_share: rising above this share of the range is a contact.
        unload_share: falling below this share ends it (hysteresis).
        flank_s: how far the steepest point of a flank is sought around the threshold crossing.
        slope_span_s: span of the difference that stands for the slope.
        onset_slope_share: initial contact is where the slope, followed down from the steepest point, falls
            under this share of it.
        release_slope_share: final contact likewise, after the falling flank.
        onset_level_share, release_level_share: the contact is told where the flank passes this share of the
            range above its foot, between samples.
        certain_load_share: calibrated input only: above this share of the range over the lowest force of the
            swing the foot is loaded, however slowly the force rises (a foot put down softly, a dragged toe).
        search_s: farthest distance of the foot of a flank from the crossing.
        shortest_contact_s, shortest_swing_s: what is shorter is a bump, not a contact or a swing.
        longest_cycle_s: two contacts farther apart do not make one gait cycle.
        full_contact_share: a step loads the foot beyond this share of the range.
        smallest_force_n: a foot whose range is smaller does not walk (calibrated input, weight unknown).
        smallest_weight_share: the same as a share of body weight where it is known.
        quiet_ratio: a range smaller than this multiple of the mean absolute sample difference is noise.
    """

    block_s: float = 2.0
    load_share: float = 0.35
    unload_share: float = 0.2
    flank_s: float = 0.035
    slope_span_s: float = 0.007
    onset_slope_share: float = 0.1
    release_slope_share: float = 0.06
    onset_level_share: float = 0.02
    release_level_share: float = 0.01
    certain_load_share: float = 0.1
    search_s: float = 0.2
    shortest_contact_s: float = 0.1
    shortest_swing_s: float = 0.1
    longest_cycle_s: float = 3.0
    full_contact_share: float = 0.4
    smallest_force_n: float = 60.0
    smallest_weight_share: float = 0.25
    quiet_ratio: float = 10.0


@dataclass(frozen=True)
class BoutSettings:
    """Walking bouts (Mobilise-D) and what is left out of steady-state statistics.

    Attributes:
        longest_break_s: a longer pause between contacts ends a bout.
        fewest_strides, fewest_strides_a_side: what a bout must hold.
        edge_strides: strides at the start and the end of a bout that are not steady.
        outlier_mads: a stride whose stride time lies farther from the running median than this many scaled
            MADs is an outlier.
        running_strides: strides on either side that the running median looks at.
        turn_strides, turn_odd: a turn is where at least `turn_odd` of `turn_strides` strides in a row (both
            feet) leave the pattern.
        unworn_s: no load on either foot for this long means that the insoles are not worn.
    """

    longest_break_s: float = 3.0
    fewest_strides: int = 4
    fewest_strides_a_side: int = 3
    edge_strides: int = 1
    outlier_mads: float = 3.0
    running_strides: int = 10
    turn_strides: int = 6
    turn_odd: int = 3
    unworn_s: float = 600.0


@dataclass(frozen=True)
class Settings:
    """Settings of one analysis."""

    contact: ContactSettings = ContactSettings()
    bout: BoutSettings = BoutSettings()

    def as_flat(self) -> Mapping[str, float | str]:
        """Names and values for the result's `settings`."""
        return {
            f"{part}.{name}": value for part, values in asdict(self).items() for name, value in values.items()
        }
