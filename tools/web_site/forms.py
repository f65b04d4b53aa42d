"""The forms and links of a page, read from its HTML as a browser reads them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

HIDDEN_OF_THE_FRAME: Final = frozenset({"form_token", "action"})
_NO_FIELDS: Final = frozenset({"submit", "button", "reset", "image"})


@dataclass
class FoundForm:
    """A form.

    Attributes:
        method: "post" or "get".
        path: where it goes, without query.
        fields: JSON Schema of each field; `needed` where the browser asks for a value.
        values: what stands in it.
        actions: values of the field `action`.
    """

    method: str
    path: str
    fields: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    values: dict[str, str] = field(default_factory=dict[str, str])
    actions: list[str] = field(default_factory=list[str])


class FoundPage(HTMLParser):
    """Forms and links of a page.

    Args:
        html: of the page.
        path: its own address, where forms without one go.
    """

    def __init__(self, html: str, path: str) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.links: list[str] = []
        self._path = path
        self._open: FoundForm | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            target = urlsplit(attributes.get("action", "") or self._path)
            self._open = FoundForm(attributes.get("method", "get").lower(), target.path or self._path)
            self.forms.append(self._open)
        elif tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif self._open is not None:
            self._take(self._open, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        """Take the end of a tag."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def queries(self) -> set[tuple[str, str]]:
        """Names of queries of links, with the addresses that take them."""
        split = [urlsplit(link) for link in self.links if not link.startswith("#")]
        return {(one.path or self._path, name) for one in split for name, _ in parse_qsl(one.query, True)}

    def _take(self, form: FoundForm, tag: str, attributes: dict[str, str]) -> None:
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if tag == "option" and self._select:
            _add_choice(form, self._select, attributes.get("value", ""), "selected" in attributes)
        if not name:
            return
        if name == "action":
            form.actions.append(attributes.get("value", ""))
        elif tag == "select":
            self._select = name
            form.fields[name] = {"type": "string"}
        elif tag == "textarea":
            form.fields[name] = _text(attributes)
            form.values.setdefault(name, "")
        elif tag == "button" or (tag == "input" and kind in _NO_FIELDS):
            _add_choice(form, name, attributes.get("value", ""), chosen=False)
        elif tag == "input":
            _input(form, name, kind, attributes)


def _input(form: FoundForm, name: str, kind: str, attributes: dict[str, str]) -> None:
    value = attributes.get("value", "")
    if kind in ("radio", "checkbox"):
        _add_choice(form, name, value or "on", "checked" in attributes)
    elif kind == "file":
        form.fields[name] = {"type": "string", "format": "binary"}
    elif kind in ("number", "range"):
        form.fields[name] = _number(attributes)
        form.values[name] = value
    else:
        form.fields[name] = _text(attributes)
        form.values[name] = value


def _number(attributes: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "number"}
    for limit, key in (("min", "minimum"), ("max", "maximum")):
        if attributes.get(limit):
            made[key] = float(attributes[limit])
    return made | ({"needed": True} if "required" in attributes else {})


def _text(attributes: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    if attributes.get("maxlength", "").isdigit():
        made["maxLength"] = int(attributes["maxlength"])
    return made | ({"needed": True} if "required" in attributes else {})


def _add_choice(form: FoundForm, name: str, value: str, chosen: bool) -> None:
    """One of the values of radio buttons, check boxes, lists or buttons. What they are depends on the data
    (recordings, for example), so that the schema says no more than that they are text."""
    form.fields.setdefault(name, {"type": "string"})
    if chosen:
        form.values[name] = value
