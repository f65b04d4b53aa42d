"""Tables and arrays: shapes, units, coordinates; what is refused, and how."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import plantigrade as pg
import pytest
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.library.recordings.frames import NO_TIME

from tests.host.analyze.walks import write_walk
from tests.host.library import library_kit


@pytest.fixture(scope="module")
def walk() -> pg.Recording:
    return pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)


def test_both_feet_below_each_other(walk: pg.Recording) -> None:
    forces = walk.forces()
    assert forces.index.names == ["foot", "time_s"]
    assert forces.shape == (6000, 17)
    assert forces.loc["right"].equals(walk.forces("right"))
    assert np.allclose(forces["force_n"], forces.filter(regex=r"^f\d\d_n$").sum(axis=1), rtol=1e-6)


@pytest.mark.parametrize(
    "name", ["frames", "forces", "cop", "strides", "events", "bouts", "balance", "posture"]
)
def test_every_column_and_index_has_its_unit(walk: pg.Recording, name: str) -> None:
    frame = getattr(walk, name)()
    indexed = [one for one in frame.index.names if one not in (None, "foot")]
    assert set(frame.attrs["units"]) >= {*frame.columns, *indexed}
    assert frame.attrs["recording"] == "virtual walk, seed 1"


def test_the_centre_of_pressure_of_hand_made_loads(tmp_path: Path) -> None:
    """300 N at the heel and 100 N at the second sensor: three quarters of the way towards the heel."""
    sensors = pg.twin.walk(pg.twin.person(1), seconds=1, seed=1).sensors("left")
    titles = ",".join(f"left_{name}_n" for name in SENSOR_NAMES)
    loads = ["300,100" + ",0" * 14, "5,5" + ",0" * 14]
    rows = [f"{row / 100:.2f},{loads[row >= 150]}" for row in range(300)]
    path = tmp_path / "two.csv"
    path.write_text(f"# eu_size: 42\ntime_s,{titles}\n" + "\n".join(rows) + "\n")
    recording = pg.read(path)
    cop = recording.cop("left")
    expected = 0.75 * sensors.loc[0, ["x_mm", "y_mm"]] + 0.25 * sensors.loc[1, ["x_mm", "y_mm"]]
    assert cop["cop_x_mm"].iloc[0] == pytest.approx(expected["x_mm"])
    assert cop["cop_y_mm"].iloc[0] == pytest.approx(expected["y_mm"])
    assert np.isnan(cop["cop_x_mm"].iloc[200]), "10 N are noise"


def test_strides_say_what_is_odd_about_their_motion() -> None:
    """As the CSV does; the recording ends 0.16 s after the right foot has come down."""
    moving = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1, motion=True)
    analysis = moving[:12.2].analyze()
    reasons = analysis.strides()["motion_reason"]
    at = analysis.to_csv().splitlines()[0].split(",").index("motion_reason")
    assert reasons.tolist() == [line.split(",")[at] for line in analysis.to_csv().splitlines()[1:]]
    assert {"", "stance too short to stand still"} <= set(reasons)
    assert analysis.xarray.strides()["motion_reason"].values.tolist() == reasons.tolist()


def test_arrays_carry_units_and_coordinates(walk: pg.Recording) -> None:
    forces = walk.xarray.forces("left")
    assert forces["force"].dims == ("time", "sensor")
    assert np.array_equal(forces["force"].to_numpy(), walk.forces("left").iloc[:, 1:].to_numpy())
    assert forces["time"].attrs["units"] == "s"
    assert {name: forces[name].attrs["units"] for name in ("x", "y", "area")} == {
        "x": "mm", "y": "mm", "area": "cm2",
    }  # fmt: skip
    cop = walk.xarray.cop("right")
    assert np.array_equal(cop["cop_x"], walk.cop("right")["cop_x_mm"], equal_nan=True)
    strides = walk.xarray.strides()
    assert strides["stride_time_s"].attrs == {"units": "s", "long_name": "Stride time"}
    assert np.array_equal(strides["stride_time_s"], walk.strides()["stride_time_s"])
    assert walk.xarray.frames("left")["f00_n"].dims == ("time",)


def test_arrays_go_into_a_file_and_come_back(walk: pg.Recording, tmp_path: Path) -> None:
    """NetCDF, which other programs read: nothing in the arrays is an object of Python."""
    import xarray as xr

    for name, made in {"forces": walk.xarray.forces("left"), "cop": walk.xarray.cop("left")}.items():
        path = tmp_path / f"{name}.nc"
        made.astype("float64").to_netcdf(path, engine="scipy")
        with xr.open_dataset(path, engine="scipy") as back:
            assert back.sizes == made.sizes
            assert back[next(iter(made))].attrs["units"] == made[next(iter(made))].attrs["units"]
    tree = walk.xarray.tree()
    assert all(node.dtype.kind in "biufMU" for part in tree.children.values() for node in part.values())


def test_a_footswitch_has_no_newtons(tmp_path: Path) -> None:
    path = tmp_path / "switch.csv"
    rows = "\n".join(f"{row / 100:.2f},{int(row % 110 < 60)}" for row in range(1000))
    path.write_text(f"time_s,left_footswitch\n{rows}\n")
    recording = pg.read(path)
    assert list(recording.forces("left").columns) == ["load", "f00"]
    assert recording.xarray.forces("left")["force"].attrs["units"] == "1"
    with pytest.raises(pg.PlantigradeError, match="no centre of pressure: its source has no forces"):
        recording.cop("left")
    with pytest.raises(pg.PlantigradeError, match="has no right foot; it has left"):
        recording.forces("right")


def test_frames_without_a_clock_have_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = library_kit.frames(300)
    made.host_ns[:10], made.uncertainty_us[:10] = NO_TIME, -1
    monkeypatch.setattr(library_kit, "frames", lambda _rows: made)
    frames = pg.read(library_kit.finalized(tmp_path, "R1")).frames("left")
    assert frames["utc"].isna().sum() == frames["uncertainty_us"].isna().sum() == 10
    assert np.isnan(frames.index[:10]).all() and frames.index[10] == 0.1


def test_gaps_say_why(tmp_path: Path) -> None:
    gaps = pg.read(library_kit.finalized(tmp_path, "R1", gap=True)).gaps()
    assert gaps.columns.tolist() == ["foot", "from_s", "to_s", "reason"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(pg.FileError, match="nothing"):
        pg.read(tmp_path / "nothing.csv")
    (tmp_path / "data" / "recordings").mkdir(parents=True)
    with pytest.raises(pg.FileError, match="neither a file nor a recording of the library"):
        pg.read("20990101", data=tmp_path / "data")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(pg.FileError, match="is a PDF"):
        pg.read(tmp_path / "x.pdf")
    with pytest.raises(pg.PlantigradeError, match="unknown format 'nonsense'"):
        pg.read(write_walk(tmp_path / "walk.csv", seconds=5.0), format="nonsense")
    with pytest.raises(TypeError, match="is no list"):
        list(pg.twin.walk(pg.twin.person(1), seconds=5, seed=1))


def test_the_library_names_who_and_what(tmp_path: Path) -> None:
    with pg.Library(tmp_path) as library:
        library.add_person("P001", weight_kg=70, shoe_size_eu=42)
        walk = pg.twin.walk(pg.twin.person(1), seconds=10, seed=1)
        name = library.add(walk, person="P001", tags=["shoe:trail"], title="a walk")
        assert list(library) == [name] and name in library and "other" not in library
        assert library[name].id == name and repr(library).endswith("1 recordings>")
        row = library.recordings(person="P001", tags=["shoe:trail"]).loc[name]
        assert (row["title"], row["person"], row["tags"], row["kind"]) == (
            "a walk",
            "P001",
            "shoe:trail",
            "import",
        )
        assert library.recordings(tags=["shoe:other"]).empty
        assert np.array_equal(library[name].forces("left"), walk.forces("left"))
        with pytest.raises(pg.PlantigradeError, match="KIND:VALUE"):
            library.recordings(tags=["trail"])
        with pytest.raises(pg.PlantigradeError, match="tags are a list"):
            library.add(walk, tags="shoe:trail")
        with pytest.raises(pg.PlantigradeError, match="no recording 'nothing'"):
            library.read("nothing")


@pytest.mark.parametrize(
    ("module", "use"), [("pandas", "w.forces('left')"), ("xarray", "w.xarray.forces('left')")]
)
def test_a_part_that_is_not_installed_is_named(module: str, use: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\nimport plantigrade as pg\n"
        "w = pg.twin.walk(pg.twin.person(1), seconds=5, seed=1)\n"
        f"try:\n    {use}\nexcept pg.PlantigradeError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert module in done.stdout and "pip install 'plantigrade[python]'" in done.stdout


def test_feet_that_move_are_felt_and_their_truth_is_told() -> None:
    walk = pg.twin.walk(pg.twin.person(1), seconds=20, seed=1, motion=True)
    still = pg.twin.walk(pg.twin.person(1), seconds=20, seed=1)
    assert walk.forces().equals(still.forces())
    frames = walk.frames("left")
    assert frames.attrs["units"]["acc_z_m_s2"] == "m/s2" and frames.attrs["units"]["gyr_x_deg_s"] == "deg/s"
    assert np.abs(frames.filter(like="acc_").to_numpy()).max() > 15
    truth = walk.truth()
    assert truth["initial_contact_s"].equals(still.truth()["initial_contact_s"])
    steady = truth.query("foot == 'left' and 3 < initial_contact_s < 15")
    speed = steady["stride_length_m"].iloc[:-1] / np.diff(steady["initial_contact_s"])
    assert np.allclose(speed, steady["speed_m_per_s"].iloc[:-1])
    assert "stride_length_m" not in still.truth().columns
