"""Names that never change: every object of the drawings gets the same identifier each time it is made."""

from uuid import NAMESPACE_URL, uuid5

from hardware.board.design import Part
from hardware.board.sexpr import Node, Quoted

PROJECT = "plantigrade-main"
REVISION = "1"
TITLE = "Plantigrade main board"
_SPACE = uuid5(NAMESPACE_URL, "https://plantigrade/hardware/main/r1")


def uuid(*path: str) -> Node:
    """The identifier of an object named by its path."""
    return ["uuid", Quoted(uuid_text(*path))]


def uuid_text(*path: str) -> str:
    """The identifier as plain text."""
    return str(uuid5(_SPACE, "/".join(path)))


def fields(part: Part) -> dict[str, str]:
    """The fields that a symbol and its footprint share, besides reference, value and footprint."""
    kind = part.kind
    shared = {"Manufacturer": kind.maker, "MPN": kind.number, "Second source": kind.second}
    return {name: text for name, text in shared.items() if text}
