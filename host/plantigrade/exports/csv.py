# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""CSV: a folder with `frames.csv`, `strides.csv`, `events.csv` and `about.json`.

Holds everything: numbers are written so that they read back as the same bits. Text knows no types:
the reader must be told that `seq` and `host_utc_ns` are 64-bit integers; a spreadsheet rounds `host_utc_ns`.
"""

from pathlib import Path

from plantigrade.exports.about import about_text
from plantigrade.exports.atomic_write import new_folder
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.tables import events_text, frame_tables, strides_text


def write(data: ExportData, path: Path) -> None:
    """Write the folder `path`.

    Raises:
        ExportError: it is there already or cannot be written.
    """
    from pyarrow import csv as arrow_csv

    with new_folder(path) as folder:
        writer = None
        try:
            for table in frame_tables(data):
                writer = writer or arrow_csv.CSVWriter(
                    folder / "frames.csv", table.schema, write_options=_options()
                )
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
        (folder / "strides.csv").write_text(strides_text(data), encoding="utf-8", newline="")
        (folder / "events.csv").write_text(events_text(data), encoding="utf-8", newline="")
        (folder / "about.json").write_text(about_text(data), encoding="utf-8")


def _options() -> object:
    from pyarrow import csv as arrow_csv

    return arrow_csv.WriteOptions(quoting_style="needed", quoting_header="none")
