"""Entries of a record become JSON and are read back as they were, or refused with what is wrong."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.library.person.documents import BrokenDocumentError, as_document, from_document
from plantigrade.library.person.entries import (
    AlertAnswer,
    AnsweredCaution,
    BodyMeasure,
    Channel,
    Consent,
    Delivery,
    Goal,
    PersonSettings,
    WearDay,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(float, finite)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
KINDS = (AlertAnswer, AnsweredCaution, BodyMeasure, Consent, Delivery, Goal, PersonSettings, WearDay)


@given(st.data())
def test_documents_are_read_as_they_were_written(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    entry = data.draw(st.builds(kind))
    assert from_document(kind, json.loads(json.dumps(as_document(entry)))) == entry


@dataclass(frozen=True)
class Everything:
    """One field of each type."""

    number: int
    amount: float
    on: date
    quiet: time
    flag: bool
    channels: tuple[Channel, ...]
    values: dict[str, float]
    maybe: int | None = None


FINE: dict[str, Any] = {
    "number": 1, "amount": 2, "on": "2026-03-01", "quiet": "22:00:00", "flag": True,
    "channels": [{"name": "a", "address": "b"}], "values": {"x": 1.5},
}  # fmt: skip


def test_a_document_by_hand() -> None:
    entry = from_document(Everything, FINE | {"newer": "left alone"})
    assert entry == Everything(
        1, 2.0, date(2026, 3, 1), time(22), True, (Channel("a", "b"),), {"x": 1.5}
    ) and isinstance(entry.amount, float)
    assert as_document(entry) == FINE | {"amount": 2.0, "maybe": None}
    assert as_document(entry, leave_out=("channels", "values"))["number"] == 1
    assert from_document(Everything, FINE, number=7).number == 7


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("number", 1.0, "number is '1.0'"), ("number", True, "number is 'True'"),
        ("number", "1", "number is '1'"), ("number", None, "number is 'None'"),
        ("amount", "2", "amount is '2'"),
        ("amount", float("nan"), "amount is 'nan'"), ("amount", True, "amount is 'True'"),
        ("on", "yesterday", "on is 'yesterday'"), ("on", 7, "on is '7'"),
        ("quiet", "25:00", "quiet is '25:00'"), ("flag", 1, "flag is '1'"),
        ("channels", {}, "channels is '{}'"), ("channels", [1], "channels is '1'"),
        ("channels", [{"name": "a"}], "address is missing"), ("values", [], "values is '[]'"),
        ("values", {"x": "y"}, "values.x is 'y'"), ("maybe", "z" * 99, f"maybe is '{'z' * 40}'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(name: str, value: object, problem: str) -> None:
    with pytest.raises(BrokenDocumentError) as broken:
        from_document(Everything, FINE | {name: value})
    assert str(broken.value) == problem


def test_a_missing_field_is_named() -> None:
    with pytest.raises(BrokenDocumentError, match=r"^flag is missing$"):
        from_document(Everything, {name: value for name, value in FINE.items() if name != "flag"})
    with pytest.raises(TypeError, match="is no dataclass"):
        as_document("text")
