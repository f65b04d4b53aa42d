"""Formats of commands and replies, made from `message_table` once, when the module is loaded.

The build of an insole's firmware has a module of this name with the finished dictionaries alone
(`plantigrade.firmware_image.constants`): names and texts of the table would stay on the heap for good.
"""

from insole_protocol import message_table

_CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "u16x16": "16H", "b8": "8s"}
TAILS = ("text", "value", "gaps", "counters", "data")  # what may stand behind the fields of a format
MAX_VALUE_BYTES = 32  # the longest value of a setting
MAX_DATA_BYTES = 232  # bytes of a file in one command, of a record in one reply


def parse_fields(fields: str) -> "tuple[str, str, int | None]":
    """Struct format, tail ("" for none) and limit of the last field; `fields` as in `message_table`."""
    form, tail, limit = "<", "", None
    for field in fields.split(", ") if fields else ():
        kind, name = field.split(" ")
        if kind in TAILS:
            tail = kind
            break
        form += _CODES[kind]
        limit = int(name.split("<=")[1]) if "<=" in name else None
    return form, tail, limit


# By operation: format of the arguments (a value may follow), format of the reply's fields behind the result,
# what stands at a reply's end, the most bytes at a command's end, the greatest last argument where not every
# one has a meaning.
COMMAND_FORMATS: "dict[int, str]" = {}
REPLY_FORMATS: "dict[int, str]" = {}
REPLY_TAILS: "dict[int, str]" = {}
VALUE_AT_MOST: "dict[int, int]" = {}
LAST_AT_MOST: "dict[int, int]" = {}


def _declare(table: "tuple[tuple[int, str, str, str, str], ...]") -> None:
    forms: "dict[str, str]" = {}  # each format is stored once
    for op, _, arguments, reply, _ in table:
        form, tail, limit = parse_fields(arguments)
        COMMAND_FORMATS[op] = forms.setdefault(form, form)
        if tail:
            VALUE_AT_MOST[op] = MAX_DATA_BYTES if tail == "data" else MAX_VALUE_BYTES
        if limit is not None:
            LAST_AT_MOST[op] = limit
        form, tail, _ = parse_fields(reply)
        REPLY_FORMATS[op] = forms.setdefault(form, form)
        if tail:
            REPLY_TAILS[op] = tail


_declare(message_table.TABLE)
