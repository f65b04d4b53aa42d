"""Numbers of the protocol as literals in the compiled firmware: the same values, in the same lines."""

import ast

import pytest
from insole_protocol import ids, messages
from plantigrade.firmware_image.build import firmware_folder
from plantigrade.firmware_image.constants import capitals_of, for_a_board, in_place, own_in_place

FROM = "from insole_protocol import"
IDS = f"{FROM} ids\n"
BOARD_FOLDERS = ("insole", "safe_mode", "drivers")
SOURCES = [path for folder in BOARD_FOLDERS for path in sorted((firmware_folder() / folder).rglob("*.py"))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{IDS}a = ids.NO_SEQ\n", "pass\na = 4294967295\n"),
        (f"{FROM} ids as n\na = -n.NO_MOTION\n", "pass\na = -(-32768)\n"),
        (f"{IDS}a = ids.SERVICE_UUID[:4]\n", f"pass\na = {ids.SERVICE_UUID!r}[:4]\n"),
        (f"{IDS}a = ids.OP_HELLO, ids\n", f"{IDS}a = 1, ids\n"),
        (f"{FROM} (\n    errors,\n    ids,\n)\na = ids.OP_TIME\n", f"{FROM} errors\n\n\n\na = 2\n"),
        (f"def f():\n    {IDS}    return ids.OP_TIME\n", "def f():\n    pass\n    return 2\n"),
        ("from insole_protocol.ids import MODE_LIVE\n", "MODE_LIVE = 2\n"),
        ("ids = 1\na = ids.OP_HELLO\n", "ids = 1\na = ids.OP_HELLO\n"),
        ("from other import ids\na = ids.OP_HELLO\n", "from other import ids\na = ids.OP_HELLO\n"),
        (f"{FROM} block\na = block.slots_of\n", f"{FROM} block\na = block.slots_of\n"),
        (f"{IDS}ü, a = 'ä', ids.OP_TIME\n", "pass\nü, a = 'ä', 2\n"),
    ],
)
def test_in_place(before: str, after: str) -> None:
    assert in_place(before) == after


def test_no_module_of_the_firmware_imports_the_numbers_and_lines_stay() -> None:
    """What the heap is spared: else the whole dictionary comes back for one name."""
    assert len(SOURCES) > 50
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        changed = in_place(text)
        assert changed.count("\n") == text.count("\n"), path
        names = [node for node in ast.walk(ast.parse(changed)) if isinstance(node, ast.ImportFrom)]
        wanted = [alias.name for node in names if node.module == "insole_protocol" for alias in node.names]
        assert "ids" not in wanted, path


def test_what_is_no_python_is_told_by_the_compiler() -> None:
    with pytest.raises(SyntaxError):
        in_place("def (:\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = 2\nb = A + 1\n", "pass\nb = 2 + 1\n"),
        ("A = const(2)\nB = 1 << A\nb = -B\n", "pass\npass\nb = -4\n"),
        ("A = -2\nb = 5-A\n", "pass\nb = 5-(-2)\n"),
        ("A = 2; b = A\n", "pass; b = 2\n"),
        ("A = (\n    3 +\n    4\n)\nb = A\n", "pass\n\n\n\nb = 7\n"),
        ("WANTED = 2\nb = WANTED\n", "WANTED = 2\nb = 2\n"),
        ("A = 2\nA = 3\nb = A\n", "A = 2\nA = 3\nb = A\n"),
        ("A = 2\ndef f():\n    global A\n    A = 3\n", "A = 2\ndef f():\n    global A\n    A = 3\n"),
        ("A = 2\ndef f(A):\n    return A\n", "A = 2\ndef f(A):\n    return A\n"),
        ("A = True\nb = A\n", "A = True\nb = A\n"),
        ("A = 1 << 30\nb = A\n", "A = 1 << 30\nb = A\n"),
        ("A = B\nb = A\n", "A = B\nb = A\n"),
        ("if b:\n    A = 2\nc = A\n", "if b:\n    A = 2\nc = A\n"),
    ],
)
def test_own_in_place(before: str, after: str) -> None:
    assert own_in_place(before, {"WANTED"}) == after


def test_a_number_that_another_module_names_stays() -> None:
    capitals = capitals_of("from insole import a\nx = a.PART\ny = 'OTHER'\n")
    assert capitals == {"PART", "OTHER"}
    assert (
        for_a_board("lib/insole/a.py", "PART = 1\nOTHER = 2\nOWN = 3\n", capitals)
        == "PART = 1\nOTHER = 2\npass\n"
    )
    assert for_a_board("lib/boards/a.py", "OWN = 3\n", capitals) == "OWN = 3\n"


def test_formats_come_as_they_are_computed() -> None:
    made: dict[str, object] = {}
    wanted = {"REPLY_FORMATS", "COMMAND_FORMATS", "REPLY_TAILS"}
    exec(for_a_board("lib/insole_protocol/message_formats.py", "", wanted), made)
    assert made.keys() - {"__builtins__"} == wanted
    assert made["REPLY_FORMATS"] == messages.REPLY_FORMATS
    assert made["COMMAND_FORMATS"] == messages.COMMAND_FORMATS
    assert made["REPLY_TAILS"] == messages.REPLY_TAILS
