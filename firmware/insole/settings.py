"""What a person can set on one insole, kept in flash.

Keys, names, types, ranges and defaults are in `insole_protocol.settings`. The file is JSON:
{"version": VERSION, "min_reader": MIN_READER, "values": {name: value}}. A file that cannot be read, or a
value out of range, gives the default and raises `damaged` until the next setting is stored; it never keeps
the insole from starting.

The firmware before and after this one read the same file: new settings are new names. Names that this
firmware does not know stay in the file, so that going back to it and forward again forgets nothing. Firmware
0.1.0 refuses a greater `version`, so that it stays 2; `min_reader` is for what older ones would misread.

The table is loaded where it is looked at, and `leave` lets it go again: it costs no heap in between.
"""

import sys

import insole_protocol
from insole import files

VERSION = 2
MIN_READER = 2  # the least version of a reader that understands the file
MAX_UNKNOWN = 16  # names of other firmware that stay in the file
PATH = "/settings.json"


def migrate(version, values):
    """Bring the values of an older file to VERSION; names that nobody knows are ignored later.

    Version 1 had one "advertising_ms" for both modes; it becomes the live one.
    """
    if version < 2 and "advertising_ms" in values:
        values["live_advertising_ms"] = values.pop("advertising_ms")
    return values


def table():
    """All rows of the table."""
    from insole_protocol.settings import TABLE

    return TABLE


def leave(name="settings"):
    """The table, or another module of the protocol, leaves the heap."""
    if sys.modules.pop("insole_protocol." + name, None):
        delattr(insole_protocol, name)


class Settings:
    """The values in force: an attribute for each name of the table.

    Attributes:
        damaged: the file was there but could not be used, in whole or for at least one value.
    """

    def __init__(self, path=PATH):
        self._path = path
        self.damaged = False
        self._unknown = {}
        self._made = {}
        for row in table():
            setattr(self, row.name, row.default)
        self._load()

    def as_made(self, **values):
        """Values from the insole's identity record, in force wherever the file has the default of the table.

        They are not stored: a setting that is put back to its default is again as the insole was made.
        """
        self._made = values
        for row in table():
            if row.name in values and getattr(self, row.name) == row.default:
                setattr(self, row.name, values[row.name])

    def _load(self):
        try:
            content = files.read_json(self._path)
            if content is None:
                return
            if content.get("min_reader", content["version"]) > VERSION:
                raise ValueError("settings of a newer firmware")
            stored = migrate(content["version"], content["values"])
            rows = [(row, stored.pop(row.name)) for row in table() if row.name in stored]
            self._unknown = {name: stored[name] for name in list(stored)[:MAX_UNKNOWN]}
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged = True
            return
        for row, value in rows:
            if row.allows(value):
                setattr(self, row.name, value)
            else:
                self.damaged = True

    def store(self, row, value):
        """Put a value that the row of the table allows in force and into flash.

        Raises:
            OSError: flash refused; the value is in force until the next boot only.
        """
        setattr(self, row.name, value)
        values = dict(self._unknown)
        for one in table():
            value = getattr(self, one.name)
            values[one.name] = one.default if value == self._made.get(one.name) else value
        content = {"version": VERSION, "min_reader": MIN_READER, "values": values}
        try:
            files.keep_json(self._path, content)
        finally:
            self.as_made(**self._made)
        self.damaged = False
