"""Whatever is drawn is drawn from a seed that a failure tells and that can be given again."""

import ast
import random
from pathlib import Path

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.twin import run as twin_run
from plantigrade.twin.body import draw_person
from plantigrade.twin.run import Choices
from plantigrade.twin.seeds import SeededError, seed_in_error, seed_in_notes
from plantigrade.twin.soak import report
from plantigrade.twin.soak.board import SoakError
from plantigrade.twin.soak.run import SoakResult

from tests.e2e.seeds import VARIABLE, drawn

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ("host/plantigrade/twin", "host/plantigrade/demo", "firmware", "tests/e2e", "tests/firmware")
SECRET = {
    "host/plantigrade/twin/central.py": "secrets.token_bytes",  # the host's address on the air
    "host/plantigrade/twin/radio/client.py": "secrets.token_hex",  # what boards prove themselves with
    "firmware/insole/proving.py": "os.urandom",  # what no attacker may foresee
    "firmware/insole/private_beacon.py": "os.urandom",
    "firmware/safe_mode/lock.py": "os.urandom",
    "firmware/sim/chip/bluetooth.py": "os.urandom",  # what a chip makes its private addresses of
}
GENERATORS = ("random.Random", "np.random.default_rng", "np.random.SeedSequence")


def calls(path: Path) -> list[tuple[int, str, int]]:
    """(line, dotted name, number of arguments) of every call, `field(default_factory=...)` included."""
    found: list[tuple[int, str, int]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            found.append((node.lineno, ast.unparse(node.func), len(node.args) + len(node.keywords)))
        elif isinstance(node, ast.keyword) and node.arg == "default_factory":
            found.append((node.value.lineno, ast.unparse(node.value), 0))
    return found


def unseeded(path: Path) -> list[str]:
    """Draws in a file that no seed repeats."""
    problems: list[str] = []
    for line, name, arguments in calls(path):
        of_module = name.startswith(("random.", "np.random.")) and name not in GENERATORS and "(" not in name
        of_system = name.startswith(
            ("secrets.token", "secrets.rand", "secrets.choice", "uuid.uuid")
        ) or name in ("os.urandom", "SystemRandom")
        if (name in GENERATORS and not arguments) or of_module or of_system:
            problems.append(f"{line}: {name}")
    return problems


@pytest.mark.style
@pytest.mark.parametrize("folder", DRAWING)
def test_nothing_is_drawn_that_no_seed_repeats(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        allowed = SECRET.get(name)
        found = [one for one in unseeded(path) if allowed is None or not one.endswith(allowed)]
        assert found == [], name


def test_unseeded_draws_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "drawing.py"
    for line, seen in (
        ("random.Random()", True),
        ("random.Random(3)", False),
        ("random.random()", True),
        ("np.random.default_rng()", True),
        ("np.random.default_rng([3, 1])", False),
        ("np.random.seed(3)", True),
        ("secrets.token_bytes(6)", True),
        ("os.urandom(4)", True),
        ("field(default_factory=random.Random)", True),
        ("draw.random()", False),
    ):
        path.write_text(line)
        assert bool(unseeded(path)) is seen, line


def test_the_seed_is_noted_on_whatever_passes() -> None:
    with pytest.raises(KeyError) as error, seed_in_notes(17, "do it again"):
        raise KeyError("x")
    assert error.value.__notes__ == ["seed 17; again: do it again"]


def test_our_own_errors_tell_the_seed_in_their_line() -> None:
    with pytest.raises(SeededError) as error, seed_in_error(17, "plantigrade x --seed 17"):
        raise PlantigradeError("nothing left")
    assert str(error.value) == "nothing left (seed 17; again: plantigrade x --seed 17)"
    assert isinstance(error.value, PlantigradeError)


def test_others_are_told_of_before_they_show(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), seed_in_error(17, "plantigrade x --seed 17"):
        raise KeyError("x")
    assert capsys.readouterr().err == "plantigrade: seed 17; again: plantigrade x --seed 17\n"


def test_what_goes_well_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with seed_in_error(17, "again"), seed_in_notes(17, "again"):
        pass
    assert capsys.readouterr() == ("", "")


def result(balanced: bool) -> SoakResult:
    return SoakResult(0.5, 9, 3.2, {"link_cut": 2}, {}, balanced, True, True)


def test_a_soak_whose_books_do_not_balance_tells_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "run_soak", lambda hours, seed, show, chip, card: result(balanced=False))
    with pytest.raises(SeededError) as error:
        report.soak_and_report(0.5, 9, None)
    assert str(error.value) == (
        "balanced False, bit exact True, verified True, missing with the power on 0 (lost to the chip 0)"
        " (seed 9; again: plantigrade twin soak --hours 0.5 --seed 9)"
    )


def test_a_soak_that_cannot_go_on_tells_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(hours: float, seed: int, show: object, chip: object, card: object) -> SoakResult:
        raise SoakError("left board: the firmware ended")

    monkeypatch.setattr(report, "run_soak", broken)
    with pytest.raises(
        SeededError, match=r"ended \(seed 3; again: plantigrade twin soak --hours 24 --seed 3\)$"
    ):
        report.soak_and_report(24, 3, None)


def test_a_soak_that_went_well_says_which_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "run_soak", lambda hours, seed, show, chip, card: result(balanced=True))
    report.soak_and_report(0.5, 9, None)
    assert capsys.readouterr().out.splitlines()[0] == "0.5 h of seed 9 lived through in 3 s"


def test_a_pair_that_fails_tells_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise PlantigradeError("the left board did not start")

    monkeypatch.setattr(twin_run, "_run", broken)
    choices = Choices(conditions=("flat-foot:2:left",), neutral_s=30, seed=44)
    with pytest.raises(SeededError) as error:
        twin_run.run_twin(choices)
    assert str(error.value) == (
        "the left board did not start"
        " (seed 44; again: plantigrade twin run --seed 44 --condition flat-foot:2:left --neutral-s 30)"
    )


def test_a_made_up_person_follows_from_the_seed() -> None:
    assert repr(draw_person(7)) == repr(draw_person(7)) != repr(draw_person(8))


def test_a_test_that_draws_tells_its_seed_and_takes_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(AssertionError) as error, drawn(5) as draw:
        assert draw.random() == random.Random(5).random()
        raise AssertionError("a failure")
    assert error.value.__notes__ == ["drawn from seed 5; again: PLANTIGRADE_SEED=5"]
    monkeypatch.setenv(VARIABLE, "6")
    with drawn(5) as draw:
        assert draw.random() == random.Random(6).random()
