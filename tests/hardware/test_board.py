"""The committed board: every check holds, and each kind of fault makes the check meant for it fail."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.board import checks, libraries, silk, tools
from hardware.board.build import COMMITTED
from hardware.board.catalogue import KINDS
from hardware.board.design import Design, design
from hardware.board.firmware_module import MODULE, board_nets, differences, module_text
from hardware.board.geometry import Box, body, pads
from hardware.board.identity import PROJECT
from hardware.board.sexpr import Node, Quoted, atoms, children, dump, load, need, numbers, parse
from hardware.finding import Finding

BOARD = COMMITTED / f"{PROJECT}.kicad_pcb"
needs_libraries = pytest.mark.skipif(
    not libraries.available(), reason="KiCad's libraries are not installed: run hardware/install"
)
needs_kicad = [
    pytest.mark.hardware,
    pytest.mark.skipif(not tools.available(), reason="KiCad 9 is not installed: run hardware/install"),
]


@pytest.fixture(scope="module")
def circuit() -> Design:
    return design()


@pytest.fixture(scope="module")
def copper() -> dict[tuple[str, str], str]:
    return board_nets(BOARD)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A copy of the committed project that a test may spoil."""
    shutil.copytree(COMMITTED, tmp_path / "kicad")
    yield tmp_path / "kicad"


def failing(findings: list[Finding]) -> dict[str, tuple[str, ...]]:
    return {f.check: f.faults for f in findings if not f.ok}


class TestTheCommittedBoard:
    pytestmark = needs_kicad

    @pytest.mark.slow
    def test_every_check_holds(self) -> None:
        assert failing(checks.check()) == {}

    def test_a_widened_courtyard_breaks_the_design_rules(self, project: Path) -> None:
        spoil(project, lambda board: widen_courtyard(footprint(board, "C7"), 2.0))
        faults = failing(checks.board_rules(project))["design rules (DRC)"]
        assert any(fault.startswith("courtyards_overlap") and "C7" in fault for fault in faults)

    def test_a_cut_track_leaves_a_net_open(self, project: Path) -> None:
        spoil(project, lambda board: board.remove(longest_track(board)))
        assert "nets not wholly routed" in failing(checks.board_rules(project))

    def test_a_net_renamed_in_the_schematic_breaks_parity(self, project: Path, circuit: Design) -> None:
        schematic = project / f"{PROJECT}.kicad_sch"
        text = schematic.read_text(encoding="utf-8")
        schematic.write_text(
            text.replace('(global_label "SD_MISO"', '(global_label "SD_CS"', 1), encoding="utf-8"
        )
        assert "schematic against board" in failing(checks.board_rules(project))
        found = failing(checks.agreement(circuit, project, module_text()))
        assert list(found) == ["design against schematic"]


class TestFirmwareAgainstCopper:
    def test_constants_are_the_generated_ones(self) -> None:
        assert MODULE.read_text(encoding="utf-8") == module_text()

    def test_every_pin_reaches_its_net(self, copper: dict[tuple[str, str], str]) -> None:
        assert differences(MODULE.read_text(encoding="utf-8"), copper) == []

    @pytest.mark.parametrize(
        ("right", "wrong", "named"),
        [
            ("ADC_PIN = 10", "ADC_PIN = 9", "ADC_PIN"),
            ("MUX_SELECT_PINS = (4, 5,", "MUX_SELECT_PINS = (5, 4,", "MUX_SELECT_PINS"),
            ("I2C_SDA_PIN = 47", "I2C_SDA_PIN = 48", "I2C_SDA_PIN"),
            ("BUTTON_PIN = 0", "BUTTON_PIN = 26", "BUTTON_PIN"),
            ("    15,\n)", "    14,\n)", "SCAN_ORDER"),
        ],
    )
    def test_a_swapped_pin_is_named(
        self, copper: dict[tuple[str, str], str], right: str, wrong: str, named: str
    ) -> None:
        text = module_text()
        assert right in text
        found = differences(text.replace(right, wrong, 1), copper)
        assert found and all(named in fault for fault in found)


@needs_libraries
class TestDecoupling:
    def test_every_supply_pin_has_its_capacitor(self, circuit: Design) -> None:
        assert checks.decoupling(circuit).faults == ()

    @pytest.mark.parametrize(
        ("capacitor", "supplied"),
        [
            ("C6", "U2"),
            ("C7", "U3"),
            ("C10", "U4"),
            ("C15", "U6"),
            ("C16", "U7"),
            ("C22", "U9"),
            ("C17", "U10"),
        ],
    )
    def test_a_removed_capacitor_is_named(self, circuit: Design, capacitor: str, supplied: str) -> None:
        faults = checks.decoupling(circuit.without(capacitor)).faults
        assert faults and all(fault.startswith(f"{supplied} ") for fault in faults)

    def test_a_capacitor_far_away_does_not_count(self, circuit: Design) -> None:
        assert checks.decoupling(circuit.moved("C7", 26.0, 22.0)).faults[0].startswith("U3 ")


class TestFrontEnd:
    def test_the_board_carries_what_was_simulated(self, circuit: Design) -> None:
        assert checks.front_end(circuit).faults == ()

    def test_another_feedback_resistor_is_named(self, circuit: Design) -> None:
        changed = Design(tuple(replace(p, value="10k") if p.reference == "R15" else p for p in circuit.parts))
        assert checks.front_end(changed).faults[0].startswith("feedback resistor R15")


@needs_libraries
class TestCourtyards:
    def test_a_part_pushed_into_another_is_named(self, circuit: Design) -> None:
        assert "C7 and C9" in checks.courtyards(circuit.moved("C7", 14.0, 28.0)).faults

    def test_a_part_under_the_antenna_is_named(self, circuit: Design) -> None:
        assert checks.courtyards(circuit.moved("C1", 3.6, 5.0)).faults[0].startswith("C1 ")


@needs_libraries
class TestNamesOnTheBoard:
    def test_every_larger_part_has_its_name_on_the_silk_screen(self, circuit: Design) -> None:
        printed = {mark.text for mark in silk.marks(circuit)}
        letters = {"J", "U", "Q", "D", "Y", "SW"}
        assert {p.reference for p in circuit.parts if p.reference.rstrip("0123456789") in letters} <= printed

    def test_no_name_is_on_solder_a_body_or_another_name(self, circuit: Design) -> None:
        rooms = [mark.room for mark in silk.marks(circuit) if not mark.back and mark not in silk.FIXED]
        boxes = [body(part) for part in circuit.parts if part.kind_name != "test_pad"]
        for pad in pads(circuit):
            half_x, half_y = pad.half_x + pad.round_mm, pad.half_y + pad.round_mm
            boxes.append((pad.x - half_x, pad.y - half_y, pad.x + half_x, pad.y + half_y))
        crossing = [(a, b) for a in rooms for b in [*boxes, *rooms] if a is not b and overlap(a, b)]
        assert crossing == []


@needs_libraries
class TestSolids:
    def test_every_part_has_a_solid(self, circuit: Design) -> None:
        board = load(BOARD)
        places = {"${KICAD9_3DMODEL_DIR}": f"{libraries.SHARE}/3dmodels", "${KIPRJMOD}": str(COMMITTED)}
        bare: list[str] = []
        for part in circuit.parts:
            for model in children(footprint(board, part.reference), "model"):
                name = atoms(model)[0]
                for variable, folder in places.items():
                    name = name.replace(variable, folder)
                if not Path(name).exists():
                    bare.append(f"{part.reference}: {name}")
        assert bare == []


class TestCatalogue:
    def test_every_part_can_be_ordered_and_has_its_reason(self, circuit: Design) -> None:
        bare = [
            name
            for name, kind in KINDS.items()
            if name != "test_pad" and not (kind.maker and kind.number and kind.second and kind.reason)
        ]
        assert bare == []
        assert {part.kind_name for part in circuit.parts} == set(KINDS)

    def test_references_are_unique_and_no_net_ends_nowhere(self, circuit: Design) -> None:
        references = [part.reference for part in circuit.parts]
        assert len(references) == len(set(references))
        assert [net for net, ends in circuit.nets().items() if len(ends) < 2] == []


TEXTS = st.one_of(st.from_regex(r"[A-Za-z0-9_.+-]{1,12}", fullmatch=True), st.text(max_size=12).map(Quoted))
NODES = st.recursive(
    st.lists(TEXTS, max_size=3).map(lambda rest: ["name", *rest]),
    lambda inner: st.lists(st.one_of(TEXTS, inner), max_size=4).map(lambda rest: ["name", *rest]),
    max_leaves=12,
)


@given(NODES)
def test_what_is_written_is_read_back_in_the_same_words(node: Node) -> None:
    again = parse(dump(node))
    assert sorted(map(str, flat(again))) == sorted(map(str, flat(node)))
    assert parse(dump(again)) == again


@pytest.mark.parametrize("text", ["", "(a", "a)", "word", "(a))"])
def test_broken_expressions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|expression"):
        parse(text)


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 1e-6 and min(a[3], b[3]) - max(a[1], b[1]) > 1e-6


def flat(node: Node) -> list[str]:
    return [word for e in node for word in ([e] if isinstance(e, str) else flat(e))]


def spoil(project: Path, change: object) -> None:
    """Load the copied board, change it, write it back."""
    path = project / f"{PROJECT}.kicad_pcb"
    board = load(path)
    change(board)  # type: ignore[operator]
    path.write_text(dump(board), encoding="utf-8")


def footprint(board: Node, reference: str) -> Node:
    for part in children(board, "footprint"):
        if any(atoms(p)[:2] == ["Reference", reference] for p in children(part, "property")):
            return part
    raise KeyError(reference)


def widen_courtyard(part: Node, factor: float) -> None:
    lines = [e for e in part[1:] if e[0] in ("fp_line", "fp_rect") and atoms(need(e, "layer")) == ["F.CrtYd"]]
    for line in lines:
        for end in (need(line, "start"), need(line, "end")):
            end[1:] = [f"{factor * value:g}" for value in numbers(end)]


def longest_track(board: Node) -> Node:
    def length(track: Node) -> float:
        (x1, y1), (x2, y2) = numbers(need(track, "start")), numbers(need(track, "end"))
        return abs(x1 - x2) + abs(y1 - y2)

    return max(children(board, "segment"), key=length)


def test_the_drawings_carry_no_dates() -> None:
    for file in COMMITTED.iterdir():
        assert not re.search(r"20\d\d-\d\d-\d\d", file.read_text(encoding="utf-8")), file.name
