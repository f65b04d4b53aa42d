"""The one page of `analyze --plot` about a tiny analysis made by hand: its figures, marks and remarks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plantigrade.errors import FileError
from plantigrade.report import page

from tests.host.analyze import tiny
from tests.host.report.drawing import pictured
from tests.host.report.test_document_by_hand import without_steady


def page_texts(full_analysis: Any) -> list[str]:
    figure = page.page(full_analysis)
    return [text.get_text() for part in (figure, *figure.axes) for text in part.texts]


def test_the_page_of_the_tiny_analysis() -> None:
    message = page_texts(pictured())
    assert message[:4] == [
        "Gait analysis",
        "Plantigrade, algorithm 1",
        "tiny.csv (csv)",
        "124 s at 100 Hz; 1 walking bout; 5 strides, 2 of them steady and averaged; "
        "body weight 712 N (estimated)",
    ]
    at = message.index("First peak F1, N")
    assert message[at : at + 5] == ["First peak F1, N", "901", "803", "", "-11 %"]
    at = message.index("Stance, %", message.index("usual"))
    assert message[at : at + 5] == ["Stance, %", "62.3", "60.0 !", "60.8 to 68.7", "-4 %"]
    at = message.index("Cadence, steps/min")
    assert message[at : at + 3] == ["Cadence, steps/min", "100.0", "100 to 120"]
    at = message.index("Phase coordination index, %")
    assert message[at : at + 3] == ["Phase coordination index, %", "5.44 !", "up to 5.4"]
    assert "CPEI, %" not in message
    assert message[4].startswith("- one thing\n- another thing\n! outside the usual range")


@pytest.mark.parametrize(
    ("to_s", "stated", "message"),
    [
        (600.4, None, "600 s at"),
        (600.6, None, "10 min at"),
        (
            1800.5,
            500.0,
            "30 min at 100 Hz; 1 walking bout; 5 strides, 2 of them steady and averaged; body weight 712 N",
        ),
    ],
)
def test_the_head_of_the_page(to_s: float, stated: float | None, message: str) -> None:
    full_analysis = tiny.full_analysis()
    changed = replace(
        full_analysis,
        walk=replace(full_analysis.walk, body_weight_n=stated),
        analysis=replace(full_analysis.analysis, to_s=to_s),
    )
    line = page_texts(changed)[3]
    assert line.startswith(message)
    assert line.endswith("(estimated)") is (stated is None)


def test_the_page_of_one_foot_and_of_no_steps() -> None:
    message = page_texts(tiny.one_foot())
    at = message.index("First peak F1, N")
    assert message[at : at + 5] == ["First peak F1, N", "-", "803", "", ""]
    full_analysis = tiny.full_analysis()
    left, right = (replace(foot, parameters={}) for foot in without_steady(full_analysis).analysis.feet)
    bare = replace(
        full_analysis,
        butterfly=None,
        analysis=replace(full_analysis.analysis, left=left, right=right, both={}),
    )
    assert page_texts(bare).count("no steady stride to average") == 2
    nothing = [t for part in page.page(bare).axes[-2:] for t in part.texts]
    assert [text.get_position() for text in nothing] == [(0, 0.9), (0, 0.9)]


@pytest.mark.parametrize(("notes", "rest"), [(9, False), (10, True)])
def test_nine_remarks_are_on_the_page(notes: int, rest: bool) -> None:
    text = page_texts(replace(tiny.full_analysis(), notes=tuple(f"remark {i}" for i in range(notes))))[4]
    assert text.count("- remark") == 9
    assert ("- and 1 more notes in the JSON" in text) is rest


def test_nothing_on_the_page_lies_over_another_part_or_beyond_its_edge() -> None:
    """Parts of the page in shares of its width and height, with room for titles and labels between them."""
    figure = page.page(pictured())
    boxes = [part.get_position() for part in figure.axes]
    assert len(boxes) == 7
    for box in boxes:
        assert 0.03 <= box.x0 < box.x1 <= 0.97
        assert 0.09 <= box.y0 < box.y1 <= 0.91
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            aside = one.x1 < other.x0 + 0.001 or other.x1 < one.x0 + 0.001
            apart = one.y1 < other.y0 + 0.001 or other.y1 < one.y0 + 0.001
            assert aside or apart
    heads = [text.get_position() for text in figure.texts[:4]]
    assert heads == [(0.035, 0.965), (0.965, 0.965), (0.035, 0.948), (0.035, 0.932)]
    timing, butterfly = figure.axes[3].get_position(), figure.axes[4].get_position()
    assert butterfly.height > timing.height > 0.06


def test_cells_stand_in_rows_and_columns() -> None:
    """Columns of the feet at 0, 0.53, 0.66, 0.86 and 1 of the table's width, of the walk at 0, 0.72 and 1."""
    figure = page.page(tiny.full_analysis())
    feet, walk = figure.axes[-2:]
    for table, columns, rows in ((feet, (0.0, 0.53, 0.66, 0.86, 1.0), 8), (walk, (0.0, 0.72, 1.0), 7)):
        head = len(columns) - 1
        heads, cells = table.texts[:head], table.texts[head:]
        assert [text.get_position() for text in heads] == [(x, 0.95) for x in columns[1:]]
        assert [text.get_position()[0] for text in cells] == list(columns) * rows
        heights = [text.get_position()[1] for text in cells]
        for row in range(rows):
            own = heights[row * len(columns) : (row + 1) * len(columns)]
            assert own == pytest.approx([0.95 - 0.064 * (row + 1)] * len(columns))
        assert all(text.get_horizontalalignment() == "right" for text in cells if text.get_position()[0] > 0)
    bold = {text.get_text() for text in feet.texts if text.get_weight() == "bold"}
    assert {"60.0 !", "left", "right"} <= bold
    assert "62.3" not in bold


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"p\.svg: cannot be written: No such file or directory"):
        page.draw(tiny.full_analysis(), tmp_path / "nowhere" / "p.svg")


@pytest.mark.parametrize("ending", [".svg", ".SVG", ".pdf"])
def test_the_same_analysis_gives_the_same_page(tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        page.draw(tiny.full_analysis(), tmp_path / f"{name}{ending}")
    first, second = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("a", "b"))
    assert first == second
    assert len(first) > 10_000
    if ending == ".svg":
        assert b"dc:date" not in first
