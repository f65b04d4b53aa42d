"""What pressure tells of each stance: load and pressure of the regions, centre of pressure, indices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from plantigrade.gait.parameters.definition import (
    Home,
    Needs,
    ParameterDefinition,
    ParameterGroup,
    PerBodyWeight,
    Shown,
    View,
)

REGIONS: Final = ("heel", "midfoot", "forefoot", "toes")

_row = partial(ParameterDefinition, home=Home.STANCE, group=ParameterGroup.PRESSURE)
_PLACES: Final = Needs.CONTACTS | Needs.PLACES
_LENGTHS: Final = _PLACES | Needs.MILLIMETRES
_PRESSURE: Final = _PLACES | Needs.NEWTONS | Needs.AREAS


@dataclass(frozen=True)
class Regional:
    """Four parameters that differ in the region alone.

    Attributes:
        pattern: of the names, with {} for the region.
        title: above a column that has a region in each row.
        row_title: of the single parameters, with {} for the region.
        place: of the column in the report's table of regions; 0 for none.
        unit, group, needs, definition, limits: as in `ParameterDefinition`.
        summary: whether the terminal shows the regions, from this place on.
        comparison: places in the report's comparison by region.
        per_body_weight: by region.
    """

    pattern: str
    title: str
    row_title: str
    place: int
    unit: str
    needs: Needs
    definition: str
    group: ParameterGroup = ParameterGroup.PRESSURE
    limits: str = ""
    summary: int | None = None
    comparison: Mapping[str, int] = field(default_factory=dict[str, int])
    per_body_weight: Mapping[str, PerBodyWeight] = field(default_factory=dict[str, PerBodyWeight])

    def name(self, region: str) -> str:
        """Of the parameter of one region.

        >>> LOAD_SHARE.name("heel")
        'load_share_heel_pct'
        """
        return self.pattern.format(region)

    def rows(self) -> tuple[ParameterDefinition, ...]:
        """One row a region, heel first."""
        return tuple(
            _row(
                self.name(region),
                self.row_title.format(region),
                self.unit,
                group=self.group,
                needs=self.needs,
                definition=self.definition,
                limits=self.limits,
                per_body_weight=self.per_body_weight.get(region),
                shown=self._shown(place, region),
            )
            for place, region in enumerate(REGIONS)
        )

    def _shown(self, place: int, region: str) -> Shown:
        shown: dict[View, int] = {View.REGIONS: self.place} if self.place else {}
        if self.summary is not None:
            shown[View.SUMMARY] = self.summary + 10 * place
        if region in self.comparison:
            shown[View.COMPARISON] = self.comparison[region]
        return shown


_GREATEST: Final = "greatest pressure of any sensor of the foot or region in stance"
_CELLS: Final = "large sensors average bony points away: never compare systems of different cell size"
_PTI: Final = "sum over stance of (highest pressure at that moment times the time step)"
_AREA: Final = "area of the sensors that reach 10 kPa during stance"
_TERRITORIES: Final = "with few sensors it moves in steps of their territories"

PEAK_PRESSURE: Final = Regional(
    "peak_pressure_{}_kpa",
    "Peak pressure",
    "Peak pressure, {}",
    20,
    "kPa",
    _PRESSURE,
    _GREATEST,
    limits=_CELLS,
)
PTI: Final = Regional(
    "pti_{}_kpa_s",
    "PTI",
    "Pressure-time integral, {}",
    30,
    "kPa s",
    _PRESSURE,
    _PTI,
    limits="the same",
    per_body_weight={
        "forefoot": PerBodyWeight(
            "forefoot_pti_bw", 700.0, "PTI forefoot at 700 N", "kPa s", {View.COMPARISON: 140}
        ),
        "heel": PerBodyWeight("heel_pti_bw", 700.0, "PTI heel at 700 N", "kPa s"),
    },
)
FTI: Final = Regional(
    "fti_{}_n_s",
    "FTI",
    "Force-time integral, {}",
    0,
    "N s",
    _PLACES | Needs.NEWTONS,
    "integral of the force of a region over stance",
    ParameterGroup.FORCE,
    limits="regions: [coordinates](coordinates.md)",
)
CONTACT_AREA: Final = Regional(
    "contact_area_{}_cm2",
    "Contact area",
    "Contact area, {}",
    40,
    "cm2",
    _PRESSURE | Needs.MILLIMETRES,
    _AREA,
    limits=_TERRITORIES,
)
LOAD_SHARE: Final = Regional(
    "load_share_{}_pct",
    "Load share",
    "Load, {}",
    10,
    "%",
    _PLACES,
    "FTI of the region / FTI of the foot",
    limits="also for uncalibrated sensors, as far as these are alike",
    summary=230,
    comparison={"heel": 80, "midfoot": 90, "forefoot": 100},
)
REGIONAL: Final = (PEAK_PRESSURE, PTI, FTI, CONTACT_AREA, LOAD_SHARE)

_WITHIN: Final = "(M - L) / (M + L) of the impulse, within the region"
_SIDES: Final = "-1 all lateral, 1 all medial"
_ENDS: Final = "centre of pressure when the foot first and last carries 5 % of the stance's peak"
_STRIKE: Final = "the first is the strike index"
_MEAN: Final = "load-weighted mean of the centre of pressure"
_RANGE: Final = "farthest minus rearmost point of it"
_WIDTH: Final = "most lateral minus most medial point of it"
_VELOCITY: Final = "length over its time; fastest single step of it"
_NOISY: Final = "the peak is noisy"

_INDICES: Final = (
    _row(
        "medial_arch_index",
        "Medial arch index",
        "1",
        needs=_PLACES,
        definition="`force_arch_index` for the medial half of each region alone (a sensor on the middle line "
        "counts half)",
        usual_text="own baseline",
        limits="a flat foot loads the medial midfoot first; a tilt of the whole foot leaves it as it is. "
        "Needs sensors on both sides of heel, midfoot and forefoot",
    ),
    _row(
        "rear_load_pct",
        "Load, rear",
        "%",
        needs=_PLACES,
        definition="share of the impulse behind half the length",
    ),
    _row(
        "ml_index_heel",
        "Medial-lateral index, heel",
        "1",
        needs=_PLACES,
        definition=_WITHIN,
        usual_text="own baseline",
        limits=_SIDES,
        ratio=False,
        shown={View.SUMMARY: 280, View.PRESSURE: 50, View.COMPARISON: 120},
    ),
    _row(
        "ml_index_forefoot",
        "Medial-lateral index, forefoot",
        "1",
        needs=_PLACES,
        definition=_WITHIN,
        usual_text="own baseline",
        limits=_SIDES,
        ratio=False,
        shown={View.SUMMARY: 290, View.PRESSURE: 60, View.COMPARISON: 130},
    ),
    _row(
        "force_arch_index",
        "Force arch index",
        "1",
        needs=_PLACES,
        definition="FTI of the midfoot / FTI of the foot without toes",
        usual_text="own baseline",
        limits="**not** the arch index of Cavanagh & Rodgers: that is a ratio of areas on a plate, and its "
        "cut-offs (0.21, 0.26) do not transfer",
        shown={View.SUMMARY: 270, View.PRESSURE: 40, View.COMPARISON: 110, View.PAGE_FEET: 120},
    ),
)
_CENTRE: Final = (
    _row(
        "cop_start_y_pct",
        "Centre of pressure at first load",
        "% of length",
        needs=_PLACES,
        definition=_ENDS,
        limits=_STRIKE,
    ),
    _row(
        "cop_end_y_pct",
        "Centre of pressure at last load",
        "% of length",
        needs=_PLACES,
        definition=_ENDS,
        limits=_STRIKE,
    ),
    _row("cop_mean_x_pct", "Mean centre of pressure, across", "% of width", needs=_PLACES, definition=_MEAN),
    _row("cop_mean_y_pct", "Mean centre of pressure, along", "% of length", needs=_PLACES, definition=_MEAN),
    _row(
        "gait_line_length_mm",
        "Gait line, path",
        "mm",
        needs=_LENGTHS,
        definition="way of the centre of pressure while the foot carries more than 5 % of the stance's peak",
        limits="grows with noise and sampling rate",
    ),
    _row("gait_line_range_mm", "Gait line, length", "mm", needs=_LENGTHS, definition=_RANGE),
    _row(
        "gait_line_range_pct",
        "Gait line, length",
        "% of length",
        needs=_PLACES,
        definition=_RANGE,
        shown={View.SUMMARY: 300, View.PRESSURE: 70, View.COMPARISON: 150, View.PAGE_FEET: 130},
    ),
    _row("gait_line_width_mm", "Gait line, width", "mm", needs=_LENGTHS, definition=_WIDTH),
    _row(
        "gait_line_width_pct",
        "Gait line, width",
        "% of width",
        needs=_PLACES,
        definition=_WIDTH,
        shown={View.SUMMARY: 310, View.PRESSURE: 80, View.PAGE_FEET: 140},
    ),
    _row(
        "cop_mean_velocity_mm_per_s",
        "Mean velocity of the centre of pressure",
        "mm/s",
        needs=_LENGTHS,
        definition=_VELOCITY,
        limits=_NOISY,
    ),
    _row(
        "cop_peak_velocity_mm_per_s",
        "Peak velocity of the centre of pressure",
        "mm/s",
        needs=_LENGTHS,
        definition=_VELOCITY,
        limits=_NOISY,
    ),
    _row(
        "cpei_pct",
        "CPEI",
        "%",
        needs=_PLACES,
        definition="100 times the distance of the gait line from its chord where it enters the distal third, "
        "divided by the width there",
        usual_text="own baseline; low = pronated",
        limits="after Song 1996, but in the shoe: width of the insole, not of the footprint, so plate norms "
        "do not transfer. Unavailable when the line does not reach the distal third, and where sensor places "
        "are on an arbitrary scale (gaitpdb)",
        ratio=False,
        shown={View.SUMMARY: 320, View.PRESSURE: 90, View.PAGE_FEET: 150},
    ),
)

PARAMETERS: Final = (
    *FTI.rows(),
    _row(
        "peak_pressure_kpa",
        "Peak pressure",
        "kPa",
        needs=_PRESSURE,
        definition=_GREATEST,
        limits=_CELLS,
        shown={View.SUMMARY: 200, View.PRESSURE: 10, View.PAGE_FEET: 90},
    ),
    *PEAK_PRESSURE.rows(),
    _row(
        "pti_kpa_s",
        "Pressure-time integral",
        "kPa s",
        needs=_PRESSURE,
        definition=_PTI,
        limits="the same",
        shown={View.SUMMARY: 210, View.PRESSURE: 20, View.PAGE_FEET: 100},
    ),
    *PTI.rows(),
    _row(
        "contact_area_cm2",
        "Contact area",
        "cm2",
        needs=_PRESSURE | Needs.MILLIMETRES,
        definition=_AREA,
        limits=_TERRITORIES,
        shown={View.SUMMARY: 220, View.PRESSURE: 30, View.PAGE_FEET: 110},
    ),
    *CONTACT_AREA.rows(),
    *LOAD_SHARE.rows(),
    *_INDICES,
    *_CENTRE,
)
