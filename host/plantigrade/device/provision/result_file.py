"""`batch-result.csv` and the report of each insole as JSON."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from insole_protocol.layout import SENSOR_NAMES

from plantigrade.calibration.model import as_json
from plantigrade.device.provision.record import InsoleIdentity
from plantigrade.device.provision.steps import Made, Outcome, StepFailedError
from plantigrade.errors import FileError
from plantigrade.files.atomic_write import new_file

NAME: Final = "batch-result.csv"
REPORT: Final = "report.json"
SCHEMA: Final = "plantigrade.provision/1"
COLUMNS: Final[tuple[str, ...]] = (
    "serial", "side", "size", "batch", "label", "result", "step", "problem", "record", "key", "number",
    "made_on", "firmware", "self_test_faults", "calibrated_places",
)  # fmt: skip

Row = dict[str, str]


def row_of(made: Made) -> Row:
    """The row of an insole that was made; the same for one that was made before."""
    identity = made.identity
    fitted = 0
    if identity.calibration is not None:
        fitted = sum(curve.residual_pct is not None for curve in identity.calibration.sensors)
    faults = "" if identity.self_test is None else str(identity.self_test.faults)
    values = (
        identity.serial, identity.side, f"{identity.size_eu:g}", identity.batch, identity.label, "made", "",
        "", made.origin.value, made.key_id, str(made.sequence), identity.made_on, identity.firmware, faults,
        str(fitted),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def failed_row(error: StepFailedError, side: str, size: str, batch: str) -> Row:
    """The row of a board that did not pass."""
    row = dict.fromkeys(COLUMNS, "")
    problem = " ".join(error.problem.split())
    row |= {"serial": error.serial, "side": side, "size": size, "batch": batch}
    return row | {"result": Outcome.FAILED.value, "step": error.step.value, "problem": problem}


def put_row(path: Path, row: Row) -> None:
    """Put a row in its place: that of the same serial, or the end.

    A failure goes before no insole that was made: what was made stays so.

    Raises:
        FileError: the file there is no result of ours, or cannot be written.
    """
    rows = read_rows(path)
    serials = [one["serial"] for one in rows]
    if row["serial"] not in serials:
        rows.append(row)
    else:
        rows[serials.index(row["serial"])] = row
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([one[name] for name in COLUMNS] for one in rows)
    if path.is_file() and path.read_text("utf-8") == text.getvalue():
        return
    with new_file(path) as draft:
        draft.write_text(text.getvalue(), "utf-8")


def read_rows(path: Path) -> list[Row]:
    """The rows of a result file; none where there is no file.

    Raises:
        FileError: it is no result of ours, or cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, f"cannot be read ({error})") from error
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise FileError(path, "is no result of a batch: name another folder with --output")
    return [{name: row[name] or "" for name in COLUMNS} for row in rows]


def report_values(made: Made) -> dict[str, Any]:
    """The report of an insole; no secret is among its values."""
    identity = made.identity
    return {
        "schema": SCHEMA,
        "identity": identity_values(identity),
        "origin": made.origin.value,
        "key_id": made.key_id,
        "sequence": made.sequence,
        "steps": [{"name": step.value, "text": text} for step, text in made.texts.items()],
        "self_test": None if identity.self_test is None else asdict(identity.self_test),
        "calibration": None if identity.calibration is None else as_json(identity.calibration),
        "places": _places(identity),
    }


def identity_values(identity: InsoleIdentity) -> dict[str, Any]:
    """What an insole is, without the figures that were measured."""
    values = {
        name: value for name, value in vars(identity).items() if name not in ("self_test", "calibration")
    }
    return dict(values)


def _places(identity: InsoleIdentity) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    for index, name in enumerate(SENSOR_NAMES):
        level = "-" if identity.self_test is None else str(identity.self_test.levels[index])
        gain = exponent = residual = "design"
        if identity.calibration is not None:
            curve = identity.calibration.sensors[index]
            gain, exponent = f"{curve.conductance_us_per_n:.2f}", f"{curve.exponent:.3f}"
            residual = "design" if curve.residual_pct is None else f"{curve.residual_pct:.1f}"
        places.append(
            {
                "number": index + 1, "name": name.replace("_", " "), "unloaded": level, "gain": gain,
                "exponent": exponent, "residual": residual,
            }
        )  # fmt: skip
    return places


def write_report(values: Mapping[str, Any], folder: Path) -> Path:
    """Write the report as JSON.

    Raises:
        FileError: it cannot be written.
    """
    path = folder / REPORT
    with new_file(path) as draft:
        draft.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    return path
