"""docs/reference/settings.md says what the table of settings says."""

import re

from insole_protocol.settings import TABLE, TEXT

from tests.firmware.micropython_run import ROOT

ROW = re.compile(r"^\| (\d+) \| (\w+) \| (\w+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)


def test_the_page_lists_every_setting() -> None:
    rows = ROW.findall((ROOT / "docs/reference/settings.md").read_text())
    listed = [tuple(cell.strip() for cell in row[:5]) for row in rows]
    expected = [
        (
            str(one.key),
            one.name,
            "text" if one.kind == TEXT else str(one.kind),
            one.allowed,
            str(one.default) or "empty",
        )
        for one in TABLE
    ]
    assert listed == expected
    assert all(row[5].strip() for row in rows), "each has a meaning in words"
