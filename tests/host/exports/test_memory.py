"""How much exports work on at once: a day of both feet has 17 million frames and a gigabyte of forces."""

from plantigrade.exports import bids, edf, export_data, mat, mat73, merged, opengo, slots


def test_what_is_worked_on_at_once() -> None:
    """Times and rows a million at a time (8 MB a column); forces of 16 sensors 65 536 rows (4 MB); text in
    fewer, as it takes more; EDF+ ten minutes; MATLAB's level 7.3 in chunks that its readers unpack."""
    assert merged._PIECE == slots._PIECE == edf._STRETCH_ROWS == mat.LONG_ROWS == 1_048_576
    assert export_data.PIECE_ROWS == opengo.CHUNK == 65_536
    assert bids.CHUNK == mat73.CHUNK_ROWS == 16_384
    assert opengo.LINES == 8_192 and edf.BLOCK_RECORDS == 600
    assert mat73.USERBLOCK == 512
