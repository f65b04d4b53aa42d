"""`make golden`: what it prints, when it writes, and the row that it puts into the changelog."""

import math
from pathlib import Path

import pytest

from tools.golden import changelog, store
from tools.golden.__main__ import HOW, main
from tools.golden.comparison import Change, UnknownKindError, changes, largest, summary, table
from tools.golden.figures import Tree, kind_of, leaves

TOLERANCES = {"relative": 0.001, "N": 0.5, "s": 0.01}
CHANGELOG = """\
# Changes

## 0.2.0 (unreleased)

For engineers:

- A thing.

Results (gait algorithm version 1).
More of it.

## 0.1.0

Results of old.
"""


def tree(f1_n: float = 1000.0, n: int = 40, note: str = "", **more: object) -> Tree:
    parameter: dict[str, object] = {"value": f1_n, "n": n, "unit": "N", "sd": 20.0, "note": note}
    return {"walk": {"left": {"f1_n": parameter}, "notes": [], "input": {"to_s": 60.0}, **more}}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    figures, log = tmp_path / "figures.toml", tmp_path / "CHANGELOG.md"
    store.write(TOLERANCES, tree(), figures)
    log.write_text(CHANGELOG)
    return figures, log


def run(files: tuple[Path, Path], now: Tree, *texts: str) -> int:
    return main(list(texts), figures=files[0], changes=files[1], computed=lambda: now)


def test_without_a_change_it_says_so_and_writes_nothing(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = [path.read_text() for path in files]
    assert run(files, tree()) == 0
    assert run(files, tree(), "--reason", "none") == 0
    assert capsys.readouterr().out == "no change\nno change\n"
    assert [path.read_text() for path in files] == before


def test_a_change_is_a_table_and_an_error(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = [path.read_text() for path in files]
    assert run(files, tree(990.0, 41)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "figure                   old    new  difference  relative  tolerance",
        "walk.left.f1_n.value  1000.0  990.0         -10      -1 %     beyond",
        "walk.left.f1_n.n          40     41          +1    +2.5 %     beyond",
        "changed beyond tolerance: 2 figures; within it: 0",
        HOW,
    ]
    assert [path.read_text() for path in files] == before


def test_a_reason_writes_the_figures_and_a_row(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    now = tree(990.0, 41)
    assert run(files, now, "--reason", "F1 is the first peak, not the highest.") == 0
    assert capsys.readouterr().out.endswith("wrote figures.toml and a row of CHANGELOG.md\n")
    assert store.read(files[0]) == (TOLERANCES, now)
    row = (
        "- F1 is the first peak, not the highest. 2 figures of 1 golden recording changed, most of all "
        "`left.f1_n.value` of\n  walk from 1000.0 to 990.0 (-1 %).\n"
    )
    assert files[1].read_text() == CHANGELOG.replace("More of it.\n", f"More of it.\n\n{row}")
    assert run(files, now) == 0


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_without_words_is_refused(files: tuple[Path, Path], reason: str) -> None:
    with pytest.raises(SystemExit):
        run(files, tree(990.0), "--reason", reason)
    assert files[1].read_text() == CHANGELOG


def test_within_the_tolerance_is_told_but_no_error(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """1000 N may move by 0.5 N + 0.001 x 1000 N = 1.5 N."""
    assert run(files, tree(1001.4375), "--reason", "rounding") == 0
    out = capsys.readouterr().out
    assert "within" in out
    assert out.endswith("no change beyond tolerance; within it: 1 figure\n")
    assert files[1].read_text() == CHANGELOG
    assert run(files, tree(1001.5)) == 0
    assert run(files, tree(998.5)) == 0
    assert run(files, tree(1001.5625)) == 1
    assert run(files, tree(998.4375)) == 1


def test_a_changelog_without_an_unreleased_version_keeps_both_files(files: tuple[Path, Path]) -> None:
    files[1].write_text("# Changes\n\n## 0.1.0\n")
    before = files[0].read_text()
    with pytest.raises(changelog.NoPlaceError, match="unreleased"):
        run(files, tree(990.0), "--reason", "why")
    assert files[0].read_text() == before


def test_the_next_row_continues_the_list() -> None:
    once = changelog.with_row(CHANGELOG, "- one\n  of two lines")
    twice = changelog.with_row(once, "- two")
    assert "More of it.\n\n- one\n  of two lines\n- two\n\n## 0.1.0\n" in twice


def test_a_part_of_results_is_begun_where_there_is_none() -> None:
    text = "# Changes\n\n## 0.2.0 (unreleased)\n\n- A thing.\n\n## 0.1.0\n\nResults.\n"
    assert changelog.with_row(text, "- one") == text.replace(
        "- A thing.\n\n", "- A thing.\n\nResults:\n\n- one\n\n"
    )
    assert changelog.with_row("## 1 (unreleased)\n", "- one") == "## 1 (unreleased)\n\nResults:\n\n- one\n"


def test_a_part_behind_the_results_stays_behind() -> None:
    text = "## 1 (unreleased)\n\nResults:\n\n- one\n\nFor engineers:\n\n- A thing.\n"
    assert changelog.with_row(text, "- two") == text.replace("- one\n", "- one\n- two\n")


def test_the_row_names_the_largest_change_of_a_value() -> None:
    found = [
        Change("a.left.x_s.sd", 1.0, 3.0, beyond=True),
        Change("a.left.x_s.value", 1.0, 1.25, beyond=True),
        Change("b.left.y_s.value", 4.0, 2.0, beyond=True),
        Change("b.left.z_s.value", 1.0, 9.0, beyond=False),
        Change("b.left.w_s.value", 0.0, 9.0, beyond=True),
        Change("c.notes[0]", "a", "b", beyond=True),
    ]
    assert largest(found).path == "b.left.y_s.value"
    assert largest(found[:1] + found[4:]).path == "a.left.x_s.sd"
    assert changelog.row("Why", found) == (
        "- Why. 5 figures of 3 golden recordings changed, most of all `left.y_s.value` of b from 4.0 to 2.0 "
        "(-50 %)."
    )


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        (Change("a.x.value", None, 2.5, beyond=True), "`x.value` of a is new (2.5)."),
        (Change("a.x.value", 2.5, None, beyond=True), "`x.value` of a is gone (was 2.5)."),
        (Change("a.x.value", "unknown", 2.5, beyond=True), "`x.value` of a from unknown to 2.5."),
        (Change("a.x.value", 0.0, 2.5, beyond=True), "`x.value` of a from 0.0 to 2.5."),
    ],
)
def test_what_has_no_share_is_said_without(change: Change, texts: str) -> None:
    expected = f"- Why. 1 figure of 1 golden recording changed, most of all {texts}"
    assert changelog.row("Why", [change]) == expected


def test_relative_is_a_share_of_the_old_figure() -> None:
    assert Change("a", 4.0, 5.0, beyond=True).relative == 0.25
    assert Change("a", -4.0, -5.0, beyond=True).relative == -0.25
    assert Change("a", 0.0, -5.0, beyond=True).relative == -math.inf
    assert Change("a", "x", 5.0, beyond=True).relative is None
    assert Change("a", True, 5.0, beyond=True).difference is None


def test_texts_are_written_below_the_table() -> None:
    long = "left foot: only 1.3 s recorded; too short"
    found = [Change("a.notes[0]", "short", long, beyond=True), Change("a.b", "x", "y", beyond=False)]
    assert table(found).splitlines()[1:] == [
        "a.notes[0]  below  below                           beyond",
        "  old: short",
        f"  new: {long}",
        "a.b           'x'    'y'                           within",
    ]


def test_the_table_shows_what_is_beyond_first_and_counts_the_rest() -> None:
    found = [Change(f"a.b{i}", 1.0, 2.0, beyond=i == 2) for i in range(4)]
    lines = table(found, 2).splitlines()
    assert [line.split()[0] for line in lines] == ["figure", "a.b2", "a.b0", "and"]
    assert lines[-1] == "and 2 more"
    assert summary(found) == "changed beyond tolerance: 1 figure; within it: 3"


def test_a_unit_without_tolerance_is_an_error() -> None:
    with pytest.raises(UnknownKindError, match="'N'"):
        changes({"relative": 0.1}, tree(), tree(990.0))


def test_an_integer_that_becomes_a_float_is_a_change() -> None:
    now: Tree = tree()
    now["walk"]["left"]["f1_n"]["n"] = 40.0
    assert [change.beyond for change in changes(TOLERANCES, tree(), now)] == [True]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("w.left.f1_n.value", "N"),
        ("w.left.f1_n.mad", "N"),
        ("w.left.f1_n.cv_pct", "%"),
        ("w.left.f1_n.n", "exact"),
        ("w.left.f1_n.unit", "exact"),
        ("w.left.force_cycle.mean[1]", "N"),
        ("w.input.to_s", "s"),
        ("w.hours.0.cadence_per_min", "steps/min"),
        ("w.posture.arch_left.confidence", "1"),
        ("w.algorithm.settings.contact.block_s", "exact"),
    ],
)
def test_the_kind_of_a_figure_is_its_unit(path: str, kind: str) -> None:
    parameter = {"value": 1.0, "n": 3, "unit": "N", "mad": 0.5, "cv_pct": 2.0}
    made: Tree = {
        "w": {
            "left": {"f1_n": parameter, "force_cycle": {"unit": "N", "mean": [0.0, 1.0]}},
            "input": {"to_s": 1.0, "strange": 2.0},
            "hours": {"0": {"cadence_per_min": 100.5}},
            "posture": {"arch_left": {"confidence": 0.5}},
            "algorithm": {"settings": {"contact.block_s": 2.0}},
        }
    }
    found = dict(leaves(made))
    assert kind_of(path, found) == kind
    with pytest.raises(KeyError, match="unit"):
        kind_of("w.input.strange", found)


def test_the_file_gives_back_what_was_written(tmp_path: Path) -> None:
    parameter = {"value": 1e-07, "n": 3, "unit": "kPa s", "note": 'a "quoted" note'}
    written: Tree = {
        "walk": {
            "notes": ["one", "two"],
            "left": "unknown",
            "right": {"0.5 Hz": parameter, "curve": [float(i) for i in range(23)], "gaps": []},
            "hours": {"0": {"steps": 12, "known": True}},
        }
    }
    path = tmp_path / "figures.toml"
    store.write({"kPa s": 1e-05}, written, path)
    assert store.read(path) == ({"kPa s": 1e-05}, written)
    assert [entry.name for entry in tmp_path.iterdir()] == ["figures.toml"]
