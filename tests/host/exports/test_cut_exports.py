"""A power cut while a recording is exported: what then has the name of the export is the whole of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from plantigrade.exports.formats import FORMATS

from tests.host.exports import tiny
from tests.host.power_cut.plugin import Cut, PowerCut

FORMS = [name for name in FORMATS if name != "zip"]
"""The ZIP goes the way of the other files; what is in it are these."""


def content(path: Path) -> dict[str, bytes]:
    """Every file of an export."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}


@pytest.mark.parametrize("name", FORMS)
def test_a_cut_export_is_whole_or_not_there(name: str, power_cut: PowerCut, tmp_path: Path) -> None:
    form = FORMATS[name]
    data = replace(tiny.data(tmp_path / "recordings"), report=lambda: b"%PDF")
    target = tmp_path / "of the user"
    target.mkdir()
    out = target / f"out{form.suffix}"
    if form.kind == "file":
        out.write_bytes(b"the old one")
    complete: list[dict[str, bytes]] = []

    def act() -> None:
        form.write_data(data, out)
        complete.append(content(out))

    def check(left: Path, cut: Cut) -> None:
        there = left / out.name
        assert {path.name for path in left.iterdir() if path.name[0] != "."} <= {out.name}
        if form.kind == "file" and not cut.finished:
            assert content(there) in (complete[0], {".": b"the old one"})
        elif form.kind == "folder" and not cut.finished:
            assert not there.exists() or content(there) == complete[0]
        else:
            assert content(there) == complete[0]

    report = power_cut(target, act, check)
    assert report.operations["fsync"] >= 2 and report.states >= 4
