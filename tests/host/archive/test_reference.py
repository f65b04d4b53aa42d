"""A reference set from the archive: each person once, with all strides of the recordings that are chosen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from plantigrade.archive.errors import ArchiveError
from plantigrade.archive.population import build_from_archive, chosen
from plantigrade.archive.reference_commands import reference
from plantigrade.archive.store import ArchiveStore
from plantigrade.cli import Invocation
from plantigrade.errors import PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.posture.norms import build
from plantigrade.posture.norms.build import About
from plantigrade.posture.norms.reference_set import load_reference

from tests.host.archive import kit

ABOUT = About("ours", "own recordings", "not for others")
OF_PERSON = {"P001": (0, 2), "P002": (1, 3)}


@pytest.fixture(scope="module")
def of_two(client: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Two people with two recordings each, analysed."""
    made = kit.library(tmp_path_factory.mktemp("reference") / "data", 4)
    kit.analysed(client, made)
    return made


@pytest.fixture(autouse=True)
def two_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits have tests of their own, beside those of sets from files."""
    monkeypatch.setattr(build, "FEWEST_PEOPLE", 2)
    monkeypatch.setattr(build, "FEWEST_STRIDES", 8)


def store_of(library: Library) -> ArchiveStore:
    return ArchiveStore(str(library.data_dir))


def stride_time_s(numbers: tuple[int, ...]) -> float:
    """Of a person, by hand: the mean of both feet's medians over the valid strides of some recordings."""
    analyses = [analyze(kit.piece(number)) for number in numbers]
    medians: list[float] = []
    for side in Foot:
        tables = [foot.strides for found in analyses for foot in found.feet if foot.foot is side]
        medians.append(float(np.median(np.concatenate([one.stride_time_s[one.valid] for one in tables]))))
    return float(np.mean(medians))


def test_each_person_is_in_it_once_with_all_strides(of_two: Library) -> None:
    built = build_from_archive(of_two, store_of(of_two), "", ABOUT)
    assert (built.reference.people, built.reference.instrument, built.left_out) == (2, "insole", {})
    expected = [stride_time_s(numbers) for numbers in OF_PERSON.values()]
    found = built.reference.distributions["stride_time_s"]
    assert found.n == 2
    assert found.mean == pytest.approx(np.mean(expected), rel=1e-3)  # it is rounded
    assert {"first_peak_bw", "load_share_heel_pct"} <= built.reference.distributions.keys()


def test_a_condition_chooses_recordings(of_two: Library) -> None:
    """Shoes of even pieces are flat, all of P001, and of odd ones trail."""
    assert [one.person for one in chosen(of_two)] == ["P001", "P002"]
    flat = chosen(of_two, "list_contains(tags, 'shoe:flat')")
    assert [(one.person, len(one.recordings)) for one in flat] == [("P001", 2)]
    with pytest.raises(PlantigradeError, match="1 people have"):
        build_from_archive(of_two, store_of(of_two), "person = 'P001'", ABOUT)


@pytest.mark.parametrize(
    "where", ["shoe = 'flat'", "true) OR (", "EXISTS (SELECT * FROM read_text('/etc/passwd'))"]
)
def test_a_condition_that_is_none_is_refused(of_two: Library, where: str) -> None:
    with pytest.raises(ArchiveError, match="the condition is not understood"):
        chosen(of_two, where)


def test_who_has_too_few_strides_is_left_out_by_code(
    of_two: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty seconds have fewer than twenty strides of a foot, and two times twenty seconds more."""
    monkeypatch.setattr(build, "FEWEST_PEOPLE", 1)
    monkeypatch.setattr(build, "FEWEST_STRIDES", 20)
    one = chosen(of_two)[0].recordings[0]
    where = f"person = 'P002' OR recording = '{one}'"
    built = build_from_archive(of_two, store_of(of_two), where, ABOUT)
    assert list(built.left_out) == ["P001"] and built.reference.people == 1


def run(library: Library, *texts: str) -> Result:
    return CliRunner().invoke(reference, ["build", *texts], obj=Invocation(data=library.data_dir))


def test_the_command(of_two: Library, tmp_path: Path) -> None:
    about = ("-o", str(tmp_path / "a.json"), "--name", "ours", "--source", "us", "--licence", "none")
    assert run(of_two, "--archive", *about).exit_code == 0
    found = load_reference(tmp_path / "a.json")
    assert (found.name, found.people, found.source) == ("ours", 2, "us")
    for texts, problem in (
        ((), "name the recordings, or --archive"),
        (("walk.csv", "--archive"), "name the recordings, or --archive"),
        (("walk.csv", "--where", "true"), "--where chooses among the recordings of the --archive"),
    ):
        refused = run(of_two, *texts, *about)
        assert refused.exit_code == 2 and problem in refused.stderr
