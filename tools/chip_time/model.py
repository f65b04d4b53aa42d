"""What a function costs on the chip: its longest way, with all that it calls.

`figures.toml` says what things take, `paths.toml` where a path begins and how often loops turn. Calls are
followed by name; a name that several functions have must be resolved in `paths.toml`.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.chip_time import flow, listing, mpy
from tools.chip_time.cost import Cost
from tools.chip_time.formula import evaluate

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_NS = 1e-9


@dataclass(frozen=True)
class Figures:
    """`figures.toml`, with the chip's cycles for one nanosecond of the development computer."""

    data: Mapping[str, Any]

    @property
    def band(self) -> float:
        """Share by which cycles may be wrong, up and down."""
        return float(self.data["band"])

    @property
    def ratios(self) -> list[float]:
        """How many times slower an ESP32 at 160 MHz is, one for each benchmark and build."""
        rows = self.data["benchmarks"]["scores"].values()
        return [row[0] / score for row in rows for score in row[1:]]

    @property
    def s3_gain(self) -> float:
        """How much more an ESP32-S3 does in a cycle than an ESP32."""
        old, new = self.data["s3"]["esp32"], self.data["s3"]["esp32s3"]
        return old["mhz"] * old["s"] / (new["mhz"] * new["s"])

    @property
    def cycles_per_ns(self) -> float:
        """Cycles of the ESP32-S3 for what takes 1 ns on the development computer."""
        mean = math.exp(sum(map(math.log, self.ratios)) / len(self.ratios))
        return mean * self.data["benchmarks"]["mhz"] * 1e6 * _NS / self.s3_gain

    def cost(self, name: str) -> Cost:
        """One opcode of a class, one call of a built-in function, one microsecond figure."""
        if name in self.data["weights_ns"]:
            return Cost(self.data["weights_ns"][name] * self.cycles_per_ns)
        if name in self.data["cycles"]:
            return Cost(float(self.data["cycles"][name]["value"]))
        if name in self.data["us"]:
            return Cost(0.0, float(self.data["us"][name]["value"]))
        raise mpy.ListingError(f"figures.toml does not say what {name} takes")


class Model:
    """Costs of the firmware's functions.

    Args:
        figures: what things take.
        paths: as `paths.toml`.
        root: folder of `firmware/` and `shared/`; another one for a changed copy.
    """

    def __init__(self, figures: Figures, paths: Mapping[str, Any], root: Path = ROOT) -> None:
        self.figures = figures
        self.paths = paths
        sources = {name: path for name, path in _sources(root) if name not in paths["without"]}
        self._modules = tuple(sources)
        self._module_names = {name.rpartition(".")[2] for name in sources}
        self.functions = mpy.compile_modules(sources)
        self._by_last: dict[str, list[str]] = {}
        for name in self.functions:
            if name not in self._modules:
                self._by_last.setdefault(name.rpartition(".")[2], []).append(name)
        self._listings: dict[str, tuple[listing.Listing, list[flow.Loop]]] = {}
        self._memory: dict[object, Cost] = {}

    def cost(self, name: str, values: Mapping[str, float], apart: frozenset[str] = frozenset()) -> Cost:
        """One call of a function.

        Args:
            name: of the function, with its module.
            values: what the formulas of `paths.toml` may use.
            apart: functions that are counted elsewhere and are not followed.
        """
        return self._cost(name, tuple(sorted(values.items())), apart, ())

    def _cost(
        self, name: str, values: tuple[tuple[str, float], ...], apart: frozenset[str], way: tuple[str, ...]
    ) -> Cost:
        if name in way:
            raise mpy.ListingError(f"{' > '.join(way)} > {name}: a circle of calls")
        about: Mapping[str, Any] = self.paths["function"].get(name, {})
        space = dict(values)
        shown, found = self._listing(name)
        follow = {
            step.name: self._target(name, step, space, apart, (*way, name))
            for step in shown.steps.values()
            if step.name
        }
        own = self.figures.cost
        weights: dict[int, Cost] = {}
        for at, step in shown.steps.items():
            weight = own(step.kind)
            if step.runtime:
                key = f"runtime.{step.runtime}"
                weight += own(key if key in self.figures.data["cycles"] else step.runtime)
            weights[at] = weight + follow.get(step.name, Cost())
        turns = [evaluate(str(turn), space) for turn in about.get("loops", ())]
        try:
            total = flow.longest(shown.graph, weights, turns, found)
        except mpy.ListingError as error:
            raise mpy.ListingError(f"{name} in paths.toml: {error}") from error
        for extra, times in about.get("extra", {}).items():
            one = self._call(extra, space, apart, (*way, name))
            total += one * evaluate(str(times), space)
        return total + (own("frame") if self.functions[name].kind != "viper" else Cost())

    def _listing(self, name: str) -> tuple[listing.Listing, list[flow.Loop]]:
        if name not in self._listings:
            function = self.functions.get(name)
            if function is None:
                raise mpy.ListingError(f"paths.toml names {name}, which the firmware does not have")
            shown = listing.of(function)
            self._listings[name] = shown, flow.loops(shown.graph)
        return self._listings[name]

    def _target(
        self,
        caller: str,
        step: listing.Step,
        space: Mapping[str, float],
        apart: frozenset[str],
        way: tuple[str, ...],
    ) -> Cost:
        """What a looked-up name costs beyond the look-up and the call."""
        called = step.name
        rule = self.paths["function"].get(caller, {}).get("calls", {}).get(called)
        if rule is None:
            rule = self._of_module(step.owner, called) or self.paths["names"].get(called)
        if rule is None and not _is_constant(step):
            rule = self._found_by_name(caller, called)
        if rule in ("", "-", None):
            return Cost()
        target, *settings = str(rule).split()
        share = 1.0
        inner = dict(space)
        for setting in settings:
            key, _, formula = setting.partition("=")
            if key == "share":
                share = evaluate(formula, space)
            else:
                inner[key] = evaluate(formula, space)
        return self._call(target, inner, apart, way) * share

    def _call(
        self, target: str, space: Mapping[str, float], apart: frozenset[str], way: tuple[str, ...]
    ) -> Cost:
        if target in apart:
            return Cost()
        if target in self.functions:
            return self._remembered(target, tuple(sorted(space.items())), apart, way)
        return self.figures.cost(target)

    def _remembered(
        self, target: str, values: tuple[tuple[str, float], ...], apart: frozenset[str], way: tuple[str, ...]
    ) -> Cost:
        key = target, values, apart
        if key not in self._memory:
            self._memory[key] = self._cost(target, values, apart, way)
        return self._memory[key]

    def _of_module(self, owner: str, called: str) -> str | None:
        """A function of the module of that name."""
        found = [name for name in self._by_last.get(called, []) if name.endswith(f".{owner}.{called}")]
        return found[0] if owner and len(found) == 1 else None

    def _found_by_name(self, caller: str, called: str) -> str | None:
        """The one function of that name; "" for a name that is no function of the firmware."""
        found = self._by_last.get(called, [])
        if (own := f"{caller.rpartition('.')[0]}.{called}") in found:
            return own
        module = max((m for m in self._modules if caller.startswith(m + ".")), key=len)
        near = [name for name in found if name.startswith(module + ".")]
        if len(near) == 1:
            return near[0]
        if len(found) > 1:
            raise mpy.ListingError(f"{caller} calls {called}: say in paths.toml which of {', '.join(found)}")
        if found:
            return found[0]
        if called in self.paths["plain"] or called in self._module_names:
            return ""
        raise mpy.ListingError(f"{caller} uses {called}: say in paths.toml what that costs")


def _is_constant(step: listing.Step) -> bool:
    """Constants, and private variables of a module, are looked up and not called."""
    return step.name.isupper() or (step.name.startswith("_") and not step.is_method)


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Modules that a board gets, by name, without what lies in a driver's folder for the tests."""
    for folder in ("firmware/insole", "firmware/drivers", "shared/insole_protocol"):
        top = root / folder
        for path in sorted(top.rglob("*.py")):
            if path.name not in ("fake.py", "cases.py"):
                parts = path.relative_to(top.parent).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def load_figures() -> Figures:
    """`figures.toml` of this folder."""
    return Figures(tomllib.loads((HERE / "figures.toml").read_text(encoding="utf-8")))


def load_paths() -> dict[str, Any]:
    """`paths.toml` of this folder."""
    return tomllib.loads((HERE / "paths.toml").read_text(encoding="utf-8"))
