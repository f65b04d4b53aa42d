"""What the live view shows: figures and words of each foot, when a line is due, the colour of a pressure."""

import io

import numpy as np
import pytest
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.live import choose
from plantigrade.live.feet import COLUMNS, ROWS, TOP_KPA, picture, pressures_kpa
from plantigrade.live.plain import PlainView, describe
from plantigrade.live.state import FootState, LiveState, NoView, no_force
from plantigrade.live.terminal_view import TerminalView, draw
from rich.console import Console
from rich.segment import Segment


def walking() -> LiveState:
    """The left foot loaded and lossy, the right one lost and unknown."""
    left = FootState("streaming", np.full(16, 25.0, np.float32), 500, 3, 7, 1.0821, 41.4, 1.25, 87)
    right = FootState("waiting", no_force(), 499, 0, 6)
    return LiveState("twin", 60.0, 12.34, "recording", {"left": left, "right": right})


def shown(state: LiveState, columns: int, lines: int) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=lines, force_terminal=False)
    with console.capture() as capture:
        console.print(draw(state, columns, lines))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_every_figure_of_both_feet_stands_in_its_row() -> None:
    rows = [line.split() for line in shown(walking(), 60, 40)]
    assert rows[0] == ["Plantigrade", "twin", "recording"]
    assert rows[1][-4:] == ["12.3", "/", "60", "s"]
    assert rows[2:] == [
        ["left", "right"],
        ["link", "streaming", "waiting"],
        ["force", "400", "N", "0", "N"],
        ["strides", "7", "6"],
        ["stride", "time", "1.082", "s", "-"],
        ["frames", "500", "499"],
        ["missing", "3", "0"],
        ["latency", "41", "ms", "-"],
        ["clock", "±1.2", "ms", "-"],
        ["battery", "87", "%", "-"],
    ]


@pytest.mark.parametrize(
    "columns, lines, maps",
    [(76, ROWS + 6, True), (75, ROWS + 6, False), (76, ROWS + 5, False), (120, 50, True)],
)
def test_maps_are_shown_where_there_is_room(columns: int, lines: int, maps: bool) -> None:
    text = "\n".join(shown(walking(), columns, lines))
    assert ("▀" in text) is maps
    assert "missing" in text


@pytest.mark.parametrize(
    "feet, mirrored",
    [
        ({"left": FootState()}, [True]),
        ({"right": FootState()}, [False]),
        ({"/dev/ttyACM0": FootState(side="left"), "3F01": FootState(side="right")}, [True, False]),
        ({"3F01": FootState()}, [False]),
        ({}, []),
    ],
    ids=["left alone", "right alone", "by port and serial", "not heard of yet", "none yet"],
)
def test_whatever_insoles_there_are_each_has_its_map(
    feet: dict[str, FootState], mirrored: list[bool]
) -> None:
    state = walking()
    state.feet = feet
    lines = shown(state, 120, 50)
    assert any("▀" in line for line in lines) is bool(feet)
    one = [line for line in shown(state, 120, 50) if "▀" in line]
    for number, mirror in enumerate(mirrored):
        start = number * (COLUMNS + 2)
        foot = [line.ljust(120)[start : start + COLUMNS] for line in one]
        right = ["".join(segment.text for segment in row) for row in rows_of(no_force(), "right")]
        wanted = [row[::-1] if mirror else row for row in right]
        assert foot == [row for row in wanted if row.strip()][: len(foot)]


def test_the_latest_six_events_stand_beside_the_maps() -> None:
    state = walking()
    state.events.extend(f"event {number}" for number in range(8))
    text = "\n".join(shown(state, 120, 50))
    assert [f"event {number}" in text for number in range(8)] == [False] * 2 + [True] * 6


def reds(state: LiveState) -> set[str]:
    """The words in alarming style."""
    console = Console(file=io.StringIO(), width=60, height=20, color_system="truecolor", force_terminal=True)
    lines = console.render_lines(draw(state, 60, 20))
    return {
        segment.text.strip()
        for line in lines
        for segment in line
        if segment.style is not None
        and segment.style.color is not None
        and segment.style.color.name == "red"
        and segment.style.bold
    }


def test_what_is_missing_and_a_lost_link_are_alarming() -> None:
    assert reds(walking()) == {"3", "waiting"}
    state = walking()
    state.feet["left"].missing = 0
    state.feet["right"].connection = "connecting"
    assert reds(state) == set()


@pytest.mark.parametrize("elapsed_s, share", [(0.0, 0.0), (15.0, 0.25), (60.0, 1.0), (90.0, 1.0)])
def test_the_bar_shows_the_share_of_the_time(elapsed_s: float, share: float) -> None:
    """Of 36 columns in a terminal of 60."""
    state = walking()
    state.elapsed_s = elapsed_s
    console = Console(file=io.StringIO(), width=60, color_system="truecolor", force_terminal=True)
    bar = console.render_lines(draw(state, 60, 20))[1]
    full = [
        segment
        for segment in bar
        if "━" in segment.text and segment.style is not None and "58,58,58" not in _rgb(segment)
    ]
    assert sum(len(segment.text.strip()) for segment in full) == 36 * share


def _rgb(segment: Segment) -> str:
    assert segment.style is not None
    colour = segment.style.color
    if colour is None:
        return ""
    return ",".join(str(part) for part in colour.get_truecolor())


def test_a_run_without_an_end_shows_no_share() -> None:
    state = walking()
    state.seconds = 0.0
    assert "12.3 / 0 s" in "\n".join(shown(state, 60, 20))


def test_a_line_comes_with_each_new_stage_and_then_every_five_seconds() -> None:
    out, now = io.StringIO(), [0.0]
    state = walking()
    with PlainView(out, lambda: now[0]) as view:
        for moment, stage in (
            (0, "a"),
            (1, "a"),
            (2, "b"),
            (6.9, "b"),
            (7.0, "b"),
            (11, "b"),
            (11, "c"),
            (12, "a"),
        ):
            now[0], state.stage = moment, stage
            view.show(state)
            out.write("|")
    stages = [line.partition(":")[0] for line in out.getvalue().replace("\n", "").split("|")]
    assert stages == ["a", "", "b", "", "b", "", "c", "a", ""]


def test_a_line_says_how_far_both_feet_are() -> None:
    assert describe(walking()) == (
        "recording: 12 of 60 s; left 500 frames, 3 missing, 7 strides; right 499 frames, 0 missing, 6 strides"
    )
    assert (
        describe(LiveState("looking for insoles", 0.0, stage="searching")) == "searching: looking for insoles"
    )


def test_a_foot_of_which_nothing_is_known() -> None:
    foot = FootState()
    assert (foot.connection, foot.total_n, foot.frames, foot.missing) == ("searching", 0.0, 0, 0)
    assert foot.force_n.shape == (16,)
    assert FootState().force_n is not foot.force_n
    assert list(LiveState("x", 1).feet) == ["left", "right"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_view_suits_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose.choose_view(io.StringIO()), PlainView)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(choose.choose_view(Terminal()), PlainView)
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(choose.choose_view(Terminal()), TerminalView)


def test_a_screen_draws_in_place_and_leaves_the_cursor_as_it_was() -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, height=20, force_terminal=True, color_system=None)
    with TerminalView(console) as view:
        view.show(walking())
        assert "recording" in out.getvalue()
    assert out.getvalue().endswith("\x1b[2K")
    assert "\x1b[?25h" in out.getvalue()


def test_no_view_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with NoView() as view:
        view.show(walking())
    assert capsys.readouterr().out == ""


def test_pressure_is_force_by_the_area_of_its_sensor() -> None:
    """1 N on 1 cm2 is 10 kPa."""
    areas = own_layout().area_cm2
    assert pressures_kpa((25.0 * areas).astype(np.float32)) == pytest.approx([250.0] * 16)


def rows_of(force_n: np.ndarray, side: str) -> list[list[Segment]]:
    rows: list[list[Segment]] = [[]]
    for segment in picture(force_n.astype(np.float32), side).segments:  # pyright: ignore[reportArgumentType]
        if segment.text == "\n":
            rows.append([])
        else:
            rows[-1].append(segment)
    assert rows.pop() == []
    return rows


@pytest.mark.parametrize(
    "kpa, colour", [(0.0, (32, 38, 56)), (TOP_KPA, (214, 60, 50)), (2 * TOP_KPA, (214, 60, 50))]
)
def test_an_evenly_loaded_foot_has_one_colour(kpa: float, colour: tuple[int, int, int]) -> None:
    """Nothing is the first colour of the scale; 250 kPa and all above are the last."""
    rows = rows_of(own_layout().area_cm2 * kpa / 10.0, "right")
    assert [len(row) for row in rows] == [COLUMNS] * ROWS
    used = {
        tuple(part.get_truecolor())
        for row in rows
        for segment in row
        if segment.style is not None
        for part in (segment.style.color, segment.style.bgcolor)
        if part is not None
    }
    assert used == {colour}
    assert {segment.text for row in rows for segment in row} <= {" ", "▀", "▄"}


def test_halfway_up_a_stop_of_the_scale_the_colour_is_that_stop() -> None:
    """0.7 of 250 kPa is step 16 of 23, just before (240, 200, 60) at 0.7; at 0.4 lies (40, 160, 120)."""
    rows = rows_of(own_layout().area_cm2 * 0.7 * TOP_KPA / 10.0, "right")
    style = next(segment.style for row in rows for segment in row if segment.style is not None)
    assert style is not None and style.color is not None
    share = (16 / 23 - 0.4) / 0.3
    wanted = [40 + 200 * share, 160 + 40 * share, 120 - 60 * share]
    assert list(style.color.get_truecolor()) == pytest.approx(wanted, abs=1)


def test_the_left_foot_is_the_right_one_in_a_mirror_and_the_toes_are_up() -> None:
    layout = own_layout()
    force = np.zeros(16)
    force[int(np.argmax(layout.y_mm))] = 400.0
    left, right = rows_of(force, "left"), rows_of(force, "right")
    assert [row[::-1] for row in left] == right
    hot = [
        index
        for index, row in enumerate(right)
        if any(
            segment.style is not None
            and segment.style.color is not None
            and segment.style.color.get_truecolor().red > 200
            for segment in row
        )
    ]
    assert hot and max(hot) < ROWS / 3
