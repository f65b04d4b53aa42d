"""Entries of a record as JSON documents and back, checked against the types of their dataclasses."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from math import isfinite
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


class BrokenDocumentError(ValueError):
    """A document does not fit what it should be; says where."""


def as_document(value: object, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """A dataclass as a JSON document, without some of its fields.

    Example:
        >>> from plantigrade.library.person.entries import BodyMeasure
        >>> as_document(BodyMeasure(date(2026, 3, 1), 71.5), leave_out=("id", "by"))
        {'measured_on': '2026-03-01', 'weight_kg': 71.5, 'height_cm': None}
    """
    if not is_dataclass(value):
        raise TypeError(f"{value!r} is no dataclass")
    return {
        item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.name not in leave_out
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in cast("tuple[Any, ...]", value)]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if is_dataclass(value) and not isinstance(value, type):
        return as_document(value)
    return value


def from_document(kind: type[Value], document: Mapping[str, Any], /, **known: Any) -> Value:
    """The dataclass of a document; `known` are fields that are stored elsewhere.

    A field that is missing has its default; what the document holds beyond the fields is left alone, as a
    newer version may have written it.

    Raises:
        BrokenDocumentError: a field without a default is missing, or a value is not of the field's type.
    """
    hints = get_type_hints(kind)
    values = dict(known)
    for item in fields(cast(Any, kind)):
        if item.name in values:
            continue
        if item.name in document:
            values[item.name] = _typed(hints[item.name], document[item.name], item.name)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise BrokenDocumentError(f"{item.name} is missing")
    try:
        return kind(**values)
    except ValueError as error:
        raise BrokenDocumentError(str(error)) from error


def _typed(hint: Any, value: Any, where: str) -> Any:
    try:
        return _converted(hint, value, where)
    except BrokenDocumentError:
        raise
    except (TypeError, ValueError) as error:
        raise BrokenDocumentError(f"{where} is {str(value)[:40]!r}") from error


def _converted(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(hint):
            return None
        (inner,) = (one for one in get_args(hint) if one is not NoneType)
        return _typed(inner, value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError
        return tuple(_typed(get_args(hint)[0], item, where) for item in cast("list[Any]", value))
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError
        inner = get_args(hint)[1]
        return {
            str(key): _typed(inner, item, f"{where}.{key}")
            for key, item in cast("Mapping[Any, Any]", value).items()
        }
    return _scalar(hint, value, where)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint in (date, datetime, time):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(cast(object, hint)):
        if not isinstance(value, Mapping):
            raise TypeError
        return from_document(cast("type[Any]", hint), cast("Mapping[str, Any]", value))
    if hint is float and type(value) in (int, float) and isfinite(value):
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    raise BrokenDocumentError(f"{where} is {str(value)[:40]!r}")
