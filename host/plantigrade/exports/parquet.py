# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Parquet: a folder with `frames.parquet`, `strides.parquet`, `events.parquet` and `about.json`.

Holds everything, with types. The facts of `about.json` also stand in the metadata of `frames.parquet` under
the key `plantigrade`, so that the file alone is enough.
"""

import io
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
    import pyarrow.csv
    import pyarrow.parquet

    with new_folder(path) as folder:
        text = about_text(data)
        writer = None
        try:
            for table in frame_tables(data):
                schema = table.schema.with_metadata({"plantigrade": text})
                writer = writer or pyarrow.parquet.ParquetWriter(
                    folder / "frames.parquet", schema, compression="zstd"
                )
                writer.write_table(table.replace_schema_metadata(schema.metadata))
        finally:
            if writer is not None:
                writer.close()
        for name, content in (("strides", strides_text(data)), ("events", events_text(data))):
            read = pyarrow.csv.read_csv(io.BytesIO(content.encode()))
            pyarrow.parquet.write_table(read, folder / f"{name}.parquet", compression="zstd")
        (folder / "about.json").write_text(text, encoding="utf-8")
