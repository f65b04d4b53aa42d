"""Codes that people type: every secret comes back, every slip is noticed, most are named by their group."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.library.keys.typed_code import (
    ALPHABET,
    MOST_CHARACTERS,
    ONE_TIME_CODE,
    PAPER_CODE,
    CodeError,
    CodeKind,
)

KINDS = pytest.mark.parametrize("kind", [PAPER_CODE, ONE_TIME_CODE], ids=lambda kind: kind.name)
SECRET = bytes(range(7, 39))
CODE = PAPER_CODE.write(SECRET)
CHANGED = pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("0", "O").replace("1", "l"),
        CODE.replace("0", "o").replace("1", "I"),
        f"  {CODE[:24]}\n{CODE[25:]}\n",
        CODE.replace("-", " \u2011 "),
        CODE.replace("-", "", 5),
    ],
)


def test_an_example_worked_out_by_hand() -> None:
    """All zeros with the check of SHA-256, five bits a character: 256 bits of 0, then the check's 24."""
    import hashlib

    check = hashlib.sha256(b"plantigrade code\0library key\0" + bytes(32)).digest()[:3]
    last = int.from_bytes(check)  # the last 25 bits: one 0, then the check
    tail = "".join(ALPHABET[last >> 5 * at & 31] for at in reversed(range(5)))
    assert PAPER_CODE.write(bytes(32)).replace("-", "") == "0" * 51 + tail
    assert set("ILOU").isdisjoint(ALPHABET) and len(set(ALPHABET)) == 32


@KINDS
@given(data=st.data())
def test_every_secret_comes_back(kind: CodeKind, data: st.DataObject) -> None:
    secret = data.draw(st.binary(min_size=kind.secret_bytes, max_size=kind.secret_bytes))
    code = kind.write(secret)
    assert code.count("-") == kind.groups - 1 and {len(group) for group in code.split("-")} == {4}
    assert kind.read(code) == secret


@CHANGED
def test_what_people_type_otherwise_is_the_same(typed: str) -> None:
    assert PAPER_CODE.read(typed) == SECRET


@KINDS
@given(data=st.data())
def test_one_wrong_character_is_named_by_its_group(kind: CodeKind, data: st.DataObject) -> None:
    code = kind.write(data.draw(st.binary(min_size=kind.secret_bytes, max_size=kind.secret_bytes)))
    at = data.draw(st.integers(0, len(code) - 1).filter(lambda at: code[at] != "-"))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[at], "")))
    with pytest.raises(CodeError) as refused:
        kind.read(code[:at] + other + code[at + 1 :])
    # Two groups could be to blame once in some thousand codes: then none is named rather than a wrong one.
    assert f"look at group {at // 5 + 1} again" in str(refused.value) or "more than one" in str(refused.value)


def test_nearly_every_slip_of_one_character_is_named() -> None:
    named = 0
    draw = random.Random(5)
    for _ in range(100):
        code = list(PAPER_CODE.write(draw.randbytes(32)))
        at = draw.choice([at for at, character in enumerate(code) if character != "-"])
        code[at] = draw.choice(ALPHABET.replace(code[at], ""))
        with pytest.raises(CodeError) as refused:
            PAPER_CODE.read("".join(code))
        named += f"group {at // 5 + 1} " in str(refused.value)
    assert named >= 99


def test_two_characters_that_changed_places_are_named() -> None:
    at = next(at for at in range(20, len(CODE)) if "-" not in CODE[at : at + 2] and CODE[at] != CODE[at + 1])
    with pytest.raises(CodeError, match=f"look at group {at // 5 + 1} again"):
        PAPER_CODE.read(CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2 :])


@pytest.mark.parametrize(
    "typed, message",
    [
        ("", "has 14 groups of 4 characters, not 0"),
        (CODE[:-5], "has 14 groups of 4 characters, not 13"),
        (CODE + "-0000", "has 14 groups of 4 characters, not 15"),
        (CODE[:10] + "U" + CODE[11:], "group 3: 'U' stands in no code"),
        (CODE[:10] + CODE[11:], "group 3: has 3 characters instead of 4"),
        (CODE[:10] + "77" + CODE[11:], "group 3: has 5 characters instead of 4"),
        ("0000-" * 13 + "0000", "more than one of its 14 groups is wrong"),
        ("0" * (MOST_CHARACTERS + 1), "this is longer"),
        (ONE_TIME_CODE.write(bytes(12)), "has 14 groups of 4 characters, not 6"),
    ],
)
def test_what_is_no_code_is_told_in_words(typed: str, message: str) -> None:
    with pytest.raises(CodeError) as refused:
        PAPER_CODE.read(typed)
    assert message in str(refused.value)


def test_a_code_of_another_purpose_does_not_fit() -> None:
    other = CodeKind("paper code", b"moved keys", 32)
    with pytest.raises(CodeError):
        other.read(CODE)


@given(st.text(max_size=120) | st.text(ALPHABET + "-ilo ", max_size=120))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        assert len(PAPER_CODE.read(text)) == 32
    except CodeError as error:
        assert "\n" not in str(error)
