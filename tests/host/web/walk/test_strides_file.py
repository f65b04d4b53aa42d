"""/walks/ID.csv says of each stride what `analyze --strides` says of it, also why it does not count."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
from plantigrade.analysis.tables import strides_csv
from plantigrade.gait.results import Analysis
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.strides import read_strides, write_strides
from plantigrade.web.pages.walk.files import _csv  # the answer's content, whoever asks

from tests.host.analyze import tiny


def of_the_page(analysis: Analysis, folder: Path) -> str:
    path = folder / "strides.parquet"
    write_strides(analysis, {}, path)
    return b"".join(_csv(read_strides(ColumnFile(path)))).decode()


def test_it_is_the_table_of_analyze(tmp_path: Path) -> None:
    made = tiny.analysis()
    assert of_the_page(made, tmp_path).replace("\r\n", "\n") == strides_csv(made)


def test_a_stride_that_does_not_count_says_why(tmp_path: Path) -> None:
    rows = list(csv.DictReader(of_the_page(tiny.analysis(), tmp_path).splitlines()))
    assert [(row["valid"], row["reason"], row["bout"]) for row in rows] == [
        ("1", "", "0"),
        ("1", "", "1"),
        ("0", "turn; outlier", ""),
        ("0", "start of walking", ""),
        ("0", "samples missing", ""),
    ]


def test_contacts_late_in_a_day_keep_their_microseconds(tmp_path: Path) -> None:
    made = tiny.analysis()
    assert made.left is not None
    late = made.left.strides.initial_contact_s + 43_200.123456
    left = replace(made.left, strides=replace(made.left.strides, initial_contact_s=np.asarray(late)))
    rows = list(csv.DictReader(of_the_page(replace(made, left=left), tmp_path).splitlines()))
    of_left = [row["initial_contact_s"] for row in rows if row["foot"] == "left"]
    assert of_left[0] == "43201.123456"
