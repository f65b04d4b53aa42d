"""No figure of the golden recordings changes, goes or comes unnoticed."""

import copy
from typing import Any

import pytest

from tools.golden import comparison, figures, store
from tools.golden.__main__ import HOW
from tools.golden.recordings import RECORDINGS, compute

ROWS_SHOWN = 60


@pytest.fixture(scope="module")
def computed() -> figures.Tree:
    return compute()


@pytest.fixture(scope="module")
def retained() -> tuple[dict[str, float], figures.Tree]:
    return store.read()


def judge(tolerances: dict[str, float], stored: figures.Tree, tree: figures.Tree) -> None:
    found = comparison.changes(tolerances, stored, tree)
    beyond = [change for change in found if change.beyond]
    if beyond:
        text = (comparison.table(beyond, ROWS_SHOWN), comparison.summary(found), HOW)
        pytest.fail("\n".join(text), pytrace=False)


def test_every_figure_is_what_it_was(
    retained: tuple[dict[str, float], figures.Tree], computed: figures.Tree
) -> None:
    judge(*retained, computed)


def test_the_stored_file_is_as_the_command_writes_it(retained: tuple[dict[str, float], figures.Tree]) -> None:
    assert store.FILE.read_text(encoding="utf-8") == store.as_text(*retained)


def test_all_members_of_an_analysis_are_stored(retained: tuple[dict[str, float], figures.Tree]) -> None:
    for name in RECORDINGS:
        assert {*retained[1][name]} >= {
            "input",
            "algorithm",
            "accounting",
            "notes",
            "left",
            "right",
            "both",
            "activities",
            "posture",
        }
    stored = dict(figures.leaves(retained[1]))
    values = [path for path in stored if path.endswith(".value")]
    assert len(values) > 1500
    assert sum(stored[path] != figures.UNKNOWN for path in values) > 800


def put(tree: figures.Tree, path: str, value: Any) -> figures.Tree:
    """A copy with another figure; None takes it away."""
    tree = copy.deepcopy(tree)
    *parents, name = _parts(tree, path)
    here: Any = tree
    for parent in parents:
        here = here[parent]
    if value is None:
        del here[name]
    else:
        here[name] = value
    return tree


def _parts(tree: figures.Tree, path: str) -> list[str | int]:
    """Names may hold dots themselves ("contact.block_s"): each step takes the longest that fits."""
    parts: list[str | int] = []
    here: Any = tree
    while path:
        name = next(
            (n for n in sorted(here, key=len, reverse=True) if path == n or path.startswith(f"{n}.")), path
        )
        parts.append(name)
        path = path[len(name) + 1 :]
        here = here.get(name, {}) if isinstance(here, dict) else {}
    return parts


NUDGED = [
    "recorded_control.left.f1_n.value",
    "recorded_control.both.phase_coordination_index_pct.value",
    "recorded_parkinson.bouts.1.parameters.stance_pct.sd",
    "recorded_huntington.right.swing_time_s.mad",
    "virtual_healthy.right.peak_pressure_heel_kpa.value",
    "virtual_asymmetric.posture.low-arch_right.value",
    "virtual_asymmetric.left.cop_mean_x_pct.cv_pct",
    "virtual_standing.standing.0.sway_both.x_mean_hz.value",
    "virtual_standing.eyes_closed_over_open.velocity.value",
]


@pytest.mark.parametrize("path", NUDGED)
def test_a_figure_that_moves_beyond_its_tolerance_is_told(
    path: str, retained: tuple[dict[str, float], figures.Tree]
) -> None:
    tolerances, stored = retained
    old = dict(figures.leaves(stored))[path]
    assert isinstance(old, float)
    judge(tolerances, stored, put(stored, path, old * (1 + 5e-7)))
    with pytest.raises(pytest.fail.Exception) as reported:
        judge(tolerances, stored, put(stored, path, old * 1.001))
    text = str(reported.value)
    row = next(line for line in text.splitlines() if line.startswith(path))
    assert row.split()[1:] == [repr(old), repr(old * 1.001), f"{old * 0.001:+.4g}", "+0.1", "%", "beyond"]
    assert "make golden" in text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("recorded_control.left.f1_n.n", 97),
        ("recorded_control.left.f1_n.unit", "kN"),
        ("recorded_control.both.steps.value", 241.0),
        ("recorded_huntington.left.f1_n.value", 0.0),
        ("recorded_parkinson.activities.1.kind", "sitting"),
        ("virtual_asymmetric.accounting.left.samples_missing", 59),
        ("virtual_asymmetric.posture.low-arch_right.state", "absent"),
        ("virtual_standing.findings.no_cycle_left.text", "left foot: a cycle"),
        ("virtual_healthy.algorithm.settings.contact.block_s", 2.0000001),
    ],
)
def test_counts_texts_settings_and_what_is_unknown_are_compared_exactly(
    path: str, value: Any, retained: tuple[dict[str, float], figures.Tree]
) -> None:
    with pytest.raises(pytest.fail.Exception, match=path.replace(".", r"\.")):
        judge(*retained, put(retained[1], path, value))


def test_one_point_of_a_curve_is_a_figure(retained: tuple[dict[str, float], figures.Tree]) -> None:
    curve = list(retained[1]["virtual_healthy"]["left"]["force_cycle"]["mean"])
    curve[37] += 0.01
    with pytest.raises(pytest.fail.Exception, match=r"virtual_healthy\.left\.force_cycle\.mean\[37\]"):
        judge(*retained, put(retained[1], "virtual_healthy.left.force_cycle.mean", curve))


@pytest.mark.parametrize("path", ["virtual_healthy.left.f1_n.value", "virtual_healthy.left.f1_n"])
def test_a_figure_that_is_gone_is_told(path: str, retained: tuple[dict[str, float], figures.Tree]) -> None:
    with pytest.raises(
        pytest.fail.Exception, match=r"virtual_healthy\.left\.f1_n\.value .* not there +beyond"
    ):
        judge(*retained, put(retained[1], path, None))


def test_a_figure_that_is_new_is_told(retained: tuple[dict[str, float], figures.Tree]) -> None:
    new = {"value": 1.25, "n": 3, "unit": "s"}
    row = r"virtual_healthy\.left\.hop_s\.value +not there +1\.25 +beyond"
    with pytest.raises(pytest.fail.Exception, match=row):
        judge(*retained, put(retained[1], "virtual_healthy.left.hop_s", new))


def test_a_recording_that_is_gone_is_told(retained: tuple[dict[str, float], figures.Tree]) -> None:
    with pytest.raises(pytest.fail.Exception, match="virtual_standing"):
        judge(*retained, put(retained[1], "virtual_standing", None))


def test_what_is_left_out_holds_words_only() -> None:
    from plantigrade.analysis.document import document

    found: Any = document(RECORDINGS["virtual_asymmetric"]())
    for path in figures.TEXTS:
        entries = found[path[0]] if len(path) > 1 else [found[path[0]]]
        for entry in entries if isinstance(entries, list) else [entries]:
            texts = entry.get(path[1], "") if len(path) > 1 else entry
            assert not any(isinstance(leaf, int | float) for leaf in _values(texts)), path


def _values(entry: Any) -> list[Any]:
    if isinstance(entry, dict):
        return [leaf for member in entry.values() for leaf in _values(member)]
    if isinstance(entry, list):
        return [leaf for member in entry for leaf in _values(member)]
    return [entry]
