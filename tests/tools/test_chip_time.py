"""The slot budget: how compiled functions are read, the longest way, and that a slot is long enough."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.chip_time import charges, flow, formula, listing, measure, model, mpy, page, signature, xtensa
from tools.chip_time.budget import CLOCKS_MHZ, CONVERTERS, RESERVE_SHARE, Budget
from tools.chip_time.cost import Cost
from tools.chip_time.flow import Graph

KINDS = ("read", "recalled", "estimated", "measured")


@pytest.fixture(scope="module")
def budget() -> Budget:
    return Budget()


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[[str], dict[str, mpy.Function]]:
    def compile_text(text: str) -> dict[str, mpy.Function]:
        source = tmp_path / "m.py"
        source.write_text(text)
        return mpy.compile_modules({"m": source})

    return compile_text


# Reading what the compiler wrote


def test_opcodes_of_a_function_have_names_and_arguments(
    compiled: Callable[[str], dict[str, mpy.Function]],
) -> None:
    function = compiled("class A:\n def f(self, rows):\n  self.items.append(rows + 1)\n")["m.A.f"]
    assert [(op.name, op.argument) for op in function.ops] == [
        ("LOAD_FAST_N", None),
        ("LOAD_ATTR", "items"),
        ("LOAD_METHOD", "append"),  # a name that the interpreter has built in
        ("LOAD_FAST_N", None),
        ("LOAD_CONST_SMALL_INT", None),
        ("BINARY_OP", None),
        ("CALL_METHOD", 1),
        ("POP_TOP", None),
        ("LOAD_CONST_NONE", None),
        ("RETURN_VALUE", None),
    ]


def test_machine_code_is_cut_into_instructions_with_its_loop(
    compiled: Callable[[str], dict[str, mpy.Function]],
) -> None:
    text = (
        "import micropython\n@micropython.viper\n"
        "def add(n: int) -> int:\n s = 0\n while n > 0:\n  s += n\n  n -= 1\n return s\n"
    )
    function = compiled(text)["m.add"]
    assert function.kind == "viper"
    shown = listing.of(function)
    (loop,) = flow.loops(shown.graph)
    one = {at: Cost(1.0) for at in shown.steps}
    ten, eleven = (flow.longest(shown.graph, one, [turns]).cycles for turns in (10, 11))
    assert eleven - ten == len(loop.nodes) == 13


def test_a_function_of_the_runtime_that_is_not_known_is_refused() -> None:
    with pytest.raises(mpy.ListingError, match="entry 77"):
        xtensa.decode(bytes(4) + b"\x82\x27\x4d\xe0\x08\x00\x1d\xf0")


# The longest way

BRANCH = Graph((0, 1, 2, 3), {0: (1, 2), 1: (3,), 2: (3,), 3: ()})
NESTED = Graph((0, 1, 2, 3, 4), {0: (1,), 1: (2, 4), 2: (3,), 3: (2, 1), 4: ()})


def test_of_two_branches_the_dearer_counts() -> None:
    weights = {0: Cost(1), 1: Cost(5), 2: Cost(0, 1.0), 3: Cost(2)}  # 1 us is 240 cycles
    assert flow.longest(BRANCH, weights, []) == Cost(3, 1.0)


def test_loops_multiply_and_inner_ones_come_after_outer_ones() -> None:
    assert [loop.header for loop in flow.loops(NESTED)] == [1, 2]
    one = {node: Cost(1) for node in NESTED.order}
    # an inner loop: 4 turns of 2 nodes and once more to where it is left; an outer turn: that and its header
    assert flow.longest(NESTED, one, [3, 4]).cycles == 1 + 3 * (1 + 4 * 2 + 2) + 1 + 1


def test_undeclared_loops_are_refused() -> None:
    with pytest.raises(mpy.ListingError, match="2 loops, but 1"):
        flow.longest(NESTED, {node: Cost(1) for node in NESTED.order}, [3])


@pytest.mark.parametrize("text", ["rows % 2", "rows[0]", "open('x')", "missing", "1 +"])
def test_formulas_are_no_more_than_arithmetic(text: str) -> None:
    with pytest.raises(mpy.ListingError):
        formula.evaluate(text, {"rows": 3.0})


# Figures


def test_every_figure_says_where_it_is_from() -> None:
    data = model.load_figures().data
    for row in (*data["cycles"].values(), *data["us"].values(), data["benchmarks"], data["s3"]):
        assert row["kind"] in KINDS and row["source"]


def test_a_published_loop_takes_what_the_model_says_within_its_band(
    compiled: Callable[[str], dict[str, mpy.Function]],
) -> None:
    """lvgl_micropython issue 95: this function takes 248 ms at 240 MHz."""
    text = "def foo(N):\n a = 0\n for i in range(N):\n  for j in range(100):\n   a += 1\n return a\n"
    shown = listing.of(compiled(text)["m.foo"])
    figures = model.load_figures()
    weights = {at: figures.cost(step.kind) for at, step in shown.steps.items()}
    found_ms = flow.longest(shown.graph, weights, [1000, 100]).at(240) / 1000
    assert found_ms == pytest.approx(248, rel=figures.band)


def test_weights_are_what_this_computer_measures_in_order_of_size() -> None:
    """Relations, not times: a name behind a dot, a call, an addition and a local variable each cost less than
    the one before.
    """
    weights, now = model.load_figures().data["weights_ns"], measure.measure()
    order = ("method", "frame", "binary", "fast")
    for found in (weights, now):
        assert sorted(order, key=lambda kind: -found[kind]) == list(order)
    assert set(weights) <= set(now)


# The budget


@pytest.mark.parametrize("mode", ["live", "daily"])
def test_a_slot_is_long_enough_at_the_upper_end(budget: Budget, mode: str) -> None:
    assert budget.free_share(mode, "adc_usual", 240) >= RESERVE_SHARE


@pytest.mark.parametrize("adc", CONVERTERS)
@pytest.mark.parametrize("mode", ["live", "daily"])
def test_every_converter_fits_at_every_clock(budget: Budget, mode: str, adc: str) -> None:
    """A slow converter is asked for fewer conversions (`boards.conversions`)."""
    slow, fast = (budget.free_share(mode, adc, mhz) for mhz in CLOCKS_MHZ)
    assert 0 < slow < fast


def _with_a_loop_in_the_scan(folder: Path) -> Path:
    for name in ("firmware", "shared"):
        shutil.copytree(model.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    source = folder / "firmware" / "insole" / "sampler.py"
    marker = "    def _take(self, jitter_us):\n"
    text = source.read_text(encoding="utf-8")
    assert marker in text
    source.write_text(text.replace(marker, marker + "        for _ in range(1000):\n            pass\n"))
    return folder


def test_a_loop_of_a_thousand_turns_in_the_scan_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = _with_a_loop_in_the_scan(tmp_path)
    with pytest.raises(mpy.ListingError, match=r"Sampler\._take in paths\.toml: 1 loops, but 0"):
        Budget(changed).scan("adc_usual")
    paths = model.load_paths()
    paths["function"]["insole.sampler.Sampler._take"]["loops"] = ["1000"]
    monkeypatch.setattr("tools.chip_time.budget.load_paths", lambda: paths)
    assert Budget(changed).free_share("live", "adc_usual", 240) < RESERVE_SHARE


def test_every_rule_of_the_paths_is_about_a_function_that_there_is(budget: Budget) -> None:
    assert set(model.load_paths()["function"]) <= set(budget.model.functions)


@pytest.mark.parametrize("which", ["page", "charges"])
def test_what_is_written_from_the_budget_is_up_to_date(budget: Budget, which: str) -> None:
    path, text = {
        "page": (page.PAGE, page.page(budget)),
        "charges": (charges.TABLE, charges.table(budget)),
    }[which]
    assert page.same(path.read_text(encoding="utf-8"), text), "run: python -m tools.chip_time --write"


def test_the_band_is_wider_than_what_builds_of_the_same_chip_differ_by() -> None:
    """Benchmarks of one chip with two builds: their means differ by less than the band."""
    rows = model.load_figures().data["benchmarks"]["scores"].values()
    changes = [abs(new / old - 1) for _, old, new in rows]
    assert max(changes) < model.load_figures().band


# Checking a signature


def test_a_signature_is_checked_long_before_the_watchdog_bites() -> None:
    """At the slowest clock and the dearest end; the launcher's watchdog is fed just before."""
    text = (model.ROOT / "firmware" / "main.py").read_text()
    watchdog_ms = int(text.partition("WATCHDOG_MS = ")[2].split()[0])
    least, most = signature.cycles(model.load_figures())
    assert least < most
    assert most / min(signature.CLOCKS_MHZ.values()) / 1000 < watchdog_ms / 2


def test_steps_of_a_signature_grow_with_the_square_of_the_digits() -> None:
    wide, narrow = signature.steps(32), signature.steps(16)
    assert wide.multiply == 17 * 96 * 96 + 96 and wide.divide == 17 * 96 * 97
    assert 3.9 < narrow.multiply / wide.multiply < 4.1
